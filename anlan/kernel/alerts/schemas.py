"""JSON shapes of alarms."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from anlan.kernel.alerts.rules import acts_of
from anlan.kernel.base.doors import principal
from anlan.kernel.base.permissions import Facts


class AlarmOut(Schema):
    """The public state of an alarm (events.AlarmState), and what the asking person may do with it."""

    id: str
    version: int
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    unit: str
    condition: str
    priority: int
    instrument_state: Literal["active", "returned"]
    firm_state: Literal["new", "confirmed", "closed"]
    bureau_state: Literal["none", "listed", "in_hand", "closed"]
    value: float | None
    limit_id: str | None
    limit_version: int
    limit_value: float | None
    limit_standard: str
    limit_clause: str
    limit_clause_en: str
    limit_confidence: str
    raised_at: datetime
    last_raised_at: datetime
    returned_at: datetime | None
    occurrences: int
    is_late: bool
    unconfirmed_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    cause: str
    measure: str
    evidence: str
    is_false: bool | None
    checked_by: str
    checked_at: datetime | None
    check_outcome: str
    check_note: str
    shelved_until: datetime | None
    shelved_by: str
    shelve_reason: str
    suppressed_by: str | None
    out_of_service: bool
    out_of_service_until: datetime | None
    out_of_service_by: str
    out_of_service_reason: str
    parent_id: str | None
    cause_key: str
    matter: str
    div: int
    zone: int | None
    site: str | None
    exercise_id: str | None
    may: list[Literal["confirm", "close", "check", "shelve"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Decide from the row's own scope columns: a page of alarms costs no further query."""
        names = ("div", "zone", "site", "matter")
        facts = Facts(**{name: row[name] for name in names})
        return acts_of(principal(context["request"]), facts)


class CloseIn(Schema):
    """The firm's disposition (消警)."""

    cause: str
    measure: str = Field(max_length=500)
    evidence: str = Field(default="", max_length=500)
    is_false: bool = False


class CheckIn(Schema):
    """The bureau's check (核查)."""

    outcome: str
    note: str = Field(max_length=500)


class ShelveIn(Schema):
    """Put aside until a moment, for a reason (搁置)."""

    until: datetime
    reason: str = Field(max_length=200)


class SubjectAlarmState(Schema):
    """The worst open alarm of a subject."""

    subject_id: str
    priority: int
    count: int
    active: int


class StatesOut(Schema):
    """A snapshot for the map with the journal position read before it."""

    position: int
    states: list[SubjectAlarmState]


class Choice(Schema):
    """A code with its Chinese title."""

    code: str
    title: str


class ChoicesOut(Schema):
    """What a person may say when closing or checking."""

    causes: list[Choice]
    outcomes: list[Choice]
