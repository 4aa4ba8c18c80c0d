"""Rows that another system hands out, as they are asked for: a place in its order, a name, their fields."""

import operator
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple

from anlan.kernel.base.clock import SHANGHAI, now

#: A place in the order of the other side: what its watermark column holds, as its driver gives it.
Mark = datetime | int | float | Decimal | str

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
#: Digits alone are one of these, by how many they are: the compact times of Chinese systems, else since 1970.
_COMPACT: Final = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}
_MS_PER_UNIT: Final = {10: 1_000, 13: 1}
#: Eight digits as text are a day of ISO 8601.
_A_DAY: Final = 8
#: Digits are a time from here to a year from now: with so many readings of them, others are a mistake.
_DIGITS_FROM: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DIGITS_AHEAD: Final = timedelta(days=366)


class AwayError(Exception):
    """The other side does not answer, or not as agreed; `retry_after_s`: it asked for so much patience."""

    def __init__(self, why: object, retry_after_s: float = 0.0) -> None:
        """Remember why."""
        super().__init__(str(why) or type(why).__name__)
        self.retry_after_s = retry_after_s


class Row(NamedTuple):
    """One row: its place, its name (one row, one name, for ever), its fields under the names of the other side.

    Without `is_named` a key field was empty, and `key` is no more than what the row says: it is refused.
    """

    mark: Mark
    key: str
    fields: Mapping[str, object]
    is_named: bool = True


def moment_of(said: object, zone: tzinfo, *, is_mark: bool = False) -> datetime | None:
    """Return what a field says as a moment, None for none; without an offset it is the zone's.

    Taken are times of a driver, ISO 8601 with a T or a blank, and as digits, between 2000 and a year from now:
    yyyyMMddHHmmss, yyyyMMddHHmm, ten of them as seconds and thirteen as milliseconds since 1970. A mark may be
    of any year: it only tells the order.
    """
    if isinstance(said, str):
        text = said.strip()
        said = text if _is_digits(text) else _iso(text)
    if isinstance(said, datetime):
        known = said if said.tzinfo is not None else said.replace(tzinfo=zone)
        return known if is_mark or _is_of_all_zones(known) else None
    if isinstance(said, bool) or not isinstance(said, int | float | Decimal | str):
        return None
    try:
        at = _of_digits(said, zone)
    except (OverflowError, ValueError, ArithmeticError):
        return None
    if at is None or is_mark or _DIGITS_FROM <= at <= now() + _DIGITS_AHEAD:
        return at
    return None


def before(mark: Mark, latest: datetime, overlap: timedelta, zone: tzinfo) -> Mark:
    """Return the place so far behind a mark that is a time, and never beyond the latest moment. Raises AwayError."""
    at = moment_of(mark, zone, is_mark=True)
    if at is None:
        raise AwayError(f"{mark!r} is neither a number nor a time")
    try:
        return alike(mark, min(at, latest) - overlap, zone)
    except OverflowError:  # nothing is before the year 1
        return mark


def alike(example: Mark, moment: datetime, zone: tzinfo) -> Mark:
    """Return a moment in the way that an example of the same column is written; text without a fraction."""
    if isinstance(example, datetime):
        return (
            moment if example.tzinfo is not None else moment.astimezone(zone).replace(tzinfo=None)
        )
    if not isinstance(example, str):
        return int(_digits_like(str(int(example)), moment, zone))
    text = example.strip()
    if not _is_digits(text) and (said := _iso(text)) is not None:
        local = moment.astimezone(said.tzinfo or zone)
        if said.tzinfo is None:
            local = local.replace(tzinfo=None)
        text = local.isoformat(sep="T" if "T" in example else " ", timespec="seconds")
        return text.replace("+00:00", "Z") if example.endswith("Z") else text
    return _digits_like(text, moment, zone)


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


def _is_of_all_zones(at: datetime) -> bool:
    """Tell whether a moment is within the years 1 to 9999 in every zone that is asked for."""
    try:
        at.astimezone(UTC)
        at.astimezone(SHANGHAI)
    except OverflowError:
        return False
    return True


def _of_digits(said: float | Decimal | str, zone: tzinfo) -> datetime | None:
    """Return what digits stand for. Raises ValueError, ArithmeticError, OverflowError."""
    digits = str(int(said))
    if form := _COMPACT.get(len(digits)):
        return datetime.strptime(digits, form).replace(tzinfo=zone)
    if unit := _MS_PER_UNIT.get(len(digits)):
        return EPOCH + timedelta(milliseconds=float(said) * unit)
    return None


def _digits_like(example: str, moment: datetime, zone: tzinfo) -> str:
    if form := _COMPACT.get(len(example)):
        return moment.astimezone(zone).strftime(form)
    return str((moment - EPOCH) // timedelta(milliseconds=_MS_PER_UNIT.get(len(example), 1_000)))


def _is_digits(text: str) -> bool:
    return text.isdecimal() and len(text) != _A_DAY


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
