"""How many points lie in each cell of each tile, and where their middle is; numpy only.

Tiles are those of the Web Mercator pyramid (OGC 17-083r4, WebMercatorQuad): at zoom z the world is 2^z
tiles wide, `x` grows eastward and `y` southward from the north-west corner. Each tile has side x side cells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]
Ints = NDArray[np.int64]

EXTENT = 4_096


@dataclass(frozen=True, slots=True)
class Points:
    """`x`, `y` (n,) shares of the world, 0 <= x, y < 1 from the north-west; `kind` (n,) is 0..kinds-1."""

    x: Shares
    y: Shares
    kind: Ints
    kinds: int


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns, one row a cell that holds anything.

    `x`, `y` (n,) tile; `cell` (n,) row by row from the north-west; `px`, `py` (n,) middle of its points in
    tile units 0..4095; `count` (n,); `first` (n,) a point of it; `kinds` (n, k) points of each kind.
    """

    x: Ints
    y: Ints
    cell: Ints
    px: Ints
    py: Ints
    count: Ints
    first: Ints
    kinds: Ints


def cells_of(points: Points, zoom: int, *, side: int, over: int = 0) -> Cells:
    """Count points into the cells of the tiles of a zoom that hold more than `over` of them."""
    x, y, kinds = points.x, points.y, points.kinds
    fine = (1 << zoom) * side
    column, line = (np.floor(one * fine).astype(np.int64) for one in (x, y))
    tile = (column // side << 32) | line // side
    _, place, held = np.unique(tile, return_inverse=True, return_counts=True)
    chosen = np.flatnonzero(held[place] > over)
    column, line = column[chosen], line[chosen]
    key, first, place, count = np.unique(
        column << 32 | line, return_index=True, return_inverse=True, return_counts=True
    )
    column, line = key >> 32, key & 0xFFFFFFFF
    by_kind = np.bincount(place * kinds + points.kind[chosen], minlength=len(key) * kinds)
    middle = (
        _inside(np.bincount(place, weights=one[chosen], minlength=len(key)) / count, at, zoom)
        for one, at in ((x, column // side), (y, line // side))
    )
    px, py = middle
    return Cells(
        x=column // side,
        y=line // side,
        cell=line % side * side + column % side,
        px=px,
        py=py,
        count=count,
        first=chosen[first],
        kinds=by_kind.reshape(len(key), kinds),
    )


def _inside(share: Shares, tile: Ints, zoom: int) -> Ints:
    """Return a share of the world in units of its tile."""
    within = np.floor((share * (1 << zoom) - tile) * EXTENT).astype(np.int64)
    return np.clip(within, 0, EXTENT - 1)
