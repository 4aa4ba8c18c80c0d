"""JSON shapes of work permits; hours, % of volume, % of the lower explosive limit, ppm."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from anlan.kernel.base.body import Body

_NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_NO_NUL)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=_NO_NUL)]
Words = Annotated[str, StringConstraints(max_length=400, pattern=_NO_NUL)]
Person = Annotated[str, StringConstraints(max_length=60, pattern=_NO_NUL)]
Firm = Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL)]
Why = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,32}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
KindKey = Literal[
    "hot_work", "confined_space", "blind_plate", "height", "lifting", "temporary_power", "digging", "road_closing",
]  # fmt: skip
LevelKey = Literal["", "special", "first", "second", "third", "fourth"]
Standing = Literal["under_way", "overrun", "issued", "draft", "expired", "finished", "cancelled"]
PermitAct = Literal["change", "test", "issue", "start", "finish", "cancel", "take_back"]


class WorkLevelOut(Schema):
    """A level of a kind; a permit of it is good for `valid_h` hours at most."""

    key: LevelKey
    title: str
    title_en: str
    valid_h: int
    mark: str


class WorkKindOut(Schema):
    """A kind of special work, its levels gravest first."""

    key: KindKey
    title: str
    title_en: str
    needs_gas: bool
    raises: bool
    levels: list[WorkLevelOut]


class GasRulesOut(Schema):
    """What an analysis of gases must say."""

    before_min: int
    before_mark: str
    flammable_lel_pct: float
    flammable_mark: str
    oxygen_low_pct: float
    oxygen_high_pct: float
    oxygen_mark: str


class WorkStandardOut(Schema):
    """The figures by which permits are checked, each with how sure it is."""

    name: str
    kinds: list[WorkKindOut]
    gas: GasRulesOut
    night_from: int
    night_to: int
    night_mark: str
    undo_min: int


class GasTestBody(Body):
    """An analysis of gases; what was not measured is left out."""

    at: AwareDatetime
    by: Person = ""
    spot: Firm = ""
    oxygen_pct: Percent | None = None
    flammable_lel_pct: Percent | None = None
    toxic: Person = ""
    toxic_ppm: float | None = Field(default=None, ge=0, le=1_000_000)


class GasTestOut(Schema):
    """An analysis as it was noted, and what of it does not hold."""

    at: datetime
    by: str
    spot: str
    oxygen_pct: float | None
    flammable_lel_pct: float | None
    toxic: str
    toxic_ppm: float | None
    faults: list[Literal["oxygen_low", "oxygen_high", "flammable"]]


class PermitBody(Body):
    """What a permit says; `at_night`: the work is done at night or on a day off, also where its ends are not."""

    kind: KindKey
    level: LevelKey = ""
    at_night: bool = False
    spot: Line
    content: Text
    isolation: Words = ""
    contractor: Firm = ""
    applicant: Person = ""
    guardian: Person = ""
    approver: Person = ""
    planned_start: AwareDatetime
    planned_end: AwareDatetime


class PermitIn(PermitBody):
    """A permit at a subject of the own site; without a code it is numbered."""

    subject_id: str
    code: Code = ""


class PermitReasonBody(Body):
    """Why a permit is cancelled or an act taken back."""

    reason: Why


class WorkPermitRow(Schema):
    """One line of the list; `standing` is computed: `expired` and `overrun` are permits whose time is over."""

    id: str
    version: int
    code: str
    kind: KindKey
    level: LevelKey
    managed_level: LevelKey
    is_off_hours: bool
    standing: Standing
    site: str | None
    site_name: str
    site_name_en: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    spot: str
    content: str
    planned_start: datetime
    planned_end: datetime
    started_at: datetime | None
    ended_at: datetime | None
    guardian: str
    approver: str
    contractor: str
    is_invented: bool


class WorkPermitOut(WorkPermitRow):
    """One permit whole, and what the asking person may do."""

    isolation: str
    applicant: str
    gas_tests: list[GasTestOut]
    reason: str
    state_at: datetime
    state_by_name: str
    may: list[PermitAct]


class WorkPointsOut(Schema):
    """GeoJSON (RFC 7946)."""

    type: str
    features: list[dict[str, Any]]


Risk = Literal["major", "considerable", "general", "low"]
DayStanding = Literal["contradicted", "missing", "withdrawn", "waiting", "late", "promised"]
Units = Annotated[int, Field(ge=0, le=999)]
Times = Annotated[int, Field(ge=0, le=999)]
WorkKey = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z_.]+$")]
Judged = Annotated[str, StringConstraints(max_length=300, pattern=_NO_NUL)]
Promised = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=_NO_NUL)]
Signer = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_NO_NUL)]


class JudgementStepBody(Body):
    """One of the three steps of the judgement: who, and what was found."""

    step: Literal["shift", "workshop", "firm"]
    by: Signer
    said: Judged = ""


class JudgementStepOut(Schema):
    """A step as it was filed."""

    step: Literal["shift", "workshop", "firm"]
    by: str
    said: str


class PromiseBody(Body):
    """What is promised for today; `works` counts by kind, hot work by level (`hot_work.special`)."""

    units_total: Units
    units_running: Units
    units_stopped: Units
    units_under_repair: Units
    works: dict[WorkKey, Times]
    tanks_safe: bool
    is_trial: bool = False
    is_starting_or_stopping: bool = False
    risk: Risk
    steps: Annotated[list[JudgementStepBody], Field(min_length=3, max_length=3)]
    accountability: Words = ""
    text: Promised
    signed_by: Signer


class PromiseIn(PromiseBody):
    """Today's promise of a site."""

    site_id: str


