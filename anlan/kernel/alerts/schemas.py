"""JSON shapes of alarms."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from anlan.kernel.alerts.rules import Due, acts_of, due_of
from anlan.kernel.base.body import Body
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
    firm_due_at: datetime | None
    bureau_due_at: datetime | None
    may: list[Literal["confirm", "close", "check", "shelve"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Decide from the row's own scope columns: a page of alarms costs no further query."""
        names = ("div", "zone", "site", "matter")
        facts = Facts(**{name: row[name] for name in names})
        return acts_of(principal(context["request"]), facts)

    @staticmethod
    def resolve_firm_due_at(row: dict[str, Any]) -> datetime | None:
        """Return until when the firm has to confirm or close."""
        return _due(row).firm

    @staticmethod
    def resolve_bureau_due_at(row: dict[str, Any]) -> datetime | None:
        """Return until when the bureau in charge has to phone."""
        return _due(row).bureau


def _due(row: dict[str, Any]) -> Due:
    names = ("priority", "firm_state", "bureau_state", "last_raised_at", "site")
    return due_of(**{name: row[name] for name in names})


class MineOut(Schema):
    """How many alarms wait for somebody, and how many of them are late."""

    count: int
    late: int


class CloseIn(Body):
    """The firm's disposition (消警)."""

    cause: str
    measure: str = Field(max_length=500)
    evidence: str = Field(default="", max_length=500)
    is_false: bool = False


class CheckIn(Body):
    """The bureau's check (核查)."""

    outcome: str
    note: str = Field(max_length=500)


class ShelveIn(Body):
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


class ClockOut(Schema):
    """In how many seconds after its last raise the firm confirms and closes an alarm of a priority."""

    priority: int
    confirm_s: int
    close_s: int


class ChoicesOut(Schema):
    """What a person may say when closing or checking, and in what time an alarm is answered."""

    clocks: list[ClockOut]
    phone_s: int
    causes: list[Choice]
    outcomes: list[Choice]


class HourOut(Schema):
    """How many alarms came in one clock hour, of priorities 1 to 4."""

    at: datetime
    counts: list[int] = Field(min_length=4, max_length=4)


class DayOut(Schema):
    """The last 24 clock hours of alarms, the present one included."""

    at: datetime
    since: datetime
    hours: list[HourOut]
    raised: int
    raised_before: int
    unanswered: int
    closed: int
    false: int


class SeriousFirm(Schema):
    """A firm with an open red or orange alarm; `since` is the raise of its oldest."""

    site_id: str
    name: str
    name_en: str
    priority: int
    count: int
    active: int
    unanswered: int
    since: datetime


class SeriousFirmsOut(Schema):
    """Firms in red and orange, the worst first; `red` and `orange` count all of them."""

    at: datetime
    red: int
    orange: int
    firms: list[SeriousFirm]


class SilentFirm(Schema):
    """A firm with silent datastreams: how many of how many."""

    site_id: str
    name: str
    name_en: str
    silent: int
    of: int


class ReportingOut(Schema):
    """What reports and what is silent."""

    at: datetime
    datastreams: int
    silent: int
    gateways: int
    lost: int
    firms: list[SilentFirm]


class AlarmChange(Schema):
    """A version of an alarm, and when it was known: to the microsecond, which a date of JSON is not."""

    known_at: str
    state: dict[str, Any]


class AlarmReplayOut(Schema):
    """Alarms open at `start` and what changed up to `end`, each as the journal holds it (events.AlarmState)."""

    start: datetime
    end: datetime
    open: list[dict[str, Any]]
    changes: list[AlarmChange]
    next: str | None


class RemarkOut(Schema):
    """What somebody has noted at an alarm."""

    id: str
    alarm_id: str
    text: str
    written_by: str
    written_at: datetime


class RemarkIn(Body):
    """A remark to write."""

    alarm_id: str = Field(max_length=26)
    text: str = Field(max_length=500, pattern=r"^[^\x00]*$")


class LateFirm(Schema):
    """A firm that is late: with how many alarms, and until when the oldest should have been answered."""

    site_id: str
    name: str
    name_en: str
    count: int
    due_at: datetime


class LateOut(Schema):
    """Open alarms whose owner is late, by owner."""

    at: datetime
    firms: list[LateFirm]
    firm_count: int
    bureau_count: int
    bureau_due_at: datetime | None
