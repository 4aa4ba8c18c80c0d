"""Bytes of an observation message to a `RawBatch`: JSON or msgpack, rows or columns (2b).

A message of the declared types is read in one go. Anything else is read again value by value, so
that one bad row (a text, a null, NaN) is refused alone and the rows beside it go on.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from anlan.adapters.mqtt.const import ROWS_MAX
from anlan.adapters.mqtt.lenient import columns_one_by_one, rows_one_by_one
from anlan.adapters.mqtt.message import (
    Columns,
    Envelope,
    JsonMessage,
    PackedColumns,
    PackedMessage,
    Row,
)
from anlan.engines.readings.columns import fixed, within
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.sensing.batch import GOOD, NUMBER, QUALITY, TIME, VALUE
from anlan.kernel.sensing.intake import RawBatch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
#: Columns that most messages share, as long as a message may be.
_GOOD = fixed(np.full(ROWS_MAX, GOOD), QUALITY)
_ROWS = fixed(np.arange(ROWS_MAX), NUMBER)


class UnreadableError(InvalidError):
    """The message as a whole cannot be read; nothing of it goes on."""

    code = "sensing.unreadable"


#: What of a message stands round its readings; unknown words are ignored.
_ENVELOPE = frozenset(Envelope.__struct_fields__)
_json = msgspec.json.Decoder(JsonMessage)
_packed = msgspec.msgpack.Decoder(PackedMessage)


def to_batch(body: bytes) -> RawBatch:
    """Read a message without its signature. Raises UnreadableError and nothing else."""
    is_json = body[:1] == b"{"
    if not is_json and not _begins_a_msgpack_map(body):
        raise UnreadableError("neither JSON ({) nor a msgpack map by its first byte")
    try:
        message = _json.decode(body) if is_json else _packed.decode(body)
        return _typed(message)
    except (msgspec.MsgspecError, OverflowError, RecursionError, UnicodeError):
        return _lenient(_plain(body, is_json=is_json))


def _begins_a_msgpack_map(body: bytes) -> bool:
    first = body[0] if body else 0
    return 0x80 <= first <= 0x8F or first in {0xDE, 0xDF}


def _typed(message: JsonMessage | PackedMessage) -> RawBatch:
    """Turn a message of the declared types into columns. Raises msgspec.ValidationError."""
    rows, columns = message.rows, message.columns
    if not isinstance(rows, UnsetType) and isinstance(columns, UnsetType):
        return _batch(message, **_typed_rows(rows))
    if isinstance(rows, UnsetType) and not isinstance(columns, UnsetType):
        return _batch(message, **_typed_columns(columns))
    raise UnreadableError("either rows or columns, one of them")


def _typed_rows(rows: list[Row]) -> dict[str, Any]:
    _not_too_many(len(rows))
    units = [row.u for row in rows]
    return {
        "tags": [row.tag for row in rows],
        "tag_at": np.arange(len(rows), dtype=NUMBER),
        "times_ms": np.array([to_ms(row.t) for row in rows], TIME),
        "values": np.array([row.v for row in rows], VALUE),
        "quality": np.array([row.q for row in rows], QUALITY),
        "units": units if any(unit is not None for unit in units) else None,
    }


def _typed_columns(columns: Columns | PackedColumns) -> dict[str, Any]:
    tag_at, times, values, quality = _arrays(columns)
    lengths = {len(tag_at), len(times), len(values), len(quality)}
    if len(lengths) != 1:
        raise UnreadableError(f"columns of unequal length: {sorted(lengths)}")
    _not_too_many(len(times))
    if not within(fixed(tag_at, NUMBER), len(columns.tags)):
        raise msgspec.ValidationError("an i points outside tags")
    return {
        "tags": columns.tags,
        "tag_at": tag_at,
        "times_ms": times,
        "values": values,
        "quality": quality,
    }


def _arrays(columns: Columns | PackedColumns) -> tuple[NDArray[Any], ...]:
    """Return index, times, values, quality; raises OverflowError for a number out of range."""
    if isinstance(columns, PackedColumns):
        try:
            t = np.frombuffer(columns.t, TIME)
            q = (
                np.frombuffer(columns.q, QUALITY)
                if not isinstance(columns.q, UnsetType)
                else _all_good(t)
            )
            return np.frombuffer(columns.i, NUMBER), t, np.frombuffer(columns.v, VALUE), q
        except ValueError as error:
            raise UnreadableError(f"a column is not whole: {error}") from error
    t = np.array(columns.t, TIME)
    q = np.array(columns.q, QUALITY) if not isinstance(columns.q, UnsetType) else _all_good(t)
    return np.array(columns.i, NUMBER), t, np.array(columns.v, VALUE), q


def _all_good(times: NDArray[Any]) -> NDArray[np.uint8]:
    return _GOOD[: len(times)] if len(times) <= ROWS_MAX else np.full(len(times), GOOD, QUALITY)


def _batch(message: Envelope, **readings: Any) -> RawBatch:
    if "rows" not in readings:
        readings["rows"] = _ROWS[: len(readings["times_ms"])]
    span = message.backfill
    return RawBatch(
        gateway=message.gw,
        seq=message.seq,
        sent_ms=None if message.sent is None else to_ms(message.sent),
        exercise_id=message.exercise,
        backfill_ms=None if span is None else (to_ms(span[0]), to_ms(span[1])),
        **readings,
    )


def to_ms(moment: int | datetime) -> int:
    """Return whole milliseconds UTC; finer parts are cut."""
    return moment if isinstance(moment, int) else (moment - EPOCH) // MILLISECOND


def _not_too_many(count: int) -> None:
    if count > ROWS_MAX:
        raise UnreadableError(f"{count} readings in one message; at most {ROWS_MAX}")


def _plain(body: bytes, *, is_json: bool) -> dict[str, Any]:
    """Return the message as plain values; the JSON of Python takes NaN and Infinity as well."""
    try:
        plain = json.loads(body) if is_json else msgspec.msgpack.decode(body)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableError(f"not {'JSON' if is_json else 'msgpack'}: {error}") from error
    if not isinstance(plain, dict):
        raise UnreadableError("not a map")
    return plain


def _lenient(plain: dict[Any, Any]) -> RawBatch:
    """Read a message value by value; only the envelope must be right as a whole."""
    rows, columns = plain.pop("rows", None), plain.pop("columns", None)
    try:
        envelope = msgspec.convert(_whole_numbers(plain), Envelope)
    except (msgspec.ValidationError, RecursionError, UnicodeError) as error:
        raise UnreadableError(f"the envelope: {error}") from error
    if isinstance(rows, list) and columns is None:
        _not_too_many(len(rows))
        return _batch(envelope, **rows_one_by_one(rows, to_ms))
    if rows is None and isinstance(columns, dict):
        return _batch(envelope, **_columns(columns))
    raise UnreadableError("either rows (a list) or columns (a map), one of them")


def _whole_numbers(said: Any) -> Any:
    """Return the envelope's 42.0 as 42: some controllers write every number so, and JSON has but one kind."""
    if isinstance(said, dict):
        return {name: _whole_numbers(part) for name, part in said.items() if name in _ENVELOPE}
    if isinstance(said, list):
        return [_whole_numbers(part) for part in said]
    return int(said) if isinstance(said, float) and said.is_integer() else said


def _columns(columns: dict[Any, Any]) -> dict[str, Any]:
    """Bring columns to lists of one length, then read them value by value."""
    tags, *four = (columns.get(name) for name in ("tags", "i", "t", "v", "q"))
    kinds = (NUMBER, TIME, VALUE, QUALITY)
    i, t, v, q = (_as_list(column, kind) for column, kind in zip(four, kinds, strict=True))
    if not isinstance(tags, list) or i is None or t is None or v is None:
        raise UnreadableError("columns need the lists tags, i, t and v")
    q = [GOOD] * len(t) if q is None and "q" not in columns else q
    if q is None or len({len(i), len(t), len(v), len(q)}) != 1:
        raise UnreadableError("columns of unequal length")
    _not_too_many(len(t))
    return columns_one_by_one(tags, (i, t, v, q), to_ms)


def _as_list(column: Any, kind: "np.dtype[Any]") -> list[Any] | None:
    if isinstance(column, bytes) and len(column) % kind.itemsize == 0:
        return list(np.frombuffer(column, kind).tolist())
    return column if isinstance(column, list) else None
