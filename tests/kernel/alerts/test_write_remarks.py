"""Remarks: written once by whoever is more than a guest, read by whoever sees the alarm, never changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.test import Client

from anlan.kernel.alerts.models import Alarm, Remark
from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests import factories
from tests.cast import COUNTY, Cast, assemble, csrf, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
REMARKS = "/api/v1/alerts/remarks"
SAID = "中控称正在倒罐，半小时后复测"


@pytest.fixture
def cast(acting_as: Callable[[str], None]) -> Cast:
    plant = build_plant()
    made = assemble(site=plant.site.id)
    with factories.working():
        factories.share(made.neighbour_bureau, COUNTY)
    acting_as("anlan_engine")
    apply([step(plant, "raised", 1)], 0, 1)
    acting_as("anlan_app")
    return made


def alarm_id() -> str:
    with unit_of_work(machine("test"), read_only=True):
        return str(Alarm.objects.get().id)


def write(client: Client, text: str = SAID, **headers: str) -> Any:
    body = {"alarm_id": alarm_id(), "text": text}
    sent = csrf(client) | headers
    return client.post(REMARKS, body, content_type="application/json", headers=sent)


def said(client: Client) -> list[tuple[str, str]]:
    items = client.get(REMARKS, {"filter": f"alarm_id.eq:{alarm_id()}"}).json()["items"]
    return [(one["written_by"], one["text"]) for one in items]


def test_firm_and_bureau_note_what_they_know_and_read_each_others(cast: Cast) -> None:
    room, officer = signed_in(cast.control_room), signed_in(cast.duty_officer)
    assert write(room).status_code == 200
    assert write(officer, " 已请带班领导关注 ").status_code == 200
    both = [("王值班", "已请带班领导关注"), ("孙中控", SAID)]
    for reader in (room, officer, signed_in(cast.monitor)):
        assert said(reader) == both


def test_whose_turn_it_is_stays_and_whoever_looked_before_may_still_answer(cast: Cast) -> None:
    room = signed_in(cast.control_room)
    before = room.get(f"/api/v1/alerts/alarms/{alarm_id()}").json()
    write(signed_in(cast.monitor))
    assert room.get(f"/api/v1/alerts/alarms/{alarm_id()}").json() == before
    seen = csrf(room) | {"If-Match": f'"{before["version"]}"'}
    confirmed = room.post(f"/api/v1/alerts/alarms/{alarm_id()}/confirm", headers=seen)
    assert confirmed.status_code == 200


def test_a_guest_reads_and_writes_nothing(cast: Cast) -> None:
    write(signed_in(cast.monitor))
    neighbour = signed_in(cast.neighbour)
    assert said(neighbour) == [("赵监测", SAID)]
    assert write(neighbour).status_code == 403
    assert write(signed_in(cast.town_control_room)).status_code == 404
    assert said(signed_in(cast.town_control_room)) == []


@pytest.mark.parametrize("microsecond", [123, 0, 250_700])
def test_sent_twice_under_one_key_it_is_written_once(
    cast: Cast, microsecond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now().replace(microsecond=microsecond)
    monkeypatch.setattr("anlan.kernel.base.journal.now", lambda: at)
    room = signed_in(cast.control_room)
    first, again = (write(room, **{"Idempotency-Key": "k1"}).json() for _ in range(2))
    assert first == again
    assert len(said(room)) == 1


@pytest.mark.parametrize("text", ["", "   ", "长" * 501, "a\x00b"])
def test_nothing_and_too_much_are_refused(cast: Cast, text: str) -> None:
    room = signed_in(cast.control_room)
    assert write(room, text).status_code == 422
    assert said(room) == []


def test_what_is_written_stands_and_the_journal_has_it(cast: Cast) -> None:
    made = write(signed_in(cast.control_room)).json()
    with unit_of_work(machine("test")):
        [row] = Journal.objects.filter(object=made["id"])
        assert (row.type, row.data["alarm_id"]) == ("alerts.remark.written", alarm_id_in_work())
        assert (row.div, row.site) != (0, None)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        unit_of_work(machine("test")),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE alerts_remark SET text = 'anders'")


def alarm_id_in_work() -> str:
    return str(Remark.objects.get().alarm_id)
