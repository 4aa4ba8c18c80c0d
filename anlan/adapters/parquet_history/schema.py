"""What a history file looks like inside: columns, encodings, and what it says about itself.

One schema at every level. A value is either `value` (float64, bit for bit) or, where that is
lossless, the whole number `scaled` with `value = scaled / scale`; `scale` is a power of ten.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.scaling import scaled, scales_of

#: Version of the files; readers know this one.
VERSION = 1
ROW_GROUP = 1_000_000
ABOUT = b"anlan"

SCHEMA = pa.schema(
    [
        pa.field("number", pa.int32(), nullable=False),
        pa.field("time_ms", pa.int64(), nullable=False),
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
VALUE_SQL = "CASE WHEN scale IS NULL THEN value ELSE scaled / scale END"

_DELTA = ("number", "time_ms", "scaled", "sequence", "place")
_DICTIONARY = ["scale", "value", "quality", "lag_s"]


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
    #: Of a rollup: the days it speaks for, first and last millisecond.
    span: tuple[int, int] | None = None


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


def encode(parts: Iterator[Rows], about: About, resolutions: Mapping[int, float]) -> bytes:
    """Return a Parquet file of rows sorted by identity, a row group for each part."""
    schema = SCHEMA.with_metadata({ABOUT: msgspec.json.encode(about)})
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=_DICTIONARY,
        column_encoding=dict.fromkeys(_DELTA, "DELTA_BINARY_PACKED"),
        write_page_checksum=True,
        sorting_columns=[pq.SortingColumn(0), pq.SortingColumn(1)],
    ) as writer:
        for rows in parts:
            writer.write_table(_table(rows, resolutions, schema), row_group_size=ROW_GROUP)
    return out.getvalue()


def _table(rows: Rows, resolutions: Mapping[int, float], schema: pa.Schema) -> pa.Table:
    scale = scales_of(rows.numbers, resolutions)
    whole, lossless = scaled(rows.values, scale)
    plain = ~lossless
    columns = [
        pa.array(rows.numbers),
        pa.array(rows.times_ms),
        pa.array(whole, mask=plain),
        pa.array(scale, mask=plain),
        pa.array(rows.values, mask=~plain),
        pa.array(rows.quality),
        pa.array(rows.lag_s),
        pa.array(rows.sequences),
        pa.array(rows.places),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def describe(source: Any) -> tuple[About, Extent]:
    """Read a file's footer (path or buffer). Raises NotOurFileError."""
    try:
        with pq.ParquetFile(source) as file:
            found = file.metadata
            about = msgspec.json.decode((found.metadata or {})[ABOUT], type=About)
            groups = [found.row_group(index) for index in range(found.num_row_groups)]
            numbers = [group.column(0).statistics for group in groups]
            times = [group.column(1).statistics for group in groups]
            extent = Extent(
                rows=found.num_rows,
                number_lo=min(one.min for one in numbers),
                number_hi=max(one.max for one in numbers),
                t_lo_ms=about.span[0] if about.span else min(one.min for one in times),
                t_hi_ms=about.span[1] if about.span else max(one.max for one in times),
            )
    except (pa.ArrowException, OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
        raise NotOurFileError(f"{source}: {error}") from error
    if about.v != VERSION:
        raise NotOurFileError(f"{source}: version {about.v}; this program reads {VERSION}")
    return about, extent
