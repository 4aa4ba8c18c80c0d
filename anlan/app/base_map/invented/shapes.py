"""Lines that wander and areas with an uneven edge, the same for the same name every time."""

from collections.abc import Sequence
from math import cos, pi, radians
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon, transform
from shapely.geometry.base import BaseGeometry

Spot = tuple[float, float]
METRES_A_DEGREE = 111_320.0
HALVINGS = 5


def chance_of(name: str) -> np.random.Generator:
    """Return the dice of a name."""
    return np.random.default_rng(crc32(name.encode()))


def wandering(along: Sequence[Spot], name: str, reach: float) -> LineString:
    """Return a line through some points; between them it leaves the straight by a part of its length."""
    chance = chance_of(name)
    line = np.array(along, np.float64)
    for turn in range(HALVINGS):
        step = np.diff(line, axis=0)
        aside = np.column_stack([-step[:, 1], step[:, 0]])
        away = chance.normal(0, reach / (1 + turn * 0.4), (len(step), 1)).clip(
            -2 * reach, 2 * reach
        )
        between = (line[:-1] + line[1:]) / 2 + aside * away
        woven = np.empty((2 * len(line) - 1, 2))
        woven[::2], woven[1::2] = line, between
        line = woven
    return LineString(line)


def blob(at: Spot, metres: float, name: str) -> Polygon:
    """Return an area round a point with an uneven edge."""
    chance = chance_of(name)
    turn = np.linspace(0, 2 * pi, 64, endpoint=False)
    edge = np.ones_like(turn)
    for waves in range(2, 8):
        edge += chance.normal(0, 0.28 / waves) * np.sin(waves * turn + chance.uniform(0, 2 * pi))
    reach = metres * edge.clip(0.45, 1.7) / METRES_A_DEGREE
    x = at[0] + reach * np.cos(turn) / cos(radians(at[1]))
    return Polygon(np.column_stack([x, at[1] + reach * np.sin(turn)]))


def beside(line: BaseGeometry, metres: float) -> BaseGeometry:
    """Return the band round a line, as wide on either side on the ground."""
    shrink = cos(radians(line.centroid.y))
    flat = transform(line, lambda at: _stretched(at, shrink))
    band = flat.buffer(metres / METRES_A_DEGREE, quad_segs=6)
    return transform(band, lambda at: _stretched(at, 1 / shrink))


def _stretched(at: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    stretched: NDArray[np.float64] = at * np.array([by, 1.0])
    return stretched
