"""Robust trend of many datastreams at once, and when each would reach its limit.

Slope: the median of the slopes of all pairs (Theil 1950, Sen 1968, J. Am. Stat. Assoc. 63:1379, eq. 2.6 for the interval), which a
third of wild readings does not turn. Whether there is a trend at all: the test of Mann (1945) and Kendall, with ties.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engines.compiling import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Of a normal distribution: 95 of a hundred lie within.
_WITHIN = 1.959963984540054
#: Fewer readings say nothing of a trend.
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Trends:
    """Columns, one row a datastream; NaN where fewer than `FEWEST` readings are there.

    `slope`, `low`, `high` (n,) a second: middle and 95 % interval; `level` (n,) what the line says at its last
    reading; `z` (n,) of the Mann-Kendall test, positive upward; `count` (n,) readings.
    """

    slope: Floats
    low: Floats
    high: Floats
    level: Floats
    z: Floats
    count: Ints


def trends_of(times_s: Floats, values: Floats) -> Trends:
    """Return the trends of windows: `times_s`, `values` (n, w), times ascending; NaN where there is no reading.

    Raises ValueError for arrays that do not belong together.
    """
    if times_s.shape != values.shape or times_s.ndim != 2:
        raise ValueError("times and values are arrays of one shape: datastreams by readings")
    made = np.full((len(values), 5), np.nan)
    count = np.zeros(len(values), np.int64)
    _fit(
        np.ascontiguousarray(times_s, np.float64),
        np.ascontiguousarray(values, np.float64),
        made,
        count,
    )
    slope, low, high, level, z = made.T
    return Trends(slope, low, high, level, z, count)


def time_to_limit_s(
    trends: Trends, limit: Floats, *, least_z: float = 2.0
) -> tuple[Floats, Floats]:
    """Return (soonest, expected) seconds (n,) until the line reaches `limit` (n,), from its last reading on.

    Soonest is by the end of the interval that goes there faster. Infinite where there is no trend (`|z|` below
    `least_z`) or it goes the other way; 0 beyond the limit is for the alarm to say and is no forecast: the line is there.
    """
    away = limit - trends.level
    upward = away > 0
    steepest = np.where(upward, trends.high, trends.low)
    is_trend = (np.abs(trends.z) >= least_z) & (np.sign(trends.z) == np.where(upward, 1, -1))
    soonest, expected = (
        np.where(is_trend, _ahead(away, slope), np.inf) for slope in (steepest, trends.slope)
    )
    unknown = np.isnan(trends.slope) | np.isnan(limit)
    there = away == 0
    return tuple(  # type: ignore[return-value]  # two of them
        np.where(unknown, np.nan, np.where(there, 0.0, one)) for one in (soonest, expected)
    )


def _ahead(away: Floats, slope: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = away / slope
    return np.where(found > 0, found, np.inf)


@compiled()
def _fit(
    times: Floats, values: Floats, made: Floats, count: Ints
) -> None:  # pragma: no cover - compiled
    width = times.shape[1]
    slopes = np.empty(width * (width - 1) // 2)
    for row in range(len(times)):
        there = np.isfinite(values[row]) & np.isfinite(times[row])
        t, v = times[row][there], values[row][there]
        count[row] = len(t)
        if len(t) < FEWEST:
            continue
        pairs, score = _pairs(t, v, slopes)
        if pairs == 0:
            continue
        ordered = np.sort(slopes[:pairs])
        slope = _middle(ordered)
        spread = np.sqrt(max(_variance(len(t)) - _ties(np.sort(v)) - _ties(np.sort(t)), 0.0))
        reach = _WITHIN * spread
        made[row, 0] = slope
        made[row, 1] = ordered[max(int(np.round((pairs - reach) / 2)) - 1, 0)]
        made[row, 2] = ordered[min(int(np.round((pairs + reach) / 2)), pairs - 1)]
        made[row, 3] = _middle(np.sort(v - slope * t)) + slope * t[-1]
        # one step towards nought: the score goes in steps of two
        made[row, 4] = (score - np.sign(score)) / spread if spread > 0 else 0.0


@compiled()
def _pairs(t: Floats, v: Floats, slopes: Floats) -> tuple[int, int]:  # pragma: no cover - compiled
    """Put the slopes of all pairs that stand apart; return how many, and how many rise less those that fall."""
    pairs, score = 0, 0
    for late in range(1, len(t)):
        for early in range(late):
            if t[late] > t[early]:
                slopes[pairs] = (v[late] - v[early]) / (t[late] - t[early])
                pairs += 1
                score += int(np.sign(v[late] - v[early]))
    return pairs, score


@compiled()
def _variance(n: int) -> float:  # pragma: no cover - compiled
    return n * (n - 1) * (2 * n + 5) / 18.0


@compiled()
def _ties(ordered: Floats) -> float:  # pragma: no cover - compiled
    """Return by how much groups of equal values make the variance of the score smaller."""
    found, run = 0.0, 1
    for at in range(1, len(ordered) + 1):
        if at < len(ordered) and ordered[at] == ordered[at - 1]:
            run += 1
        else:
            found += _variance(run)
            run = 1
    return found


@compiled()
def _middle(ordered: Floats) -> float:  # pragma: no cover - compiled
    half = len(ordered) // 2
    return float(ordered[half] + ordered[-1 - half]) / 2.0
