"""The one journal row of a change: what it holds, and who must be acting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from anlan.kernel.base import events, journal
from anlan.kernel.base.config import config
from anlan.kernel.base.envelope import EVENT_SQL, decode
from anlan.kernel.base.errors import NotSignedInError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.ids import is_ulid, new_ulid
from anlan.kernel.base.permissions import Principal, Scope
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL
from anlan.kernel.base.unit_of_work import unit_of_work

Dsn = Callable[[str], str]
OFFICER = Principal(actor="user:officer", name="王值班", scope=Scope(divs=((1, 9),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TankState:
    """The public state of a thing of this test."""

    name: str
    level: float
    at: datetime


@pytest.fixture
def tank_changed(monkeypatch: pytest.MonkeyPatch) -> EventType:
    """An event type that no other test sees."""
    monkeypatch.setattr(events, "EVENT_TYPES", {})
    return EventType("base.tank.changed", TankState, "储罐已变更", schema=2)


STATE = TankState(name="一号罐", level=91.25, at=datetime(2026, 8, 1, 2, 0, tzinfo=UTC))


def about(**what: object) -> journal.Subject:
    said: dict[str, object] = {
        "id": new_ulid(),
        "version": 3,
        "place": journal.Place(div=5, zone=7),
    }
    return journal.Subject(**(said | what))  # type: ignore[arg-type]


def test_a_row_says_who_did_what_to_which_object_and_why(
    journal_dsn: Dsn, tank_changed: EventType
) -> None:
    del journal_dsn
    subject = about(exercise_id=None)
    with unit_of_work(OFFICER, correlation_id=new_ulid(), causation_id=new_ulid()) as work:
        row = journal.record(tank_changed, STATE, subject, change={"name": ["旧", "一号罐"]})
        row.refresh_from_db()
    assert (row.node, row.schema, row.type) == (config().node, 2, "base.tank.changed")
    assert (row.actor, row.object, row.object_version) == ("user:officer", subject.id, 3)
    assert (row.div, row.zone, row.site, row.exercise_id) == (5, 7, None, None)
    assert (row.correlation_id, row.causation_id) == (work.correlation_id, work.causation_id)
    assert row.occurred_at == row.known_at
    assert row.data == {"name": "一号罐", "level": 91.25, "at": "2026-08-01T02:00:00Z"}
    assert row.change == {"name": ["旧", "一号罐"]}
    assert is_ulid(row.ulid)


def test_what_happened_earlier_has_two_times(journal_dsn: Dsn, tank_changed: EventType) -> None:
    del journal_dsn
    with unit_of_work(OFFICER):
        row = journal.record(tank_changed, STATE, about(), occurred_at=STATE.at)
    assert (row.occurred_at, row.known_at > STATE.at) == (STATE.at, True)


def test_nothing_is_recorded_outside_a_unit_of_work(
    journal_dsn: Dsn, tank_changed: EventType
) -> None:
    del journal_dsn
    with pytest.raises(NotSignedInError):
        journal.record(tank_changed, STATE, about())


def test_a_sealed_row_becomes_an_envelope_without_its_private_half(
    journal_dsn: Dsn, tank_changed: EventType
) -> None:
    with unit_of_work(OFFICER):
        row = journal.record(tank_changed, STATE, about(), change={"phone": [None, "138"]})
    with psycopg.connect(journal_dsn("anlan_relay"), autocommit=True) as relay:
        relay.execute(SEAL_SQL, {"limit": 10, "genesis": GENESIS})
        found = relay.execute(
            f"SELECT {EVENT_SQL} FROM base_sealed s JOIN base_journal j ON j.id = s.journal_id"  # noqa: S608
        ).fetchone()
    assert found is not None
    assert "138" not in found[0]
    event = decode(found[0])
    assert (event.id, event.position, event.schema) == (row.ulid, 1, 2)
    assert (event.noun, event.version, event.known_at) == ("base.tank", 3, row.known_at)
    assert event.state()["name"] == "一号罐"


def test_an_envelope_of_a_later_version_is_read_with_what_is_known_of_it() -> None:
    body = (
        '{"id":"a","node":"n","position":1,"schema":9,"type":"x.y.z","occurred_at":'
        '"2026-08-01T02:00:00+00:00","known_at":"2026-08-01T10:00:00+08:00","correlation_id":"c",'
        '"causation_id":null,"exercise_id":null,"actor":"u","object":"o","version":1,"div":0,'
        '"zone":null,"site":null,"data":{"new":[1]},"colour":"red"}'
    )
    event = decode(body)
    assert (event.schema, event.state()) == (9, {"new": [1]})
    assert event.occurred_at == event.known_at
    with pytest.raises(msgspec.MsgspecError):
        decode('{"id":"a"}')


def test_what_changed_is_told_field_by_field() -> None:
    before, after = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": None}
    assert journal.changed(before, after) == {"b": [2, 5], "c": [3, None]}


def test_an_event_type_is_declared_once_and_carries_its_own_dataclass(
    tank_changed: EventType,
) -> None:
    with pytest.raises(ValueError, match="twice"):
        EventType("base.tank.changed", TankState, "again")
    with pytest.raises(TypeError, match="dataclass"):
        EventType("base.tank.drained", dict, "排空")
    for wrong in ({"name": "x"}, TankState, journal.Place()):
        with pytest.raises(TypeError, match="carries TankState"):
            tank_changed.payload(wrong)


def test_the_last_version_of_an_object_says_that_it_is_gone(tank_changed: EventType) -> None:
    ended = EventType("base.tank.scrapped", TankState, "储罐已拆除", is_end=True)
    assert ended.payload(STATE)["gone"] is True
    assert "gone" not in tank_changed.payload(STATE)


def test_a_journal_ulid_is_given_once(journal_dsn: Dsn, tank_changed: EventType) -> None:
    del journal_dsn
    with unit_of_work(OFFICER):
        row = journal.record(tank_changed, STATE, about())
        columns = "node, schema, type, occurred_at, known_at, correlation_id, actor, object, "
        columns += "object_version, div, data"
        again = (
            f"INSERT INTO base_journal (ulid, {columns}) SELECT ulid, {columns} FROM base_journal"  # noqa: S608
        )
        with connection.cursor() as cursor:
            with pytest.raises(IntegrityError):
                cursor.execute(f"{again} WHERE id = %s", [row.pk])
            transaction.set_rollback(True)
