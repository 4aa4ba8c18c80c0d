"""JSON shapes of online rounds and their plans."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body

_NO_NUL = r"^[^\x00]*$"
_Key = Annotated[str, StringConstraints(max_length=26, pattern=r"^[0-9A-Z]*$")]
_Name = Annotated[str, StringConstraints(max_length=80, pattern=_NO_NUL)]
_Line = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]
_Text = Annotated[str, StringConstraints(max_length=500, pattern=_NO_NUL)]
LevelKey = Literal["county", "city", "province"]


class RoundPlanOut(Schema):
    """A plan; `firms` counts its sites, those out of the reader's sight as well."""

    id: str
    version: int
    name: str
    level: LevelKey
    every_days: int
    firms: int
    starts_on: date
    organisation_name: str
    organisation_name_en: str
    made_by_name: str
    ended_at: datetime | None


class RoundPlanIn(Body):
    """A plan: each site once in so many days."""

    name: _Name
    level: LevelKey
    every_days: Annotated[int, Field(ge=1, le=90)]
    sites: Annotated[list[_Key], Field(min_length=1, max_length=2000)]
    starts_on: date


class PlanMadeOut(Schema):
    """The plan that was made or ended."""

    id: str
    version: int


class PlanEnd(Body):
    """Why a plan ends."""

    reason: _Line


class DueFirm(Schema):
    """A firm that is due today or was missed: since which day, when last looked at, the round of this turn if any."""

    plan_id: str
    plan_name: str
    site_id: str
    name: str
    name_en: str
    due_on: date
    days_late: int
    is_done: bool
    round_id: str | None
    last_at: datetime | None


class TodayOut(Schema):
    """Today's round, by the clock of Shanghai."""

    day: date
    firms: list[DueFirm]


class RoundFacts(Schema):
    """What there was to see of a firm when the round began."""

    open_alarms: int
    serious_alarms: int
    datastreams: int
    silent: int
    gateways: int
    gateways_unheard: int


class RoundCheckOut(Schema):
    """One thing of the list that was looked at."""

    key: str
    is_normal: bool
    note: str


class RoundOut(Schema):
    """A round at a firm; `result` empty and `seconds` null while it is not done."""

    id: str
    version: int
    plan_id: str
    plan_name: str
    site: str
    site_name: str
    site_name_en: str
    looked_by_name: str
    began_at: datetime
    ended_at: datetime | None
    seconds: float | None
    result: Literal["", "normal", "abnormal"]
    finding: str
    assigned: str
    assigned_until: date | None
    facts: RoundFacts
    checks: list[RoundCheckOut]


class RoundIn(Body):
    """At which firm of which plan a round is begun."""

    plan_id: _Key
    site_id: _Key


class RoundCheckIn(Body):
    """One thing of the list: looked at, normal or not."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
    is_normal: bool
    note: _Line = ""


class RoundDone(Body):
    """What was found; to whom it is assigned, until when."""

    checks: Annotated[list[RoundCheckIn], Field(max_length=20)]
    finding: _Text = ""
    assigned: _Line = ""
    assigned_until: date | None = None
