"""A segment as Parquet, written by hand: what a flush costs, the recorder pays all day.

Ten columns, one row group, one page a column, no search for anything. A column that stands still is
a dictionary of one and a run as long as the file; a message's sequence is a run of the message; what
has no value is a run of nothing: these cost nothing a reading. The rest is LZ4 over the numbers as
they lie in memory. The columns are those of `schema.py`, and every reader of Parquet reads them.

Source: apache/parquet-format, parquet.thrift (Thrift's compact protocol), Encodings.md.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anlan.adapters.parquet_history.beats import MOST
from anlan.adapters.parquet_history.rows import Rows

_MAGIC = b"PAR1"
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
#: parquet.thrift: Type, ConvertedType, Encoding, CompressionCodec, PageType.
_INT32, _INT64, _DOUBLE = 1, 2, 5
_UINT_8 = 11
_PLAIN, _RLE, _RLE_DICTIONARY, _SPLIT = 0, 3, 8, 9
_LZ4_RAW = 7
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_OPTIONAL, _REQUIRED = 1, 0


@dataclass(frozen=True, slots=True)
class _Column:
    """What the schema says of a column."""

    name: str
    kind: int
    is_optional: bool = False
    converted: int | None = None


_COLUMNS = (
    _Column("number", _INT32),
    _Column("beat_ms", _INT64),
    _Column("off_ms", _INT32),
    _Column("scaled", _INT64, is_optional=True),
    _Column("scale", _DOUBLE, is_optional=True),
    _Column("value", _DOUBLE, is_optional=True),
    _Column("quality", _INT32, converted=_UINT_8),
    _Column("lag_s", _INT32),
    _Column("sequence", _INT64),
    _Column("place", _INT32),
)
_DTYPES: dict[int, np.dtype[Any]] = {
    _INT32: np.dtype("<i4"),
    _INT64: np.dtype("<i8"),
    _DOUBLE: np.dtype("<f8"),
}
#: Shorter runs than this on the average are not worth a look at each.
A_RUN = 8
_lz4 = pa.Codec("lz4_raw")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The pages of a column, and what the footer says of them."""

    pages: bytes
    raw: int
    dictionary: int
    encodings: tuple[int, ...]
    span: tuple[bytes, bytes] | None


def encode_segment(rows: Rows, key: bytes, said: bytes) -> bytes:
    """Return a Parquet file of rows in the order of arrival, with one entry of metadata."""
    count = len(rows)
    beat, off = _beats(rows)
    chunks = [
        _plain(rows.numbers, _INT32, spanned=True),
        beat,
        _still_or_split(off, _INT32),
        _nothing(count),
        _nothing(count),
        _plain(rows.values, _DOUBLE, is_optional=True),
        _still_or_split(rows.quality, _INT32),
        _still_or_split(rows.lag_s, _INT32),
        _runs(rows.sequences, _INT64),
        _plain(rows.places, _INT32),
    ]
    body = [_MAGIC]
    at = len(_MAGIC)
    columns = []
    for column, chunk in zip(_COLUMNS, chunks, strict=True):
        columns.append(_chunk_metadata(column, chunk, at, count))
        body.append(chunk.pages)
        at += len(chunk.pages)
    footer = _footer(columns, count, sum(one.raw for one in chunks), key, said)
    return b"".join([*body, footer, len(footer).to_bytes(4, "little"), _MAGIC])


def _beats(rows: Rows) -> tuple[_Chunk, NDArray[np.int32]]:
    """Return beats and how far off them readings came: a message's beat is its first time.

    Messages whose readings lie further apart have the time itself for a beat.
    """
    starts = np.flatnonzero(np.append(True, np.diff(rows.sequences) != 0))
    lengths = np.diff(np.append(starts, len(rows)))
    first = rows.times_ms[starts]
    off = rows.times_ms - np.repeat(first, lengths)
    if off.min() > -MOST and off.max() < MOST:
        return _runs_of(first, lengths, _INT64, spanned=True), off.astype(np.int32)
    return _plain(rows.times_ms, _INT64, spanned=True), np.zeros(len(rows), np.int32)


def _plain(
    values: NDArray[Any], kind: int, *, is_optional: bool = False, spanned: bool = False
) -> _Chunk:
    """Return numbers as they lie in memory, compressed."""
    plain = np.ascontiguousarray(values, _DTYPES[kind])
    body = plain.tobytes()
    if is_optional:
        levels = _run(len(values), 1, 1)
        body = len(levels).to_bytes(4, "little") + levels + body
    page, raw = _page(body, len(values), _PLAIN)
    return _Chunk(page, raw, 0, (_PLAIN, _RLE), _span(plain) if spanned else None)


def _nothing(count: int) -> _Chunk:
    """Return a column without a value."""
    levels = _run(count, 0, 1)
    page, raw = _page(len(levels).to_bytes(4, "little") + levels, count, _PLAIN)
    return _Chunk(page, raw, 0, (_PLAIN, _RLE), None)


def _still_or_split(values: NDArray[Any], kind: int) -> _Chunk:
    """Return numbers of one value as that, others byte by byte: most of their bytes stand still."""
    if (values == values[0]).all():
        return _runs_of(values[:1], np.array([len(values)]), kind)
    plain = np.ascontiguousarray(values, _DTYPES[kind])
    apart = plain.view(np.uint8).reshape(len(plain), -1).T
    page, raw = _page(apart.tobytes(), len(values), _SPLIT)
    return _Chunk(page, raw, 0, (_SPLIT, _RLE), None)


