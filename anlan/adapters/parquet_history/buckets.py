"""A span cut into equal buckets: what a curve of a month is drawn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.hours import HOUR_MS, Hours, is_good
from anlan.adapters.parquet_history.rows import Rows

#: Readings are taken at most for such a span at a time, so that a year does not fill the memory.
WINDOW_MS = 31 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` buckets of `width_ms` from `start_ms` on."""

    start_ms: int
    width_ms: int
    count: int

    @classmethod
    def over(cls, from_ms: int, to_ms: int, points: int) -> "Grid":
        """Cover [from, to) with at most `points` buckets of whole milliseconds.

        Where they would be half an hour or wider, or the span is over a month, they are whole
        hours and begin with one, so that rollups fit into them; there may then be fewer.
        """
        span = max(to_ms - from_ms, 1)
        width = -(-span // max(points, 1))
        if width >= HOUR_MS // 2 or span > WINDOW_MS:
            start = from_ms // HOUR_MS
            hours = -(-to_ms // HOUR_MS) - start
            width = -(-hours // max(points, 1))
            return cls(start * HOUR_MS, width * HOUR_MS, -(-hours // width))
        return cls(from_ms, width, -(-span // width))

    @property
    def is_hourly(self) -> bool:
        """Tell whether every bucket is made of whole hours."""
        return self.start_ms % HOUR_MS == 0 and self.width_ms % HOUR_MS == 0

    @property
    def end_ms(self) -> int:
        """Return where the last bucket ends."""
        return self.start_ms + self.count * self.width_ms

    def starts_ms(self) -> NDArray[np.int64]:
        """Return where each bucket begins."""
        return self.start_ms + self.width_ms * np.arange(self.count, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Figures for each bucket of a grid; NaN where the count is 0."""

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    count: NDArray[np.int64]
    refused: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> "Summary":
        """Return buckets in which nothing was measured."""
        minimum, maximum, mean, first, last = (np.full(count, np.nan) for _ in range(5))
        counts, refused = (np.zeros(count, np.int64) for _ in range(2))
        return cls(minimum, maximum, mean, first, last, counts, refused)


def summarise(grid: Grid, rows: Rows) -> Summary:
    """Sum up the rows of one datastream, sorted by time and inside the grid."""
    made = Summary.empty(grid.count)
    good = is_good(rows)
    times, values = rows.times_ms[good], rows.values[good]
    edges = np.append(grid.starts_ms(), grid.end_ms)
    bounds = np.searchsorted(times, edges)
    made.count[:] = np.diff(bounds)
    filled = made.count > 0
    starts, ends = bounds[:-1][filled], bounds[1:][filled]
    if filled.any():
        made.minimum[filled] = np.minimum.reduceat(values, starts)
        made.maximum[filled] = np.maximum.reduceat(values, starts)
        made.mean[filled] = np.add.reduceat(values, starts) / made.count[filled]
        made.first[filled], made.last[filled] = values[starts], values[ends - 1]
    made.refused[:] = np.diff(np.searchsorted(rows.times_ms[~good], edges))
    return made


def summarise_hours(grid: Grid, hours: Hours) -> Summary:
    """Sum up the hours of one datastream, sorted and inside an hourly grid."""
    made = Summary.empty(grid.count)
    edges = np.append(grid.starts_ms(), grid.end_ms) // HOUR_MS
    counted = np.append(0, np.cumsum(hours.refused, dtype=np.int64))
    made.refused[:] = np.diff(counted[np.searchsorted(hours.hours, edges)])
    good = hours.take(hours.count > 0)
    bounds = np.searchsorted(good.hours, edges)
    filled = np.diff(bounds) > 0
    starts, ends = bounds[:-1][filled], bounds[1:][filled]
    if filled.any():
        made.count[filled] = np.add.reduceat(good.count.astype(np.int64), starts)
        made.minimum[filled] = np.minimum.reduceat(good.minimum, starts)
        made.maximum[filled] = np.maximum.reduceat(good.maximum, starts)
        with np.errstate(over="ignore", invalid="ignore"):
            made.mean[filled] = np.add.reduceat(good.total, starts) / made.count[filled]
        made.first[filled], made.last[filled] = good.first[starts], good.last[ends - 1]
    return made
