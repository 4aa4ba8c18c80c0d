"""Rows that another system hands out, as they are asked for: a place in its order, a name, their fields."""

import operator
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple

#: A place in the order of the other side: what its watermark column holds, as its driver gives it.
Mark = datetime | int | float | Decimal | str

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
#: A number as time is milliseconds from here on (1973), and seconds below it.
MS_FROM: Final = 100_000_000_000


class AwayError(Exception):
    """The other side does not answer, or not as agreed; `retry_after_s`: it asked for so much patience."""

    def __init__(self, why: object, retry_after_s: float = 0.0) -> None:
        """Remember why."""
        super().__init__(str(why) or type(why).__name__)
        self.retry_after_s = retry_after_s


class Row(NamedTuple):
    """One row: its place, its name (one row, one name, for ever), its fields under the names of the other side."""

    mark: Mark
    key: str
    fields: Mapping[str, object]


def moment_of(said: object, zone: tzinfo) -> datetime | None:
    """Return what a field says as a moment, None for none; without an offset it is the zone's.

    Taken are times of a driver, ISO 8601 with a T or a blank, and seconds or milliseconds since 1970.
    """
    if isinstance(said, str):
        said = _from_text(said.strip())
    if isinstance(said, datetime):
        return said if said.tzinfo is not None else said.replace(tzinfo=zone)
    if isinstance(said, bool) or not isinstance(said, int | float | Decimal):
        return None
    try:
        number = float(said)
        return EPOCH + timedelta(milliseconds=number * (1 if abs(number) >= MS_FROM else 1_000))
    except (OverflowError, ValueError, ArithmeticError):
        return None


def alike(example: Mark, moment: datetime, zone: tzinfo) -> Mark:
    """Return a moment in the way that an example of the same column is written; text without a fraction."""
    if isinstance(example, datetime):
        return (
            moment if example.tzinfo is not None else moment.astimezone(zone).replace(tzinfo=None)
        )
    if isinstance(example, str):
        said = _from_text(example.strip())
        if not isinstance(said, datetime):
            seconds = (moment - EPOCH) // timedelta(seconds=1)
            return str(seconds * (1_000 if isinstance(said, int) and said >= MS_FROM else 1))
        local = moment.astimezone(said.tzinfo or zone)
        if said.tzinfo is None:
            local = local.replace(tzinfo=None)
        text = local.isoformat(sep="T" if "T" in example else " ", timespec="seconds")
        return text.replace("+00:00", "Z") if example.endswith("Z") else text
    seconds_since = (moment - EPOCH) / timedelta(seconds=1)
    return int(seconds_since * 1_000) if float(example) >= MS_FROM else int(seconds_since)


def position(mark: Mark) -> int | float | str:
    """Return what compares as the marks of one column do, and can be kept in SQLite."""
    if isinstance(mark, datetime):
        known = mark if mark.tzinfo is not None else mark.replace(tzinfo=UTC)
        return (known - EPOCH) // MICROSECOND
    if isinstance(mark, Decimal):
        return int(mark) if mark == int(mark) else float(mark)
    return mark


def is_beyond(one: Mark, other: Mark) -> bool:
    """Tell whether a mark comes behind another of the same column."""
    return bool(operator.gt(position(one), position(other)))


def _from_text(text: str) -> datetime | int | None:
    if text.isdecimal() and len(text) in {10, 13}:
        return int(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
