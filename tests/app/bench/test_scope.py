"""Under row security a small scope is found by its index, with the planner's own statistics."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection

from anlan.app.bench import scope
from anlan.app.bench.scope_plan import Plan
from anlan.kernel.base.permissions import Scope, union
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_range
from anlan.kernel.subjects import queries

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60_000
#: By which index each is found: one arm of the policy each.
ARM = {"township": "subjects_div", "zone": "subjects_zone", "firm": "subjects_site"}


@pytest.fixture
def plans(acting_as: Callable[[str], None]) -> dict[tuple[str, str], Plan]:
    scope.load(ROWS, scope.a_kind())
    acting_as("anlan_owner")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subjects_subject")
    acting_as("anlan_app")
    found = scope.plans(site=scope.a_site(), key=f"{ROWS // 2:0>26}")
    return {(plan.who, plan.query): plan for plan in found}


def test_the_plans_name_the_index_of_the_scope_and_read_no_whole_table(
    plans: dict[tuple[str, str], Plan],
) -> None:
    for who, index in ARM.items():
        for query in ("page by name", "count"):
            plan = plans[who, query]
            assert index in plan.indexes, plan.text
            assert "subjects_subject" not in plan.whole_tables, plan.text
    for who in (*ARM, "county", "province"):
        one, box = plans[who, "one"], plans[who, "box"]
        # the key's own index, or the one beside it for patterns: the same column
        assert re.fullmatch(r"subjects_subject_(pkey|id_\w+_like)", "+".join(one.indexes)), one.text
        assert any("location" in name or "place" in name for name in box.indexes), box.text
        assert "subjects_subject" not in box.whole_tables, box.text


def test_who_reaches_much_reads_the_names_in_order_and_who_reaches_little_does_not(
    plans: dict[tuple[str, str], Plan],
) -> None:
    """In the order of the names a firm's page would step over nearly every row of the others."""
    wide = plans["everything", "page by name"]
    assert "subjects_name" in wide.indexes, wide.text
    assert "Sort" not in wide.text, "the index gives the order"
    for who in ARM:
        assert "subjects_name" not in plans[who, "page by name"].indexes, plans[
            who, "page by name"
        ].text


def test_who_reaches_a_county_reads_it_in_the_order_of_an_index_of_its_own(
    plans: dict[tuple[str, str], Plan],
) -> None:
    """Of the few rows here a bitmap and a sort are as cheap: without them the index must give the order."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_bitmapscan = off")
        cursor.execute("SET enable_sort = off")
    found = scope.plans(site=scope.a_site(), key=f"{ROWS // 2:0>26}")
    told = {(plan.who, plan.query): plan for plan in found if plan.who in {"county", "bureau"}}
    for sort in ("name", "code", "status"):
        whole = told["county", f"page by {sort}"]
        assert f"subjects_county_{sort}" in whole.indexes, whole.text
        assert "Sort" not in whole.text, whole.text
        parts = told["bureau", f"page by {sort}"]
        assert f"subjects_county_{sort}" in parts.indexes, parts.text
        usual = plans["bureau", f"page by {sort}"]
        assert "subjects_subject" not in usual.whole_tables, usual.text


def test_the_scope_said_once_more_hides_and_shows_nothing(
    plans: dict[tuple[str, str], Plan],
) -> None:
    del plans
    people = scope.people(site=scope.a_site())
    together = union(one.scope for name, one in people.items() if name in ARM)
    two_counties = replace(
        people["bureau"].scope,
        divs=(div_range("640181"), div_range("640201"), div_range("640202003")),
    )
    asked = [
        *people.values(),
        *(replace(people["firm"], scope=one) for one in (together, two_counties)),
    ]
    for principal in [*asked, replace(people["firm"], scope=Scope())]:
        with unit_of_work(principal, read_only=True):
            reached = set(queries.subjects().values_list("id", flat=True))
            parts = [
                list(part.values_list("id", flat=True)) for part in queries.listed(principal.scope)
            ]
        listed = [one for part in parts for one in part]
        assert set(listed) == reached
        assert len(listed) == len(reached), "no row stands in two parts"
        assert bool(reached) == (principal.scope != Scope())


def test_a_plan_without_the_index_is_caught(plans: dict[tuple[str, str], Plan]) -> None:
    """The test above can fail: without its index the township's list reads the whole table."""
    del plans
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE anlan_owner")
        for index in ARM.values():
            cursor.execute(f"DROP INDEX {index}")
        cursor.execute("SET ROLE anlan_app")
    found = scope.plans(site=scope.a_site(), key=f"{ROWS // 2:0>26}")
    first = next(found)
    assert (first.who, first.query) == ("township", "page by name")
    assert "subjects_subject" in first.whole_tables