class PromiseCorrectionBody(PromiseBody):
    """The next version, whole, and why."""

    reason: Why


class PromiseReasonBody(Body):
    """Why a promise is withdrawn."""

    reason: Why


class PromisingSiteRow(Schema):
    """A firm's site and how it stands with its promise on the day that was asked for."""

    id: str
    name: str
    name_en: str
    standing: DayStanding
    contradictions: int
    contradicted_since: datetime | None
    promised_at: datetime | None
    number: int | None
    risk: Literal["", "major", "considerable", "general", "low"]
    units_running: int | None
    units_total: int | None
    works: int
    under_way: int
    signed_by: str
    commitment_id: str | None
    is_invented: bool


class PromiseRateOut(Schema):
    """A functional zone or township: firms, how many have promised, in time, with a contradiction, not at all."""

    key: str
    name: str
    name_en: str
    firms: int
    promised: int
    in_time: int
    contradicted: int
    missing: int


class CommitmentRow(Schema):
    """A promise of a day."""

    id: str
    version: int
    day: date
    subject_id: str
    name: str
    name_en: str
    promised_at: datetime
    is_late: bool
    withdrawn_at: datetime | None
    number: int | None
    risk: Risk | None
    contradictions: int
    signed_by: str | None
    site: str | None


class ContradictionOut(Schema):
    """What was promised and what there is: `what` is a key of works, or `alarms`."""

    what: str
    promised: int
    found: int
    codes: list[str]
    since: datetime


class PromiseVersionOut(Schema):
    """One version of a promise as it was filed."""

    number: int
    filed_at: datetime
    filed_by_name: str
    reason: str
    units_total: int
    units_running: int
    units_stopped: int
    units_under_repair: int
    works: dict[str, int]
    tanks_safe: bool
    is_trial: bool
    is_starting_or_stopping: bool
    risk: Risk
    steps: list[JudgementStepOut]
    accountability: str
    text: str
    signed_by: str


class CommitmentOut(Schema):
    """A promise whole, its versions newest first, what contradicts it, and what the asking person may do."""

    id: str
    version: int
    day: date
    subject_id: str
    name: str
    name_en: str
    promised_at: datetime
    is_late: bool
    withdrawn_at: datetime | None
    withdraw_reason: str
    contradictions: list[ContradictionOut]
    versions: list[PromiseVersionOut]
    is_invented: bool
    may: list[Literal["correct", "withdraw"]]


class FirmTodayOut(Schema):
    """A site's day: until when its promise is due, the promise, and what its permits count up to."""

    site_id: str
    name: str
    name_en: str
    day: date
    due_at: datetime
    is_due_over: bool
    commitment: CommitmentOut | None
    works: dict[str, int]
    alarms: int
    may: list[Literal["promise"]]
