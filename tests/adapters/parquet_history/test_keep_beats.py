"""A time is its datastream's beat and how far off it came: nothing lost, and chance paid for once."""

import io

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anlan.adapters.parquet_history.beats import MOST, beats_of
from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.scaling import scales_found
from anlan.adapters.parquet_history.schema import About, describe, encode
from anlan.kernel.sensing.ports import DAY
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import EPOCH, NODE, T0

MINUTE = 60_000


def rows_of(
    numbers: NDArray[np.int32], times: NDArray[np.int64], values: NDArray[np.float64] | None = None
) -> Rows:
    count = len(times)
    return Rows(
        numbers=numbers,
        times_ms=times,
        values=np.zeros(count) if values is None else values,
        quality=np.full(count, 192, np.uint8),
        lag_s=np.zeros(count, np.int32),
        sequences=np.ones(count, np.int64),
        places=np.zeros(count, np.int32),
    )


def one(times: NDArray[np.int64]) -> Rows:
    return rows_of(np.full(len(times), 7, np.int32), times)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-(2**40), 2**40)), min_size=1, max_size=200),
    st.sampled_from([1, 1000, MINUTE]),
)
def test_beat_and_off_make_every_time_again(pairs: list[tuple[int, int]], grain: int) -> None:
    ordered = sorted({(number, time // grain * grain) for number, time in pairs})
    numbers, times = (np.array(column) for column in zip(*ordered, strict=True))
    beat, off = beats_of(rows_of(numbers.astype(np.int32), times.astype(np.int64)))
    assert (beat + off == times).all()
    assert (np.abs(off) < MOST).all()


def test_a_jittered_minute_has_an_even_beat_and_one_byte_off_it() -> None:
    jitter = np.rint(np.random.default_rng(1).normal(0, 8, 1440)).astype(np.int64)
    beat, off = beats_of(one(T0 + MINUTE * np.arange(1440) + jitter))
    assert set(np.diff(beat)) == {MINUTE}
    assert 0 < off.min() <= off.max() < 256


def test_hours_without_readings_do_not_move_the_beat() -> None:
    turns = np.append(np.arange(300), np.arange(900, 1440))
    jitter = np.rint(np.random.default_rng(2).normal(0, 8, len(turns))).astype(np.int64)
    beat, off = beats_of(one(T0 + MINUTE * turns + jitter))
    assert set(np.diff(beat)) == {MINUTE, 601 * MINUTE}
    assert 0 < off.min() <= off.max() < 256


def test_what_keeps_time_exactly_or_not_at_all_is_its_own_beat() -> None:
    exact = T0 + MINUTE * np.arange(1440)
    whenever = T0 + np.cumsum(np.random.default_rng(3).integers(1, 10_000_000, 500))
    for times in (exact, whenever, exact[:3]):
        beat, off = beats_of(one(times))
        assert (beat == times).all()
        assert not off.any()


def test_each_datastream_has_a_beat_of_its_own() -> None:
    chance = np.random.default_rng(4)
    periods = (1_000, MINUTE, 180_000)
    times = [T0 + p * np.arange(100) + np.rint(chance.normal(0, 8, 100)) for p in periods]
    numbers = np.repeat(np.array([1, 2, 3], np.int32), 100)
    beat, _ = beats_of(rows_of(numbers, np.concatenate(times).astype(np.int64)))
    for place, period in enumerate(periods):
        assert set(np.diff(beat[place * 100 : place * 100 + 100])) == {period}


def test_decimals_that_values_show_stand_in_for_a_step_that_nobody_declared() -> None:
    numbers = np.repeat(np.array([1, 2, 3, 4], np.int32), 3)
    values = np.array([1.5, 2.25, -3.0, 1 / 3, 0.5, 1.0, 7.0, 8.0, np.nan, 0.1, 0.2, 0.3])
    declared = np.repeat([np.nan, np.nan, np.nan, 10.0], 3)
    found = scales_found(numbers, values, declared)
    # a third has no decimals; what is no number asks for none and gets none
    expected = [100.0] * 3 + [np.nan] * 3 + [1.0, 1.0, np.nan] + [10.0] * 3
    assert np.array_equal(found, expected, equal_nan=True)


def test_a_file_says_its_first_and_last_reading_not_its_first_and_last_beat() -> None:
    jitter = np.rint(np.random.default_rng(5).normal(0, 8, 1440)).astype(np.int64)
    times = T0 + MINUTE * np.arange(1440) + jitter
    made = encode(iter([one(times)]), _about(), Resolutions())
    about, extent = describe(io.BytesIO(made.content))
    assert (about, extent) == (made.about, made.extent)
    assert (extent.t_lo_ms, extent.t_hi_ms) == (times.min(), times.max())


def test_a_day_of_jittered_steps_is_at_most_a_quarter_over_its_entropy() -> None:
    """100 datastreams a minute each: 8 ms of jitter and a walk in steps of 0.1 (20)."""
    chance = np.random.default_rng(6)
    jitter = np.rint(chance.normal(0, 8, (100, 1440)))
    steps = np.cumsum(np.rint(chance.normal(0, 0.8, (100, 1440))), axis=1)
    times = T0 + chance.integers(0, MINUTE, (100, 1)) + MINUTE * np.arange(1440) + jitter
    numbers = np.repeat(np.arange(100, dtype=np.int32), 1440)
    rows = rows_of(numbers, times.astype(np.int64).ravel(), (steps / 10).ravel())
    bound = (_entropy_bits(jitter) + _entropy_bits(np.diff(steps))) / 8
    content = encode(iter([rows]), _about(), Resolutions.of(dict.fromkeys(range(100), 0.1))).content
    table = pq.read_table(io.BytesIO(content))
    back = table["beat_ms"].to_numpy() + table["off_ms"].to_numpy()
    assert (back == rows.times_ms).all()
    assert len(content) / len(rows) <= 1.25 * bound


def _about() -> About:
    return About(node=NODE, epoch=EPOCH, first=1, last=1, level=DAY)


def _entropy_bits(symbols: NDArray[np.float64]) -> float:
    counts = np.unique(symbols, return_counts=True)[1]
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())
