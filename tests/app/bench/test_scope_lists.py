"""What the screens really send is found by an index of the reader's scope, for whoever reaches little."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from anlan.app.bench import scope, scope_lists
from anlan.app.bench.scope_plan import Plan
from anlan.kernel.alerts import queries as alerts
from anlan.kernel.base.listing import PAGE_DEFAULT
from anlan.kernel.base.reached import narrowed
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries as sensing

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = 60_000
Plans = dict[tuple[str, str], Plan]


@pytest.fixture
def admin(journal_dsn: Callable[[str], str]) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(journal_dsn("anlan_admin"), autocommit=True) as made:
        yield made


@pytest.fixture
def plans(admin: psycopg.Connection[tuple[object, ...]], acting_as: Callable[[str], None]) -> Plans:
    scope.load(ROWS, scope.a_kind())
    scope_lists.load(admin)
    for table in sorted(scope_lists.BIG):
        admin.execute(f"ANALYZE {table}".encode())
    acting_as("anlan_app")
    people = scope.people(site=scope.a_site())
    found = scope_lists.plans(people, f"{ROWS // 2:0>26}")
    return {(plan.who, plan.query): plan for plan in found}


def test_no_screen_of_a_township_or_a_county_reads_a_big_table_whole(plans: Plans) -> None:
    read = {
        (who, screen): tables
        for (who, screen), plan in plans.items()
        if who in scope_lists.NARROW and (tables := scope_lists.BIG & set(plan.whole_tables))
    }
    assert {screen for _, screen in plans} >= {"search", "open alarms", "datastreams", "points"}
    assert read == {}


def test_the_names_of_alarms_are_looked_up_for_the_rows_of_the_page_and_for_no_others(
    plans: Plans,
) -> None:
    """Joined, the names of each alarm that somebody reaches were read before its page was sorted out."""
    for who in scope_lists.READERS:
        page, count = map(json.loads, plans[who, "alarms"].text.splitlines())
        read = looked_up(page)
        assert {"subjects_subject", "sensing_datastream"} <= read.keys(), who
        assert max(read.values()) <= PAGE_DEFAULT + 1, (who, read)
        assert looked_up(count) == {}, who


def test_the_newest_alarms_of_a_province_come_by_the_index_of_their_order(plans: Plans) -> None:
    """Its ten thousand are not read and sorted to show fifty."""
    page = json.loads(plans["province", "alarms"].text.splitlines()[0])
    kinds, names = set(), set()
    waiting = [page]
    while waiting:
        node = waiting.pop()
        kinds.add(node["Node Type"])
        names.add(node.get("Index Name"))
        waiting += node.get("Plans", [])
    assert "alerts_alarm_raised" in names
    assert "Sort" not in kinds


def looked_up(node: dict[str, Any]) -> dict[str, int]:
    """Return how often each table besides that of the alarms was asked."""
    name, times = node.get("Relation Name", "alerts_alarm"), node["Actual Loops"]
    found = {name: times} if times and name != "alerts_alarm" else {}
    for below in node.get("Plans", []):
        for table, asked in looked_up(below).items():
            found[table] = max(found.get(table, 0), asked)
    return found


def test_said_once_more_the_scope_hides_and_shows_nothing(plans: Plans) -> None:
    del plans
    lists = {"alarms": alerts.alarms(), "datastreams": sensing.datastreams()}
    seen = set()
    for who, principal in scope.people(site=scope.a_site()).items():
        for name, rows in lists.items():
            incident = name == "alarms"
            with unit_of_work(principal, read_only=True):
                reached = rows.order_by().count()
                said = narrowed(rows, principal, incident=incident).order_by().count()
            assert said == reached, (who, name)
            seen.add(said)
    assert {0 < n < ROWS for n in seen} == {True, False}, "some reach a part, some all"


def test_without_its_index_the_list_of_a_township_is_caught(
    admin: psycopg.Connection[tuple[object, ...]], plans: Plans
) -> None:
    admin.execute("DROP INDEX sensing_datastream_div")
    found = scope_lists.plans(scope.people(site=scope.a_site()), f"{ROWS // 2:0>26}")
    township = next(one for one in found if one.query == "datastreams")
    assert township.who == "township"
    assert "sensing_datastream" in township.whole_tables
