"""Whose turn an alarm is: until when, who has to do it himself, and that his own come first, the latest before all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from anlan.kernel.alerts import queries, turns
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import PHONE_WITHIN, due_of, firm_state_now
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import SiteReach
from tests.cast import Cast, assemble, principal, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
BY_TURN = {"sort": "turn"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Four alarms of one firm: two HH and two H, told apart by their streams."""

    plant: Plant
    cast: Cast
    ids: tuple[str, ...]

    def set(self, index: int, **columns: Any) -> None:
        with unit_of_work(machine("test")):
            Alarm.objects.filter(pk=self.ids[index]).update(**columns)

    def age(self, index: int, minutes: int) -> None:
        self.set(index, last_raised_at=now() - timedelta(minutes=minutes))

    def order(self, client: Client, path: str = "/api/v1/alerts/alarms/open") -> list[int]:
        answer = client.get(path, BY_TURN)
        assert answer.status_code == 200, answer.content
        return [self.ids.index(one["id"]) for one in answer.json()["items"]]

    def mine(self, client: Client) -> list[int]:
        return self.order(client, "/api/v1/alerts/alarms/mine")


@pytest.fixture
def desk(acting_as: Callable[[str], None]) -> Desk:
    plant = build_plant(streams=4)
    acting_as("anlan_engine")
    raised = [
        step(plant, "raised", 1 + n, stream=n, condition=condition)
        for n, condition in enumerate(("HH", "HH", "H", "H"))
    ]
    apply(raised, 0, 4)
    acting_as("anlan_app")
    return Desk(plant, assemble(site=plant.site.id), tuple(one.alarm_id for one in raised))


def test_rows_and_rules_say_the_same_of_every_state(desk: Desk) -> None:
    """The list's deadlines are computed by PostgreSQL, those of one alarm by `rules.due_of`."""
    raised = now() - timedelta(minutes=20)
    states = product(
        (1, 2, 3, 4),
        ("new", "confirmed", "closed"),
        ("none", "listed", "in_hand", "closed"),
        (1, 2),
        (desk.plant.site.id, None),
    )
    for priority, firm, bureau, occurrences, site in states:
        desk.set(
            0,
            priority=priority,
            firm_state=firm,
            bureau_state=bureau,
            occurrences=occurrences,
            confirmed_occurrence=1,
            last_raised_at=raised,
            site=site,
        )
        with unit_of_work(machine("test"), read_only=True):
            row = turns.with_deadlines(queries.alarms()).get(pk=desk.ids[0])
        due = due_of(
            priority=priority,
            firm_state=firm_state_now(firm, occurrences, 1),
            bureau_state=bureau,
            last_raised_at=raised,
            site=site,
        )
        said = (row.firm_due_at, row.bureau_due_at)  # type: ignore[attr-defined]
        assert said == (due.firm, due.bureau), (priority, firm, bureau, occurrences, site)


def test_the_clocks_are_those_of_practice_p5() -> None:
    at = datetime.fromisoformat("2026-08-01T10:00:00+08:00")

    def firm(priority: int, state: str) -> timedelta:
        due = due_of(
            priority=priority, firm_state=state, bureau_state="none", last_raised_at=at, site="S"
        ).firm
        assert due is not None
        return due - at

    assert firm(1, "new") == timedelta(minutes=10)
    assert firm(1, "confirmed") == timedelta(minutes=30)
    assert firm(3, "new") == timedelta(minutes=30)
    assert firm(3, "confirmed") == timedelta(hours=4)
    assert timedelta(minutes=10) == PHONE_WITHIN


def test_the_firm_has_its_own_first_the_longest_overdue_before_all(desk: Desk) -> None:
    desk.age(0, 5)  # 5 minutes left
    desk.age(1, 12)  # 2 minutes late
    desk.age(2, 90)  # an hour late
    desk.set(3, firm_state="confirmed", confirmed_occurrence=1)
    room = signed_in(desk.cast.control_room)
    assert desk.order(room) == [2, 1, 0, 3]
    assert room.get("/api/v1/alerts/mine").json() == {"count": 4, "late": 2}


def test_the_bureau_has_what_is_listed_and_what_the_firm_has_let_pass(desk: Desk) -> None:
    desk.set(1, bureau_state="in_hand")
    desk.age(2, 90)  # unlisted, an hour past the firm's time
    monitor = signed_in(desk.cast.monitor)
    assert desk.mine(monitor) == [2, 0, 1]
    assert desk.order(monitor) == [2, 0, 1, 3]
    assert monitor.get("/api/v1/alerts/mine").json() == {"count": 3, "late": 1}


