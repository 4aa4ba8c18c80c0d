"""The observation message as types: what a message of a careful gateway decodes into at once (2b)."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from anlan.kernel.sensing.batch import GOOD

Moment = int | Annotated[datetime, Meta(tz=True)]
Code = Annotated[str, Meta(min_length=1, max_length=32)]
UlidText = Annotated[str, Meta(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class Row(Struct):
    """One reading of the row form."""

    tag: str
    t: Moment
    v: float
    q: Annotated[int, Meta(ge=0, le=255)] = GOOD
    u: str | None = None


class Columns(Struct):
    """The column form: lists in JSON."""

    tags: list[str]
    i: list[int]
    t: list[int]
    v: list[float]
    q: list[int] | UnsetType = UNSET


class PackedColumns(Struct):
    """The column form in msgpack: raw little-endian int32, int64, float64, uint8."""

    tags: list[str]
    i: bytes
    t: bytes
    v: bytes
    q: bytes | UnsetType = UNSET


class Envelope(Struct, kw_only=True):
    """What stands round the readings."""

    v: Literal[1]
    gw: Code
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    sent: Moment | None = None
    exercise: UlidText | None = None
    backfill: tuple[Moment, Moment] | None = None


class JsonMessage(Envelope, kw_only=True):
    """A whole message in JSON."""

    rows: list[Row] | UnsetType = UNSET
    columns: Columns | UnsetType = UNSET


class PackedMessage(Envelope, kw_only=True):
    """A whole message in msgpack."""

    rows: list[Row] | UnsetType = UNSET
    columns: PackedColumns | UnsetType = UNSET
