"""Values that an instrument holds: kept where they come again, and not a bit of them lost."""

import io
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.reading import FileReader, Question
from anlan.adapters.parquet_history.rows import Rows, by_identity
from anlan.adapters.parquet_history.schema import About, NotOurFileError, describe, encode
from anlan.adapters.parquet_history.segments import write_file
from anlan.kernel.sensing.ports import DAY
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import EPOCH, NODE, T0

ABOUT = About(node=NODE, epoch=EPOCH, first=1, last=1, level=DAY)
#: An analyser that holds, a level that hardly moves, a walk, floats, and the same with holes.
NUMBERS = np.arange(5, dtype=np.int32)


def day(count: int = 480) -> Rows:
    chance = np.random.default_rng(1)
    analyser = np.repeat(np.round(chance.normal(50, 9, count // 4), 3), 4)
    level = np.cumsum(chance.integers(0, 20, count) == 0).astype(float)
    walk = np.cumsum(np.rint(chance.normal(0, 9, count))) / 10
    floats = chance.normal(0, 1, count)
    holes = np.where(chance.integers(0, 9, count) == 0, np.nan, analyser)
    values = np.concatenate([analyser, level, walk, floats, holes])
    return Rows(
        numbers=np.repeat(NUMBERS, count),
        times_ms=np.tile(T0 + 180_000 * np.arange(count), 5),
        values=values,
        quality=np.full(5 * count, 192, np.uint8),
        lag_s=np.zeros(5 * count, np.int32),
        sequences=np.ones(5 * count, np.int64),
        places=np.zeros(5 * count, np.int32),
    )


def test_every_value_comes_back_bit_for_bit(tmp_path: Path) -> None:
    rows = day()
    assert _read(tmp_path, rows).values.tobytes() == rows.values.tobytes()


@given(
    st.lists(st.sampled_from([0.0, -0.0, 1e300, 12.5, 99.25, float("nan"), 1 / 3]), min_size=1),
    st.sampled_from([1, 3, 60]),
)
def test_whatever_is_held_comes_back_bit_for_bit(values: list[float], times: int) -> None:
    said = np.repeat(np.array(values), times)
    whole = day(480).take(slice(0, 1))
    rows = Rows(
        **{
            name: np.repeat(getattr(whole, name), len(said))
            for name in ("numbers", "quality", "lag_s", "sequences", "places")
        },
        times_ms=T0 + np.arange(len(said)),
        values=said,
    )
    table = pq.read_table(io.BytesIO(encode(iter([rows]), ABOUT, Resolutions()).content))
    scale, scaled, value = (table[name].to_pylist() for name in ("scale", "scaled", "value"))
    back = [
        v if by is None else (v if whole is None else whole) / by
        for by, whole, v in zip(scale, scaled, value, strict=True)
    ]
    assert np.array(back, float).tobytes() == said.tobytes()


def test_only_what_holds_and_steps_far_is_kept_by_repeats() -> None:
    table = pq.read_table(io.BytesIO(encode(iter([day()]), ABOUT, Resolutions()).content))
    numbers = table["number"].to_numpy()
    is_held = table["scaled"].is_null().to_numpy() & ~table["scale"].is_null().to_numpy()
    assert {int(one) for one in np.unique(numbers[is_held])} == {0, 4}
    analyser = day().take(slice(0, 480))
    content = encode(iter([analyser]), ABOUT, Resolutions()).content
    kept = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    sizes = {
        kept.column(at).path_in_schema: kept.column(at).total_compressed_size
        for at in range(kept.num_columns)
    }
    # a value comes four times: less than a fourth of three bytes, and what says that it comes again
    assert sizes["value"] < 480 * 1.1


def test_version_2_is_read_and_what_nobody_knows_is_not() -> None:
    old = msgspec.structs.replace(ABOUT, v=2)
    about, _ = describe(io.BytesIO(encode(iter([day()]), old, Resolutions()).content))
    assert about.v == 2
    for version in (1, 4):
        other = msgspec.structs.replace(ABOUT, v=version)
        with pytest.raises(NotOurFileError, match=f"version {version}"):
            describe(io.BytesIO(encode(iter([day()]), other, Resolutions()).content))


def _read(folder: Path, rows: Rows) -> Rows:
    entry = write_file(LocalDisk(), folder, "days/one.parquet", iter([rows]), ABOUT)
    question = Question(tuple(NUMBERS.tolist()), T0, T0 + 10**9)
    return by_identity(FileReader(folder).rows([entry], question).rows)
