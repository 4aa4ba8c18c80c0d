"""Trends against scipy's Theil-Sen and Kendall, under wild readings and gaps; times to a limit on lines that are known."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from anlan.engines.early_signs.trend import FEWEST, Trends, time_to_limit_s, trends_of

SERIES = st.lists(st.integers(-50, 50), min_size=FEWEST, max_size=40)


def of(values: list[float], times: list[float] | None = None) -> Trends:
    at = np.arange(len(values), dtype=float) if times is None else np.array(times)
    return trends_of(at[None, :], np.array(values, float)[None, :])


@given(SERIES)
def test_slope_and_interval_are_those_of_scipy(series: list[int]) -> None:
    values = [one / 10 for one in series]
    found = of(values)
    theirs = stats.theilslopes(values, np.arange(len(values)), 0.95)
    assert found.slope[0] == pytest.approx(theirs.slope)
    if len(set(values)) > 1:  # of a constant series scipy has no interval
        assert found.low[0] == pytest.approx(theirs.low_slope)
        assert found.high[0] == pytest.approx(theirs.high_slope)


@given(SERIES)
def test_the_test_of_a_trend_has_the_sign_of_kendalls_tau(series: list[int]) -> None:
    z = of([float(one) for one in series]).z[0]
    tau = stats.kendalltau(np.arange(len(series)), series).statistic
    assert z == 0 if isnan(tau) else z * tau >= 0


def test_a_third_of_wild_readings_does_not_turn_it() -> None:
    chance = np.random.default_rng(3)
    values = 20 + 0.05 * np.arange(60) + chance.normal(0, 0.05, 60)
    values[::4] += chance.normal(0, 40, 15)
    found = of(list(values))
    assert found.slope[0] == pytest.approx(0.05, abs=0.01)
    assert found.level[0] == pytest.approx(20 + 0.05 * 59, abs=0.3)


def test_gaps_are_left_out_and_too_few_say_nothing() -> None:
    whole = of([float(n) for n in range(10)])
    gaps = of(
        [0.0, nan, 1.0, 2.0, nan, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        [0, 0.5, 1, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
    )
    assert (gaps.slope[0], gaps.level[0], gaps.count[0]) == (1.0, 9.0, 10)
    assert gaps.z[0] == whole.z[0]
    few = of([1.0] * (FEWEST - 1) + [nan] * 5)
    assert few.count[0] == FEWEST - 1
    assert isnan(few.slope[0])
    assert isnan(time_to_limit_s(few, np.array([5.0]))[0][0])


def test_many_datastreams_are_what_each_is_alone() -> None:
    chance = np.random.default_rng(5)
    times = np.sort(chance.uniform(0, 600, (20, 30)), axis=1)
    values = chance.normal(0, 1, (20, 30)).cumsum(axis=1)
    together = trends_of(times, values)
    for row in range(20):
        alone = trends_of(times[row : row + 1], values[row : row + 1])
        assert (together.slope[row], together.low[row], together.high[row]) == (
            alone.slope[0], alone.low[0], alone.high[0]
        )  # fmt: skip


def rising(limit: float, slope: float = 0.01) -> tuple[float, float]:
    """Return the forecast of a tank that stands at 80 and rises, read each ten seconds for five minutes."""
    times = np.arange(0.0, 300, 10)
    values = 80 + slope * (times - times[-1])
    soonest, expected = time_to_limit_s(trends_of(times[None], values[None]), np.array([limit]))
    return float(soonest[0]), float(expected[0])


def test_a_tank_that_fills_has_its_time() -> None:
    soonest, expected = rising(limit=90)
    assert expected == pytest.approx(1000)
    assert soonest == pytest.approx(1000)
    assert rising(limit=70, slope=-0.02)[1] == pytest.approx(500)


def test_what_goes_the_other_way_or_nowhere_has_none() -> None:
    assert rising(limit=70) == (inf, inf)
    assert rising(limit=90, slope=-0.01) == (inf, inf)
    assert rising(limit=90, slope=0.0) == (inf, inf)


def test_the_soonest_is_never_later_than_the_expected() -> None:
    chance = np.random.default_rng(11)
    times = np.arange(0.0, 600, 10)
    values = 50 + 0.01 * times + chance.normal(0, 0.5, (200, 60))
    soonest, expected = time_to_limit_s(
        trends_of(np.tile(times, (200, 1)), values), np.full(200, 60.0)
    )
    assert np.all(soonest <= expected)
    assert np.median(expected) == pytest.approx(410, rel=0.15)


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        trends_of(np.zeros((2, 9)), np.zeros((2, 8)))
    with pytest.raises(ValueError, match="shape"):
        trends_of(np.zeros(9), np.zeros(9))
