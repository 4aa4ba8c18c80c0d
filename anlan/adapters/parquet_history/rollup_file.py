"""What a rollup looks like inside: a row for each datastream and hour, by datastream and hour.

As in `schema.py`, a row's five figures are either whole numbers over `scale`, where that is
lossless for all five, or float64.
"""

import io
from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anlan.adapters.parquet_history.hours import COLUMNS, FIGURES, Hours
from anlan.adapters.parquet_history.scaling import scaled, scales_of
from anlan.adapters.parquet_history.schema import ABOUT, About
from anlan.kernel.sensing.resolutions import Resolutions

#: One datastream's month is 744 rows; what lies beside it is read with it.
ROW_GROUP = 122_880
_PLAIN = ("numbers", "hours", "count", "refused")

SCHEMA = pa.schema(
    [pa.field(name, pa.int32(), nullable=False) for name in _PLAIN]
    + [pa.field("scale", pa.float64())]
    + [pa.field(f"{name}_scaled", pa.int64()) for name in FIGURES]
    + [pa.field(name, pa.float64()) for name in FIGURES]
)
#: DuckDB's list of the columns of `Hours`, in their order.
SELECT_SQL = ", ".join(
    [
        *_PLAIN,
        *(
            f"CASE WHEN scale IS NULL THEN {name} ELSE {name}_scaled / scale END AS {name}"
            for name in FIGURES
        ),
    ]
)


def encode_hours(parts: Iterator[Hours], about: About, resolutions: Resolutions) -> bytes:
    """Return a Parquet file of hours sorted by datastream and hour."""
    delta = ["numbers", "hours", *(f"{name}_scaled" for name in FIGURES)]
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        SCHEMA,
        compression="zstd",
        compression_level=3,
        use_dictionary=["count", "refused", "scale", *FIGURES],
        column_encoding=dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
        write_page_checksum=True,
        store_schema=False,  # it would say `about` a second time
        sorting_columns=[pq.SortingColumn(0), pq.SortingColumn(1)],
    ) as writer:
        for hours in parts:
            writer.write_table(_table(hours, resolutions), row_group_size=ROW_GROUP)
        writer.add_key_value_metadata({ABOUT: msgspec.json.encode(about)})
    return out.getvalue()


def _table(hours: Hours, resolutions: Resolutions) -> pa.Table:
    scale = scales_of(hours.numbers, resolutions)
    pairs = {name: scaled(getattr(hours, name), scale) for name in FIGURES}
    plain = ~np.logical_and.reduce([lossless for _, lossless in pairs.values()])
    columns = [
        *(pa.array(getattr(hours, name)) for name in _PLAIN),
        pa.array(scale, mask=plain),
        *(pa.array(whole, mask=plain) for whole, _ in pairs.values()),
        *(pa.array(getattr(hours, name), mask=~plain) for name in FIGURES),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def hours_of_arrow(table: object) -> Hours:
    """Return hours of the columns that `SELECT_SQL` selects."""
    return Hours(
        **{
            name: np.ascontiguousarray(table[name].to_numpy())  # type: ignore[index]
            for name in COLUMNS
        }
    )
