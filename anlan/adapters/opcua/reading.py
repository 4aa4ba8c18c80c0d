"""A data value of OPC UA (part 4, 7.11) as a number with a time and a quality."""

from datetime import UTC, datetime
from math import isfinite
from typing import Final, NamedTuple

from asyncua import ua

from anlan.kernel.sensing.batch import BAD, GOOD, UNCERTAIN

#: The two highest bits of a status code (part 4, 7.39.1): good, uncertain, bad, and one that counts as bad.
QUALITY: Final = (GOOD, UNCERTAIN, BAD, BAD)
#: So much each node may change between two messages of the server; beyond it the server drops the oldest.
QUEUE: Final = 100


class Change(NamedTuple):
    """What a server says of a tag: `at` UTC (None without a time), `value` None where there is no number."""

    tag: str
    at: datetime | None
    value: float | None
    quality: int
    status: int


def change_of(tag: str, told: ua.DataValue) -> Change:
    """Read a data value. Its time is that of the source, of the server where the source says none."""
    status = told.StatusCode.value if told.StatusCode is not None else 0
    at = told.SourceTimestamp or told.ServerTimestamp
    raw = None if told.Value is None else told.Value.Value
    return Change(tag, _utc(at), _number(raw), QUALITY[status >> 30], status)


def _number(raw: object) -> float | None:
    if not isinstance(raw, bool | int | float):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if isfinite(value) else None


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
