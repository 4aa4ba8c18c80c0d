"""Read the values of a message one by one, when it could not be read in one go.

A row that cannot be read is refused under its number; the others become columns.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
import numpy as np

from anlan.kernel.sensing.batch import GOOD, NUMBER, QUALITY, TIME, VALUE
from anlan.kernel.sensing.intake import (
    QUALITY_BAD,
    ROW_BAD,
    TAG_UNKNOWN,
    TIME_BAD,
    VALUE_BAD,
    Refusal,
)

ToMs = Callable[[int | datetime], int]
Reading = tuple[str, int, float, int, str | None]
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


def rows_one_by_one(rows: list[Any], to_ms: ToMs) -> dict[str, Any]:
    """Return the columns of a `RawBatch` from the row form."""
    read = [_row(row, at, to_ms) for at, row in enumerate(rows)]
    return _collect(read)


def columns_one_by_one(
    tags: list[Any], columns: tuple[list[Any], ...], to_ms: ToMs
) -> dict[str, Any]:
    """Return the columns of a `RawBatch` from the column form, its lists of one length."""
    read: list[Reading | Refusal] = []
    for at, (i, t, v, q) in enumerate(zip(*columns, strict=True)):
        known = isinstance(i, int) and not isinstance(i, bool) and 0 <= i < len(tags)
        if known and isinstance(tags[i], str):
            read.append(_reading(tags[i], (t, v, q, None), at, to_ms))
        else:
            read.append(Refusal(at, TAG_UNKNOWN))
    return _collect(read)


def _row(row: Any, at: int, to_ms: ToMs) -> Reading | Refusal:
    if not isinstance(row, dict) or not isinstance(row.get("tag"), str):
        return Refusal(at, ROW_BAD)
    unit = row.get("u")
    if unit is not None and not isinstance(unit, str):
        return Refusal(at, ROW_BAD, _text(row["tag"]))
    return _reading(row["tag"], (row.get("t"), row.get("v"), row.get("q", GOOD), unit), at, to_ms)


def _reading(
    tag: str, parts: tuple[Any, Any, Any, str | None], at: int, to_ms: ToMs
) -> Reading | Refusal:
    """Read one reading, or say what is wrong with it first."""
    tag, (t, v, q, unit) = _text(tag), parts
    if (value := _number(v)) is None:
        return Refusal(at, VALUE_BAD, tag)
    if (time_ms := _time(t, to_ms)) is None:
        return Refusal(at, TIME_BAD, tag)
    if (quality := _whole(q, 0, 255)) is None:
        return Refusal(at, QUALITY_BAD, tag)
    return tag, time_ms, value, quality, unit


def _text(tag: str) -> str:
    """Return the tag as it can be written: half a surrogate pair of a broken sender cannot."""
    return tag.encode("utf-8", "replace").decode()


def _number(value: Any) -> float | None:
    """Return a number as float; a truth value, a text or nothing is none. NaN is judged later."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _whole(value: Any, low: int, high: int) -> int | None:
    """Return a whole number within bounds; some controllers write all numbers as floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if low <= value <= high else None


def _time(value: Any, to_ms: ToMs) -> int | None:
    if isinstance(value, str | datetime):
        try:
            return to_ms(msgspec.convert(value, _Aware))
        except (msgspec.ValidationError, UnicodeError):
            return None
    return _whole(value, -(2**63), 2**63 - 1)


def _collect(read: list[Reading | Refusal]) -> dict[str, Any]:
    good = [(at, one) for at, one in enumerate(read) if not isinstance(one, Refusal)]
    units = [one[4] for _at, one in good]
    return {
        "tags": [one[0] for _at, one in good],
        "tag_at": np.arange(len(good), dtype=NUMBER),
        "times_ms": np.array([one[1] for _at, one in good], TIME),
        "values": np.array([one[2] for _at, one in good], VALUE),
        "quality": np.array([one[3] for _at, one in good], QUALITY),
        "rows": np.array([at for at, _one in good], NUMBER),
        "units": units if any(unit is not None for unit in units) else None,
        "refusals": tuple(one for one in read if isinstance(one, Refusal)),
    }
