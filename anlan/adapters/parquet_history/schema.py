"""What a history file looks like inside: columns, encodings, and what it says about itself.

One schema at every level. A time is `beat_ms + off_ms`. A value is `value` (float64, bit for bit)
or, in a day's file and where that is lossless, a whole number over `scale`, a power of ten: that of
the declared step, or of the decimals that values show. The whole number stands in `scaled`, coded by
differences; since version 3 that of a datastream that holds its values in `value`, coded by repeats.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anlan.adapters.parquet_history.beats import MOST, beats_of
from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.scaling import held, scaled, scales_found, scales_of
from anlan.adapters.parquet_history.segment_file import encode_segment
from anlan.kernel.sensing.ports import SEGMENT
from anlan.kernel.sensing.resolutions import Resolutions

#: Version of the files; the one before is read by the same SQL.
VERSION = 3
KNOWN = (2, VERSION)
#: One datastream costs the group that it lies in: small ones, as long as a file has a dozen of them.
ROW_GROUP = 250_000
#: A page costs a header for each of ten columns, and one datastream costs the pages it lies in.
PAGE_ROWS = 100_000
ABOUT = b"anlan"

SCHEMA = pa.schema(
    [
        pa.field("number", pa.int32(), nullable=False),
        pa.field("beat_ms", pa.int64(), nullable=False),
        pa.field("off_ms", pa.int32(), nullable=False),
        pa.field("scaled", pa.int64()),
        pa.field("scale", pa.float64()),
        pa.field("value", pa.float64()),
        pa.field("quality", pa.uint8(), nullable=False),
        pa.field("lag_s", pa.int32(), nullable=False),
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("place", pa.int32(), nullable=False),
    ]
)
#: DuckDB's expression for the value; the same IEEE division as `scaling` has checked.
VALUE_SQL = "CASE WHEN scale IS NULL THEN value ELSE coalesce(scaled, value) / scale END"
TIME_SQL = "beat_ms + off_ms"
#: What files can be narrowed by before they are read; the exact condition stands beside it.
SPAN_SQL = (
    f"beat_ms >= $start - {MOST} AND beat_ms < $end + {MOST}"
    f" AND {TIME_SQL} >= $start AND {TIME_SQL} < $end"
)
#: The seven columns of `Rows`, in the order that `rows_of_arrow` takes them.
ROWS_SQL = f"number, {TIME_SQL} AS time_ms, {VALUE_SQL} AS value, quality, lag_s, sequence, place"

_DELTA, _SPLIT = "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"
#: Days are written once and read for years; what costs little to search for well is. Split into
#: bytes, chance and stillness lie apart, and zstd codes each byte at what it is worth.
_DAY: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": dict.fromkeys(SCHEMA.names, 3) | {"beat_ms": 15, "scaled": 15},
    "use_dictionary": ["scale", "quality", "lag_s"],
    "column_encoding": dict.fromkeys(("number", "beat_ms", "scaled", "sequence", "place"), _DELTA)
    | dict.fromkeys(("off_ms", "value"), _SPLIT),
    "max_rows_per_page": PAGE_ROWS,
    "sorting_columns": [pq.SortingColumn(0), pq.SortingColumn(1)],
}
#: Values that come again are found where they lie whole; bytes split apart suit chance.
_HOLDING: dict[str, Any] = {
    "column_encoding": {n: e for n, e in _DAY["column_encoding"].items() if n != "value"},
    "compression_level": _DAY["compression_level"] | {"value": 9},
}


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file says about itself, for the day the catalogue is lost."""

    v: int = VERSION
    node: str
    epoch: str
    shard: int | None = None
    first: int
    last: int
    level: str
    exercise_id: str | None = None
    inputs: tuple[str, ...] = ()
    #: First and last millisecond: of a rollup's days, of other files' readings. The footer's
    #: statistics know beats only, and a beat may lie in the day before its reading.
    span: tuple[int, int] = (0, 0)