def _runs(values: NDArray[Any], kind: int) -> _Chunk:
    starts = np.flatnonzero(np.append(True, np.diff(values) != 0))
    return _runs_of(values[starts], np.diff(np.append(starts, len(values))), kind)


def _runs_of(
    values: NDArray[Any], lengths: NDArray[np.int64], kind: int, *, spanned: bool = False
) -> _Chunk:
    """Return values that each stand for a while: a dictionary of them, and runs of its places."""
    count = int(lengths.sum())
    if count < A_RUN * len(lengths):
        return _plain(np.repeat(values, lengths), kind, spanned=spanned)
    plain = np.ascontiguousarray(values, _DTYPES[kind])
    width = max(1, (len(values) - 1).bit_length())
    runs = [_run(length, place, width) for place, length in enumerate(lengths.tolist())]
    dictionary, raw_dictionary = _page(plain.tobytes(), len(values), _PLAIN, is_dictionary=True)
    page, raw = _page(bytes([width]) + b"".join(runs), count, _RLE_DICTIONARY)
    return _Chunk(
        dictionary + page,
        raw_dictionary + raw,
        len(dictionary),
        (_PLAIN, _RLE, _RLE_DICTIONARY),
        _span(plain) if spanned else None,
    )


def _run(length: int, value: int, width: int) -> bytes:
    """Return a run of the hybrid of runs and packed bits (Encodings.md, RLE)."""
    return _varint(length << 1) + value.to_bytes((width + 7) // 8, "little")


def _span(values: NDArray[np.generic]) -> tuple[bytes, bytes]:
    return values.min().tobytes(), values.max().tobytes()


def _page(
    body: bytes, count: int, encoding: int, *, is_dictionary: bool = False
) -> tuple[bytes, int]:
    """Return a page behind its header, and how large both are before compression."""
    kept = _lz4.compress(body, asbytes=True)
    about = [(1, _I32, count), (2, _I32, encoding)]
    if not is_dictionary:
        about += [(3, _I32, _RLE), (4, _I32, _RLE)]
    crc = zlib.crc32(kept)
    header = _struct(
        [
            (1, _I32, _DICTIONARY_PAGE if is_dictionary else _DATA_PAGE),
            (2, _I32, len(body)),
            (3, _I32, len(kept)),
            (4, _I32, crc - (1 << 32) if crc >> 31 else crc),
            (7 if is_dictionary else 5, _STRUCT, _struct(about)),
        ]
    )
    return header + kept, len(header) + len(body)


def _chunk_metadata(column: _Column, chunk: _Chunk, at: int, count: int) -> bytes:
    fields: list[_Field] = [
        (1, _I32, column.kind),
        (2, _LIST, _list(_I32, [_varint(_zigzag(one)) for one in chunk.encodings])),
        (3, _LIST, _list(_BINARY, [_binary(column.name.encode())])),
        (4, _I32, _LZ4_RAW),
        (5, _I64, count),
        (6, _I64, chunk.raw),
        (7, _I64, len(chunk.pages)),
        (9, _I64, at + chunk.dictionary),
    ]
    if chunk.dictionary:
        fields.append((11, _I64, at))
    if chunk.span is not None:
        low, high = chunk.span
        said: list[_Field] = [(3, _I64, 0), (5, _BINARY, _binary(high)), (6, _BINARY, _binary(low))]
        fields.append((12, _STRUCT, _struct(said)))
    return _struct([(2, _I64, at), (3, _STRUCT, _struct(fields))])


def _footer(columns: Sequence[bytes], count: int, raw: int, key: bytes, said: bytes) -> bytes:
    root = _struct([(4, _BINARY, _binary(b"schema")), (5, _I32, len(_COLUMNS))])
    group = _struct([(1, _LIST, _list(_STRUCT, columns)), (2, _I64, raw), (3, _I64, count)])
    entry = _struct([(1, _BINARY, _binary(key)), (2, _BINARY, _binary(said))])
    return _struct(
        [
            (1, _I32, 2),
            (2, _LIST, _list(_STRUCT, [root, *map(_element, _COLUMNS)])),
            (3, _I64, count),
            (4, _LIST, _list(_STRUCT, [group])),
            (5, _LIST, _list(_STRUCT, [entry])),
            (6, _BINARY, _binary(b"anlan")),
            # without the order of columns nobody believes their least and most
            (7, _LIST, _list(_STRUCT, [_struct([(1, _STRUCT, _struct([]))])] * len(_COLUMNS))),
        ]
    )


def _element(column: _Column) -> bytes:
    fields: list[_Field] = [
        (1, _I32, column.kind),
        (3, _I32, _OPTIONAL if column.is_optional else _REQUIRED),
        (4, _BINARY, _binary(column.name.encode())),
    ]
    if column.converted is not None:
        fields.append((6, _I32, column.converted))
    return _struct(fields)


_Field = tuple[int, int, int | bytes]


def _struct(fields: Iterable[_Field]) -> bytes:
    """Return a struct of Thrift's compact protocol; its fields come by number."""
    out = bytearray()
    before = 0
    for number, kind, value in fields:
        out.append((number - before) << 4 | kind)
        out += value if isinstance(value, bytes) else _varint(_zigzag(value))
        before = number
    out.append(0)
    return bytes(out)


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    size = len(items)
    head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + _varint(size)
    return head + b"".join(items)


def _binary(content: bytes) -> bytes:
    return _varint(len(content)) + content


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


@lru_cache(maxsize=10_000)  # runs of one gateway's messages are as long as each other
def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
