"""JSON shapes of escalations."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body

AwaitedKey = Literal["confirm", "close", "check"]
CallOutcome = Literal["reached", "no_answer", "engaged", "wrong_number"]
_NO_NUL = r"^[^\x00]*$"


class EscalationOut(Schema):
    """An alarm that was carried to a rung; `state` tells whether what was awaited then still is.

    `again`: the alarm has come again since; the new occurrence has its own deadlines and climbs by itself.

    `told_count` is how many people got the message; none: nobody stands there.
    """

    id: str
    version: int
    alarm_id: str
    occurrence: int
    made_at: datetime
    rung: str
    rung_title: str
    rung_title_en: str
    awaited: AwaitedKey
    due_at: datetime
    state: Literal["waiting", "again", "answered"]
    priority: int
    condition: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    datastream_name: str
    datastream_name_en: str
    told_count: int
    calls_count: int


class EscalationDetail(EscalationOut):
    """One escalation with the names of the organisations that it concerned and of the people who were told."""

    organisation_names: list[str]
    told_names: list[str]


class CallIn(Body):
    """A call to record; without `called_at` it was made just now."""

    callee: Annotated[str, StringConstraints(max_length=60, pattern=_NO_NUL)]
    outcome: CallOutcome
    said: Annotated[str, StringConstraints(max_length=500, pattern=_NO_NUL)] = ""
    called_at: datetime | None = None


class CallOut(Schema):
    """A call about an escalation."""

    id: str
    escalation_id: str
    called_by: str
    callee: str
    outcome: CallOutcome
    said: str
    called_at: datetime


class RungOut(Schema):
    """A rung: so many seconds after its `owner` let his time pass, alarms up to a priority reach these posts."""

    code: str
    title: str
    title_en: str
    owner: Literal["firm", "bureau"]
    after_s: int
    priority_to: int = Field(description="1 red .. 4 blue")
    side: Literal["firm", "bureau"]
    up: int
    posts: list[str]


class LadderOut(Schema):
    """The ladder as it counts on this installation; `confidence` marks its times."""

    confidence: str
    rungs: list[RungOut]
