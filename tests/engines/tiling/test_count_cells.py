"""Cells hold every point once, where it lies; held against counting one by one."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.tiling.cells import EXTENT, Points, cells_of

SIDE, KINDS = 16, 3
#: Shares of the world, many of them close together or on edges of tiles.
SHARES = st.one_of(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 63).map(lambda n: n / 64),
    st.floats(0.75, 0.7501, exclude_max=True),
)
POINTS = st.lists(st.tuples(SHARES, SHARES, st.integers(0, KINDS - 1)), max_size=60)


def counted(points: list[tuple[float, float, int]], zoom: int, over: int = 0) -> Counter[object]:
    """Count one by one: (tile, cell, kind) of every point in a tile that holds more than `over`."""

    def tile(x: float, y: float) -> tuple[int, int]:
        return math.floor(x * 2**zoom), math.floor(y * 2**zoom)

    held = Counter(tile(x, y) for x, y, _ in points)
    found: Counter[object] = Counter()
    for x, y, kind in points:
        at = tile(x, y)
        inside = [math.floor((one * 2**zoom - n) * SIDE) for one, n in zip((x, y), at, strict=True)]
        if held[at] > over:
            found[(*at, inside[1] * SIDE + inside[0], kind)] += 1
    return found


@given(POINTS, st.integers(0, 16), st.integers(0, 3))
def test_every_point_is_counted_once_in_the_cell_where_it_lies(
    points: list[tuple[float, float, int]], zoom: int, over: int
) -> None:
    x, y = (np.array([one[axis] for one in points], float) for axis in (0, 1))
    kind = np.array([one[2] for one in points], np.int64)
    cells = cells_of(Points(x, y, kind, KINDS), zoom, side=SIDE, over=over)
    told = Counter(
        {
            (cells.x[at], cells.y[at], cells.cell[at], which): n
            for at, row in enumerate(cells.kinds.tolist())
            for which, n in enumerate(row)
            if n
        }
    )
    assert told == counted(points, zoom, over)
    assert cells.count.tolist() == cells.kinds.sum(axis=1).tolist()
    for at, first in enumerate(cells.first.tolist()):
        assert math.floor(points[first][0] * 2**zoom) == cells.x[at]


@given(POINTS.filter(bool), st.integers(0, 16))
def test_the_middle_of_a_cell_lies_in_it(points: list[tuple[float, float, int]], zoom: int) -> None:
    x, y = (np.array([one[axis] for one in points], float) for axis in (0, 1))
    kind = np.zeros(len(points), np.int64)
    cells = cells_of(Points(x, y, kind, 1), zoom, side=SIDE)
    width = EXTENT // SIDE
    assert (np.abs(cells.px - cells.cell % SIDE * width - width / 2) <= width / 2 + 1).all()
    assert (np.abs(cells.py - cells.cell // SIDE * width - width / 2) <= width / 2 + 1).all()


def test_of_nothing_there_are_no_cells() -> None:
    nothing = np.array([], float)
    cells = cells_of(Points(nothing, nothing, nothing.astype(np.int64), 0), 3, side=SIDE)
    assert len(cells.count) == 0
