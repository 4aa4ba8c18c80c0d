"""JSON shapes of sensing."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from anlan.kernel.base.body import Body
from anlan.kernel.base.doors import principal
from anlan.kernel.base.permissions import Facts, Principal
from anlan.kernel.sensing.rules import keeping_of, keeps_equipment


def _keeping(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
    """Return what the asking person may do with a row that hangs here; no further query."""
    return keeping_of(*_asking(row, context))


def _asking(row: dict[str, Any], context: dict[str, Any]) -> tuple[Principal, Facts]:
    names = ("div", "zone", "site", "matter")
    return principal(context["request"]), Facts(**{name: row[name] for name in names})


class Hung(Schema):
    """Where a row hangs, and the matter (监管事项) of its subject's kind."""

    div: int
    zone: int | None
    site: str | None
    matter: str


class LimitBrief(Schema):
    """A limit in force as a curve draws it."""

    id: str
    condition: str
    value: float
    unit: str
    deadband: float
    priority: int


class LastReading(Schema):
    """The newest reading: time in ms UTC, value, quality (192 good, 64 uncertain, 72 clock, 0 bad)."""

    t: int
    v: float
    q: int


class DatastreamRow(Hung):
    """One line of the list of datastreams, and what the asking person may do with it."""

    id: str
    version: int
    number: int
    name: str
    name_en: str
    tag: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    gateway_id: str
    gateway_name: str
    gateway_name_en: str
    #: Of those that stand.
    limits_count: int
    unit: str
    property: str
    property_title: str
    property_title_en: str
    resolution: float | None
    retired_at: datetime | None
    may: list[
        Literal["file_limit", "file_suppression", "take_out", "change", "retire", "reinstate"]
    ]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Nothing is filed on a datastream that is retired; it may be taken up again."""
        is_retired = row["retired_at"] is not None
        kept = ["change", "reinstate" if is_retired else "retire"]
        acts = kept if keeps_equipment(*_asking(row, context)) else []
        return acts if is_retired else _keeping(row, context) + acts


class DatastreamOut(DatastreamRow):
    """One datastream with its limits and its newest reading."""

    limits: list[LimitBrief]
    last: LastReading | None
    tail_missing: bool
    #: How long one suppression or one time out of service may last at most.
    longest_suppression_days: int


class SubjectDatastreams(Schema):
    """Every datastream of a subject and of what hangs below it, for its card."""

    items: list[DatastreamOut]
    tail_missing: bool


class HistoryOut(Schema):
    """What every answer of history says of itself.

    `as_of`: only what was known then. `tail_missing`: the newest seconds could not be asked for.
    `files_missing`: so many files are lost or damaged, and their readings missing.
    """

    as_of: int | None = None
    tail_missing: bool
    files_missing: int


class ObservationsOut(HistoryOut):
    """History of a datastream: raw readings, or buckets when there are more than `points`.

    Buckets are `width_ms` wide and begin at `t`; figures are over good readings, `refused` counts
    the others. `corrected`: an earlier value under the same time was replaced.
    """

    datastream_id: str
    unit: str
    mode: Literal["raw", "buckets"]
    t: list[int]
    width_ms: int | None = None
    v: list[float | None] = []
    q: list[int] = []
    corrected: list[bool] = []
    lag_s: list[int] = []
    min: list[float | None] = []
    max: list[float | None] = []
    mean: list[float | None] = []
    first: list[float | None] = []
    last: list[float | None] = []
    count: list[int] = []
    refused: list[int] = []


class ReplayQuery(Schema):
    """Which readings a replay asks for; moments in RFC 3339 with their offset."""

    start: str
    end: str
    as_of: str | None = None
    after: str | None = None
    limit: int = 10_000


class ReplayStream(Schema):
    """A datastream of a replay."""

    id: str
    number: int
    name: str
    tag: str
    subject_id: str
    unit: str


class ReplayOut(HistoryOut):
    """Readings of a firm or of anything below it, by time: columns; `i` indexes `datastreams`.

    A reading was known `lag_s` seconds after `t`. `next` is the place to go on behind, or null.
    """

    subject_id: str
    datastreams: list[ReplayStream]
    i: list[int]
    t: list[int]
    v: list[float | None]
    q: list[int]
    corrected: list[bool]
    lag_s: list[int]
    next: str | None


class LimitRow(Hung):
    """One limit with who filed it, on what ground, and since when it is in force.

    `waiting` and `ending`: filed or withdrawn, not yet reached by the engine.
    """

    id: str
    version: int
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    condition: str
    value: float
    unit: str
    deadband: float
    on_delay_ms: int
    off_delay_ms: int
    low: float | None
    window_ms: int | None
    priority: int
    standard: str
    clause: str
    clause_en: str
    confidence: str
    valid_from: datetime
    superseded_at: datetime | None
    filed_by: str
    filed_by_name: str
    reason: str
    reason_en: str
    ended_by_name: str
    end_reason: str
    state: Literal["waiting", "in_force", "ending", "withdrawn", "replaced"]
    in_force_since: datetime | None
    may: list[Literal["change", "withdraw"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Only what stands can be changed."""
        may = row["superseded_at"] is None and "file_limit" in _keeping(row, context)
        return ["change", "withdraw"] if may else []


class LimitChange(Body):
    """What a limit says; values are in the datastream's unit, for silent in seconds.

    rate: `value` a second over `window_ms`; range: from `low` to `value`; frozen: `value` is the spread
    that is no change, `window_ms` how long.
    """

    value: float
    deadband: float = Field(default=0.0, ge=0)
    on_delay_ms: int = Field(default=0, ge=0, le=86_400_000)
    off_delay_ms: int = Field(default=0, ge=0, le=86_400_000)
    low: float | None = None
    window_ms: int | None = Field(default=None, ge=1_000, le=86_400_000)
    priority: int | None = Field(default=None, ge=1, le=4)
    standard: str = Field(default="", max_length=80)
    clause: str = Field(default="", max_length=40)
    clause_en: str = Field(default="", max_length=80)
    confidence: Literal["standard", "design", "default", "unverified"] = "unverified"
    reason: str = Field(default="", max_length=200)
    reason_en: str = Field(default="", max_length=200)


class LimitIn(LimitChange):
    """A limit to be filed."""

    datastream_id: str
    condition: Literal["HH", "H", "L", "LL", "rate", "range", "frozen", "silent"]


class ReasonIn(Body):
    """Why."""

    reason: str = Field(min_length=1, max_length=200)


class SuppressionRow(Hung):
    """One suppression by design or time out of service; `waiting` and `ending` as with limits."""

    id: str
    version: int
    kind: Literal["by_design", "out_of_service"]
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    approved_by: str
    filed_by: str
    filed_by_name: str
    ended_by_name: str
    state: Literal["waiting", "planned", "running", "ending", "ended", "over"]
    may: list[Literal["end"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Only what has not ended can be ended."""
        stands = row["state"] in {"waiting", "planned", "running"}
        act = "take_out" if row["kind"] == "out_of_service" else "file_suppression"
        return ["end"] if stands and act in _keeping(row, context) else []


class SuppressionIn(Body):
    """A suppression to be filed."""

    datastream_id: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: str = Field(min_length=1, max_length=200)


class OutageIn(SuppressionIn):
    """A datastream to be taken out of service (停用), and who approved it."""

    approved_by: str = Field(min_length=1, max_length=64)