class NotOurFileError(ValueError):
    """The file is no Parquet, or not one of ours."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What the footer says of the rows."""

    rows: int
    number_lo: int
    number_hi: int
    t_lo_ms: int
    t_hi_ms: int

    def with_(self, other: "Extent") -> "Extent":
        """Return what both say together."""
        return Extent(
            rows=self.rows + other.rows,
            number_lo=min(self.number_lo, other.number_lo),
            number_hi=max(self.number_hi, other.number_hi),
            t_lo_ms=min(self.t_lo_ms, other.t_lo_ms),
            t_hi_ms=max(self.t_hi_ms, other.t_hi_ms),
        )


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file's bytes, and what `describe` would read from them."""

    content: bytes
    about: About
    extent: Extent


def encode(parts: Iterator[Rows], about: About, resolutions: Resolutions) -> Encoded:
    """Return a Parquet file of rows: of a segment as they came, of a day sorted by identity.

    Of a day each part is a row group. Raises ValueError where there are no rows.
    """
    first = next(parts, None)
    if first is None or not len(first):
        raise ValueError("a file without readings")
    if about.level == SEGMENT:
        rows = Rows.together([first, *parts])
        extent = _extent(rows)
        said = _said(about, extent)
        content = encode_segment(rows, ABOUT, msgspec.json.encode(said))
        return Encoded(content, said, extent)
    out = io.BytesIO()
    table, extent = _table(first, resolutions), _extent(first)
    with pq.ParquetWriter(
        out,
        SCHEMA,
        write_page_checksum=True,
        store_schema=False,  # it would say `about` a second time
        **_layout(table),
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)
        for rows in parts:
            extent = extent.with_(_extent(rows))
            writer.write_table(_table(rows, resolutions), row_group_size=ROW_GROUP)
        said = _said(about, extent)
        writer.add_key_value_metadata({ABOUT: msgspec.json.encode(said)})
    return Encoded(out.getvalue(), said, extent)


def _said(about: About, extent: Extent) -> About:
    return msgspec.structs.replace(about, span=(extent.t_lo_ms, extent.t_hi_ms))


def _extent(rows: Rows) -> Extent:
    return Extent(
        rows=len(rows),
        number_lo=int(rows.numbers.min()),
        number_hi=int(rows.numbers.max()),
        t_lo_ms=int(rows.times_ms.min()),
        t_hi_ms=int(rows.times_ms.max()),
    )


def _layout(first: pa.Table) -> dict[str, Any]:
    """Return how a day is coded: `value` as suits most of what stands in it."""
    floats = first["scale"].null_count
    holding = first["scaled"].null_count - floats
    return _DAY | _HOLDING if holding > floats else _DAY


def _table(rows: Rows, resolutions: Resolutions) -> pa.Table:
    scale = scales_found(rows.numbers, rows.values, scales_of(rows.numbers, resolutions))
    beat, off = beats_of(rows)
    whole, lossless = scaled(rows.values, scale)
    plain, still = ~lossless, held(rows.numbers, whole, lossless)
    columns = [
        pa.array(rows.numbers),
        pa.array(beat),
        pa.array(off),
        pa.array(whole, mask=plain | still),
        pa.array(scale, mask=plain),
        pa.array(np.where(still, whole, rows.values), mask=lossless & ~still),
        pa.array(rows.quality),
        pa.array(rows.lag_s),
        pa.array(rows.sequences),
        pa.array(rows.places),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def describe(source: Any) -> tuple[About, Extent]:
    """Read a file's footer (path or buffer). Raises NotOurFileError."""
    try:
        with pq.ParquetFile(source) as file:
            found = file.metadata
            about = msgspec.json.decode((found.metadata or {})[ABOUT], type=About)
            groups = [found.row_group(index) for index in range(found.num_row_groups)]
            numbers = [group.column(0).statistics for group in groups]
            t_lo_ms, t_hi_ms = about.span
            extent = Extent(
                rows=found.num_rows,
                number_lo=min(one.min for one in numbers),
                number_hi=max(one.max for one in numbers),
                t_lo_ms=t_lo_ms,
                t_hi_ms=t_hi_ms,
            )
    except (pa.ArrowException, OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
        raise NotOurFileError(f"{source}: {error}") from error
    if about.v not in KNOWN:
        raise NotOurFileError(f"{source}: version {about.v}; this program reads {KNOWN}")
    return about, extent
