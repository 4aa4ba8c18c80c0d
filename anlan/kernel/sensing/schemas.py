"""JSON shapes of sensing."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field


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


class DatastreamRow(Schema):
    """One line of the list of datastreams."""

    id: str
    version: int
    number: int
    name: str
    tag: str
    subject_id: str
    subject_name: str
    gateway_id: str
    unit: str
    property: str
    property_title: str
    resolution: float | None
    retired_at: datetime | None


class DatastreamOut(DatastreamRow):
    """One datastream with its limits and its newest reading."""

    limits: list[LimitBrief]
    last: LastReading | None
    tail_missing: bool


class SubjectDatastreams(Schema):
    """Every datastream of a subject and of what hangs below it, for its card."""

    items: list[DatastreamOut]
    tail_missing: bool


class ObservationsOut(Schema):
    """History of a datastream: raw readings, or buckets when there are more than `points`."""

    datastream_id: str
    unit: str
    mode: Literal["raw", "buckets"]
    t: list[int]
    v: list[float | None] = []
    q: list[int] = []
    corrected: list[bool] = []
    min: list[float | None] = []
    max: list[float | None] = []
    mean: list[float | None] = []
    count: list[int] = []
    truncated: bool = False
    tail_missing: bool


class LimitRow(Schema):
    """One limit with who filed it, on what ground, and since when it is in force."""

    id: str
    version: int
    datastream_id: str
    datastream_name: str
    tag: str
    condition: str
    value: float
    unit: str
    deadband: float
    on_delay_ms: int
    off_delay_ms: int
    priority: int
    standard: str
    clause: str
    confidence: str
    valid_from: datetime
    superseded_at: datetime | None
    filed_by: str
    reason: str
    log_seq: int | None
    log_at: datetime | None


class LimitIn(Schema):
    """A limit to be filed; values are in the datastream's unit, for silent in seconds."""

    datastream_id: str
    condition: Literal["HH", "H", "L", "LL", "silent"]
    value: float
    deadband: float = Field(default=0.0, ge=0)
    on_delay_ms: int = Field(default=0, ge=0, le=86_400_000)
    off_delay_ms: int = Field(default=0, ge=0, le=86_400_000)
    priority: int | None = Field(default=None, ge=1, le=4)
    standard: str = Field(default="", max_length=80)
    clause: str = Field(default="", max_length=40)
    confidence: Literal["standard", "design", "default", "unverified"] = "unverified"
    reason: str = Field(default="", max_length=200)


class ReasonIn(Schema):
    """Why."""

    reason: str = Field(min_length=1, max_length=200)


class SuppressionRow(Schema):
    """One suppression by design."""

    id: str
    version: int
    datastream_id: str
    datastream_name: str
    tag: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    filed_by: str


class SuppressionIn(Schema):
    """A suppression to be filed."""

    datastream_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str = Field(min_length=1, max_length=200)


class GatewayRow(Schema):
    """One gateway and how it is."""

    id: str
    version: int
    firm_code: str
    code: str
    name: str
    organisation_name: str
    shard: int
    is_active: bool
    last_seen_at: datetime | None
    health: dict[str, Any]


class QuarantineRow(Schema):
    """One message that a door could not read."""

    id: str
    door: str
    topic: str
    code: str
    reason: str
    gateway_name: str | None
    received_at: datetime
    settled_at: datetime | None
