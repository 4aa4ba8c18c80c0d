"""A segment is written by hand, and is Parquet to everybody."""

import io
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.parquet_history.rows import COLUMNS, Rows
from anlan.adapters.parquet_history.schema import ROWS_SQL, SCHEMA, About, describe, encode
from anlan.kernel.sensing.ports import SEGMENT
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import EPOCH, NODE, T0

ABOUT = About(node=NODE, epoch=EPOCH, first=1, last=9, level=SEGMENT)
doubles = st.floats(width=64, allow_nan=True, allow_infinity=True)
#: Messages of readings: few or many, near each other or years apart.
messages = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from([1, 1_000, 2**40]),
        st.sampled_from([0, 3, 2**31 - 1]),
        st.sampled_from([0, 64, 192]),
        doubles,
    ),
    min_size=1,
    max_size=30,
)


@given(messages)
def test_pyarrow_reads_what_was_written(said: list[tuple[int, int, int, int, float]]) -> None:
    rows = _rows(said)
    made = encode(iter([rows]), ABOUT, Resolutions())
    table = pq.read_table(io.BytesIO(made.content), page_checksum_verification=True)
    assert table.schema.equals(SCHEMA)
    assert table["scaled"].null_count == table["scale"].null_count == len(rows)
    found = {
        "numbers": table["number"],
        "values": table["value"],
        "quality": table["quality"],
        "lag_s": table["lag_s"],
        "sequences": table["sequence"],
        "places": table["place"],
    }
    for name, column in found.items():
        assert column.to_numpy().tobytes() == getattr(rows, name).tobytes(), name
    times = table["beat_ms"].to_numpy() + table["off_ms"].to_numpy()
    assert (times == rows.times_ms).all()
    assert describe(io.BytesIO(made.content)) == (made.about, made.extent)


@pytest.mark.parametrize("count", [1, 7, 500, 70_000])
def test_duckdb_reads_it_and_passes_over_it_by_number_and_time(tmp_path: Path, count: int) -> None:
    rows = _rows([(count, 1_000, 0, 192, 1.5), (count, 1, 3, 64, 0.1)])
    path = str(tmp_path / "one.parquet")
    Path(path).write_bytes(encode(iter([rows]), ABOUT, Resolutions()).content)
    got = duckdb.sql(f"SELECT {ROWS_SQL} FROM read_parquet('{path}')").fetchnumpy()  # noqa: S608
    for name, column in zip(COLUMNS, got.values(), strict=True):
        assert (column == getattr(rows, name)).all(), name
    said = duckdb.sql(
        f"SELECT path_in_schema, stats_min_value, stats_max_value FROM parquet_metadata('{path}')"  # noqa: S608
    ).fetchall()
    known = {name: (int(low), int(high)) for name, low, high in said if low is not None}
    assert known["number"] == (rows.numbers.min(), rows.numbers.max())
    assert known["beat_ms"][0] <= rows.times_ms.min()


def test_a_column_that_stands_still_costs_nothing_a_reading() -> None:
    sizes = []
    for count in (1_000, 100_000):
        content = encode(iter([_rows([(count, 0, 0, 192, 1.5)] * 2)]), ABOUT, Resolutions()).content
        group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
        columns = [group.column(at) for at in range(group.num_columns)]
        still = ("beat_ms", "off_ms", "scaled", "scale", "quality", "lag_s", "sequence")
        sizes.append(
            sum(one.total_compressed_size for one in columns if one.path_in_schema in still)
        )
    assert sizes[1] <= sizes[0] + 20


def test_a_segment_without_readings_is_refused() -> None:
    with pytest.raises(ValueError, match="without readings"):
        encode(iter([]), ABOUT, Resolutions())


def _rows(said: list[tuple[int, int, int, int, float]]) -> Rows:
    """Make messages of (readings, ms apart, lag, quality, value)."""
    lengths = np.array([one[0] for one in said])
    places = np.concatenate([np.arange(length) for length in lengths])
    apart, lag, quality = (np.repeat([one[at] for one in said], lengths) for at in (1, 2, 3))
    return Rows(
        numbers=places.astype(np.int32),
        times_ms=T0 + places * apart,
        values=np.repeat([one[4] for one in said], lengths).astype(float),
        quality=quality.astype(np.uint8),
        lag_s=lag.astype(np.int32),
        sequences=np.repeat(np.arange(5, 5 + len(said)), lengths).astype(np.int64),
        places=places.astype(np.int32),
    )
