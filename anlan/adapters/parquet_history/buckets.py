"""A span cut into equal buckets: what a curve of a month is drawn from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.rows import Rows
from anlan.kernel.sensing.batch import BAD


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` buckets of `width_ms` from `start_ms` on."""

    start_ms: int
    width_ms: int
    count: int

    @classmethod
    def over(cls, from_ms: int, to_ms: int, points: int) -> "Grid":
        """Cover [from, to) with at most `points` buckets of whole milliseconds."""
        span = max(to_ms - from_ms, 1)
        width = -(-span // max(points, 1))
        return cls(from_ms, width, -(-span // width))

    @property
    def end_ms(self) -> int:
        """Return where the last bucket ends."""
        return self.start_ms + self.count * self.width_ms

    def starts_ms(self) -> NDArray[np.int64]:
        """Return where each bucket begins."""
        return self.start_ms + self.width_ms * np.arange(self.count, dtype=np.int64)

    def pieces(self, span_ms: int) -> Iterator["Grid"]:
        """Cut the grid between buckets into grids of about a span, at least a bucket each."""
        step = max(1, span_ms // self.width_ms)
        for first in range(0, self.count, step):
            start = self.start_ms + first * self.width_ms
            yield Grid(start, self.width_ms, min(step, self.count - first))


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Figures for each bucket of a grid; NaN where the count is 0."""

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    count: NDArray[np.int64]
    refused: NDArray[np.int64]


def summarise(grid: Grid, rows: Rows) -> Summary:
    """Sum up the rows of one datastream, sorted by time and inside the grid."""
    good = (rows.quality != BAD) & np.isfinite(rows.values)
    times, values = rows.times_ms[good], rows.values[good]
    edges = np.append(grid.starts_ms(), grid.end_ms)
    bounds = np.searchsorted(times, edges)
    count = np.diff(bounds)
    filled = count > 0
    starts = bounds[:-1][filled]
    minimum, maximum, mean = (np.full(grid.count, np.nan) for _ in range(3))
    if filled.any():
        minimum[filled] = np.minimum.reduceat(values, starts)
        maximum[filled] = np.maximum.reduceat(values, starts)
        mean[filled] = np.add.reduceat(values, starts) / count[filled]
    refused = np.diff(np.searchsorted(rows.times_ms[~good], edges))
    return Summary(minimum, maximum, mean, count.astype(np.int64), refused.astype(np.int64))
