"""Escalations over HTTP: the list, one with names, calls recorded by whoever answers alarms, and no one else's rows."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.systems.escalation.models import Call, Escalation
from anlan.systems.escalation.services.climbing import climb
from tests import factories
from tests.cast import COUNTY, ZONE, Cast, assemble, csrf, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
LIST = "/api/v1/escalation/escalations"
CALLS = "/api/v1/escalation/calls"
SAID: dict[str, Any] = {
    "callee": "钱安全",
    "outcome": "reached",
    "said": "正在倒罐，十分钟内到现场",
}


@pytest.fixture
def cast(acting_as: Callable[[str], None]) -> Cast:
    """One red alarm that nobody has answered for a quarter of an hour; its climb stands on two rungs."""
    plant = build_plant(zone=ZONE)
    made = assemble(site=plant.site.id)
    with factories.working():
        factories.officer(made.firm, "firm_safety", "钱安全", "safety")
        factories.share(made.neighbour_bureau, COUNTY)
    acting_as("anlan_engine")
    apply([step(plant, "raised", 1)], 0, 1)
    acting_as("anlan_worker")
    with unit_of_work(machine("deadlines")):
        Alarm.objects.update(last_raised_at=now() - timedelta(minutes=15), priority=1)
        assert climb(500) == 2
    acting_as("anlan_app")
    return made


def rows(client: Client, **query: str) -> list[dict[str, Any]]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.content.decode()
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def accountable() -> str:
    with unit_of_work(machine("test"), read_only=True):
        return str(Escalation.objects.get(rung="firm_accountable").id)


def call(client: Client, **said: Any) -> Any:
    path = f"{LIST}/{accountable()}/calls"
    return client.post(path, SAID | said, content_type="application/json", headers=csrf(client))


def test_the_list_says_what_is_late_by_whom_and_who_was_told(cast: Cast) -> None:
    monitor = signed_in(cast.monitor)
    first, second = sorted(rows(monitor), key=lambda one: one["rung"])
    assert (first["rung"], first["awaited"], first["told_count"]) == ("bureau_leader", "check", 0)
    assert (second["rung"], second["awaited"], second["told_count"]) == ("firm_accountable", "confirm", 1)  # fmt: skip
    assert second["state"] == "waiting"
    assert second["rung_title"] == "企业安全总监与包保责任人"
    one = monitor.get(f"{LIST}/{second['id']}").json()
    assert one["told_names"] == ["钱安全"]
    assert one["organisation_names"] == [cast.firm.name]
    assert {name: one[name] for name in second} == second
    assert [one["id"] for one in rows(monitor, filter="told_count.eq:0")] == [first["id"]]
    assert rows(monitor, filter="state.eq:answered") == []
    sheet = monitor.get(LIST, headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})  # fmt: skip
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.content))
    found = book.get_sheet_by_index(0).to_python()
    assert any("企业安全总监与包保责任人" in row for row in found)


def test_firm_and_bureau_record_calls_and_a_guest_only_looks(cast: Cast) -> None:
    desk, room = signed_in(cast.monitor), signed_in(cast.control_room)
    assert call(desk).status_code == 200
    assert call(room, callee="王厂长", outcome="no_answer", said="").status_code == 200
    for reader in (desk, room):
        found = reader.get(CALLS, {"filter": f"escalation_id.eq:{accountable()}"}).json()["items"]
        assert [(one["called_by"], one["callee"]) for one in found] == [
            ("孙中控", "王厂长"),
            ("赵监测", "钱安全"),
        ]
    assert {one["rung"]: one["calls_count"] for one in rows(desk)}["firm_accountable"] == 2
    guest = signed_in(cast.neighbour)
    assert len(rows(guest)) == 2
    refused = call(guest)
    assert refused.status_code == 403, refused.content.decode()
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.filter(type="escalation.call.recorded")
        assert [one.actor for one in told] == [f"user:{cast.monitor.id}", f"user:{cast.control_room.id}"]  # fmt: skip
        # who was called and what was said stand in the row, not in the journal that is handed on
        assert "钱安全" not in str([one.data for one in told])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"callee": "  "}, "escalation.callee_missing"),
        ({"said": ""}, "escalation.said_missing"),
        ({"called_at": (now() + timedelta(hours=1)).isoformat()}, "escalation.wrong_time"),
        ({"called_at": (now() - timedelta(hours=1)).isoformat()}, "escalation.wrong_time"),
    ],
)
def test_a_call_that_says_too_little_or_lies_elsewhere_is_refused(
    cast: Cast, said: dict[str, str], code: str
) -> None:
    answer = call(signed_in(cast.monitor), **said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with unit_of_work(machine("test"), read_only=True):
        assert not Call.objects.exists()


def test_another_firm_sees_nothing_and_finds_nothing(cast: Cast) -> None:
    other = signed_in(cast.town_control_room)
    assert rows(other) == []
    assert other.get(f"{LIST}/{accountable()}").status_code == 404
    assert call(other).status_code == 404


def test_the_ladder_is_shown_as_it_counts(cast: Cast) -> None:
    shown = signed_in(cast.monitor).get("/api/v1/escalation/ladder").json()
    assert shown["confidence"] == "待核"
    assert [one["after_s"] for one in shown["rungs"]] == [0, 600, 0, 600, 3000]