def test_what_is_listed_stays_the_bureaus_when_the_firm_has_closed_it(desk: Desk) -> None:
    desk.set(0, firm_state="closed", instrument_state="returned")
    desk.set(1, firm_state="closed", instrument_state="returned", bureau_state="closed")
    assert desk.mine(signed_in(desk.cast.monitor)) == [0]
    assert desk.mine(signed_in(desk.cast.control_room)) == [2, 3]


def test_whoever_is_not_in_charge_sees_all_and_has_nothing_to_do(desk: Desk) -> None:
    for person in (desk.cast.duty_officer, desk.cast.leader):
        client = signed_in(person)
        assert desk.mine(client) == []
        assert sorted(desk.order(client)) == [0, 1, 2, 3]
        assert client.get("/api/v1/alerts/mine").json() == {"count": 0, "late": 0}
    neighbour = signed_in(desk.cast.neighbour)
    assert desk.order(neighbour) == []
    assert neighbour.get("/api/v1/alerts/mine").json()["count"] == 0


def test_a_matter_that_others_supervise_is_not_mine(desk: Desk) -> None:
    """As `decide` does for one row: whoever supervises a site has everything there but what he cedes."""
    monitor = desk.cast.monitor
    with unit_of_work(machine("test")):
        SiteReach.objects.filter(
            organisation=desk.cast.zone_bureau, site=desk.plant.site.id
        ).update(matter="fire")
        SiteReach.objects.create(
            organisation=desk.cast.bureau,
            site=desk.plant.site.id,
            relation="supervisor",
            matter="hazchem",
            valid_from=now() - timedelta(days=1),
            created_at=now(),
            updated_at=now(),
        )
        kind = desk.plant.tank.kind
        kind.matter = "hazchem"
        kind.save(update_fields=["matter"])
    mine = set(desk.mine(signed_in(monitor)))
    may = {
        desk.ids.index(one["id"])
        for one in signed_in(monitor).get("/api/v1/alerts/alarms/open").json()["items"]
        if "check" in one["may"] and one["bureau_state"] == "listed"
    }
    assert mine == may == set()
    assert desk.mine(signed_in(desk.cast.duty_officer)) == [0, 1]


@pytest.mark.parametrize(
    "aside",
    [
        {"shelved_until": now() + timedelta(hours=1)},
        {"out_of_service": True},
        {"suppressed_by": "0" * 26},
    ],
    ids=["shelved", "out of service", "suppressed"],
)
def test_what_is_set_aside_waits_for_nobody(desk: Desk, aside: dict[str, Any]) -> None:
    desk.set(0, **aside)
    assert desk.mine(signed_in(desk.cast.control_room)) == [1, 2, 3]
    desk.set(0, shelved_until=now() - timedelta(hours=1), out_of_service=False, suppressed_by=None)
    assert 0 in desk.mine(signed_in(desk.cast.control_room))


def test_pages_in_this_order_neither_overlap_nor_miss(desk: Desk) -> None:
    desk.age(2, 90)
    desk.set(3, bureau_state="in_hand")
    client = signed_in(desk.cast.monitor)
    seen: list[str] = []
    after = None
    while True:
        asked = BY_TURN | {"limit": "1"} | ({"after": after} if after else {})
        page = client.get("/api/v1/alerts/alarms/open", asked).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert [desk.ids.index(one) for one in seen] == desk.order(client)


def test_an_alarm_says_until_when_in_the_list_alone_and_in_the_answer_to_an_act(desk: Desk) -> None:
    client = signed_in(desk.cast.control_room)
    [listed] = [
        one
        for one in client.get("/api/v1/alerts/alarms/open").json()["items"]
        if one["id"] == desk.ids[2]
    ]
    alone = client.get(f"/api/v1/alerts/alarms/{desk.ids[2]}").json()
    raised = datetime.fromisoformat(alone["last_raised_at"])
    assert datetime.fromisoformat(alone["firm_due_at"]) == raised + timedelta(minutes=30)
    assert listed["firm_due_at"] == alone["firm_due_at"]
    assert listed["bureau_due_at"] == alone["bureau_due_at"]


def test_what_is_open_or_listed_is_found_by_indexes_under_row_security(desk: Desk) -> None:
    """EXPLAIN, not a clock: a year of closed alarms is not read for the few that wait."""
    who = principal(desk.cast.monitor).within("alerts.alarm.view")
    with unit_of_work(who, read_only=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        order = ("turn", "id")
        rows = turns.my_alarms(queries.desk_alarms(), who, now())
        told = rows.order_by(*order).values(*order)[:51].explain()
    assert "alerts_alarm_to_check" in told
    assert "alerts_alarm_open_subject" in told
