"""Invented heights: a plain along the river, a tableland rising to the east, a range far in the west."""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from anlan.app.base_map.mercator import Tile, to_degrees
from anlan.app.base_map.relief import SIDE

Grid = NDArray[np.float64]
KM_A_DEGREE = 111.32
PLAIN_M = 1_105.0
#: Widths of the roughness in degrees, and how high each stands at its full.
OCTAVES = ((0.30, 90.0), (0.14, 60.0), (0.07, 38.0), (0.034, 22.0), (0.016, 12.0), (0.008, 6.0))
LATTICE = 256


@dataclass(frozen=True, slots=True)
class Hills:
    """Heights round a river that is given by its longitude at each latitude, southernmost first."""

    latitudes: tuple[float, ...]
    longitudes: tuple[float, ...]
    seed: int = 640181

    def heights(self, tile: Tile) -> Grid:
        """Return the heights of a tile."""
        left, top, right, bottom = tile.box
        steps = (np.arange(SIDE) + 0.5) / SIDE
        lon = np.array([to_degrees(left + (right - left) * one, 0.5)[0] for one in steps])
        lat = np.array([to_degrees(0.5, top + (bottom - top) * one)[1] for one in steps])
        return self.at(
            np.broadcast_to(lon, (SIDE, SIDE)), np.broadcast_to(lat[:, None], (SIDE, SIDE))
        )

    def at(self, lon: Grid, lat: Grid) -> Grid:
        """Return the heights at some places."""
        river = np.interp(lat, self.latitudes, self.longitudes)
        east = (lon - river) * KM_A_DEGREE * cos(radians(38.0))
        rough = self._roughness(lon, lat)
        table = np.clip((east - 11) / 30, 0, 1)
        range_ = np.clip((-east - 38) / 16, 0, 1) * np.clip((95 + east) / 30, 0, 1)
        return (
            PLAIN_M
            + 260 * _eased(table)
            + 1_250 * _eased(range_)
            + rough * (0.03 + 1.1 * _eased(table) + 2.6 * _eased(range_))
        )

    def _roughness(self, lon: Grid, lat: Grid) -> Grid:
        chance = np.random.default_rng(self.seed)
        total = np.zeros(lon.shape)
        for width, height in OCTAVES:
            lattice = chance.uniform(-1, 1, (LATTICE, LATTICE))
            total += height * (1 - 2 * np.abs(_between(lattice, lon / width, lat / width)))
        return total


def _between(lattice: Grid, x: Grid, y: Grid) -> Grid:
    """Return what lies between the points of a lattice that repeats itself."""
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    across, down = _eased(x - column), _eased(y - row)
    corners = [lattice[(row + n // 2) % LATTICE, (column + n % 2) % LATTICE] for n in range(4)]
    upper = corners[0] * (1 - across) + corners[1] * across
    lower = corners[2] * (1 - across) + corners[3] * across
    found: Grid = upper * (1 - down) + lower * down
    return found


def _eased(part: Grid) -> Grid:
    """Return a part of one that begins and ends gently."""
    return part * part * (3 - 2 * part)
