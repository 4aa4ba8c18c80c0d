"""An event is read by this version and by the next; what is newer is parked, never guessed (7.12)."""

import json
from dataclasses import fields
from typing import Any

import msgspec
import pytest

from anlan.app.event_types import load_event_types
from anlan.kernel.alerts import events
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.events import EVENT_TYPES, UnknownSchemaError

#: The version in which this installation writes alarms, and the one that it still reads.
NOW = events.ALARM_CLOSED.schema
BEFORE = NOW - 1


def event(schema: int, data: dict[str, Any], kind: str = "alerts.alarm.closed") -> Envelope:
    said: dict[str, Any] = dict.fromkeys(field.name for field in msgspec.structs.fields(Envelope))
    said |= {"schema": schema, "type": kind, "data": msgspec.Raw(json.dumps(data).encode())}
    return Envelope(**said | {"position": 1, "occurred_at": now(), "known_at": now()})


def test_an_alarm_written_by_the_version_before_says_all_that_this_one_knows() -> None:
    old = {"id": "A1", "version": 4, "firm_state": "closed", "value": 91.2}
    state = event(BEFORE, old).state()
    assert {name: state[name] for name in old} == old
    assert (state["out_of_service_by"], state["out_of_service_until"]) == ("", None)


def test_what_schema_3_added_is_exactly_what_an_older_event_gets() -> None:
    added = set(event(BEFORE, {}).state())
    assert added <= {field.name for field in fields(events.AlarmState)}
    assert added == {
        "out_of_service_until", "out_of_service_by", "out_of_service_reason",
        "subject_name_en", "site_name_en", "datastream_name_en", "limit_clause_en",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "added"),
    [
        ("sensing.gateway.registered", {"name_en"}),
        ("sensing.gateway.key_rolled", {"name_en"}),
        ("sensing.datastream.registered", {"name_en", "device_id", "time_resolution_ms"}),
        ("sensing.datastream.retired", {"name_en", "device_id", "time_resolution_ms"}),
    ],
)
def test_what_was_put_up_before_it_had_an_english_name_is_read(kind: str, added: set[str]) -> None:
    load_event_types()
    assert set(event(1, {}, kind).state()) == added
    assert added <= {field.name for field in fields(EVENT_TYPES[kind].data)}
    assert event(1, {"name_en": "kept"}, kind).state()["name_en"] == "kept"


def test_an_instrument_written_before_it_could_be_put_out_of_use_is_in_use() -> None:
    load_event_types()
    assert event(2, {"name": "液位计"}, "sensing.device.registered").state() == {
        "name": "液位计",
        "is_active": True,
    }


def test_a_field_that_this_version_does_not_know_is_kept() -> None:
    assert event(NOW, {"id": "A1", "colour": "red"}).state() == {"id": "A1", "colour": "red"}


@pytest.mark.parametrize("schema", [BEFORE - 1, NOW + 1])
def test_what_is_too_new_or_too_old_is_not_read(schema: int) -> None:
    with pytest.raises(UnknownSchemaError):
        event(schema, {"id": "A1"}).state()


def test_whoever_only_passes_events_on_lifts_the_older_and_leaves_the_newer_alone() -> None:
    assert json.loads(event(BEFORE, {"id": "A1"}).state_json())["out_of_service_by"] == ""
    assert json.loads(event(NOW + 1, {"id": "A1", "mood": 1}).state_json()) == {
        "id": "A1",
        "mood": 1,
    }
    assert json.loads(event(9, {"x": 1}, "foreign.thing.done").state_json()) == {"x": 1}


def test_a_parked_event_is_kept_as_it_was_written() -> None:
    assert event(NOW + 1, {"id": "A1"}).plain()["data"] == {"id": "A1"}
    assert event(BEFORE, {"id": "A1"}).plain()["data"] == {"id": "A1"}


def test_every_type_of_a_higher_schema_reads_the_one_before() -> None:
    load_event_types()
    raised = [one for one in EVENT_TYPES.values() if one.schema > 1]
    assert raised
    assert [one.name for one in raised if one.from_before is None] == []
