"""How much a tank holds: from level over geometry and density to tonnes.

Cylinder, sphere and spheroid cut by a level plane; tests hold them against slices summed one by one. A tank that was
measured (a strapping table, 容积表) is read from its table instead.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Shape(IntEnum):
    """What a tank is like: standing or lying cylinder, or sphere."""

    VERTICAL = 0
    HORIZONTAL = 1
    SPHERE = 2


@dataclass(frozen=True, slots=True)
class Geometry:
    """Columns, one row a tank: `shape` (n,), `radius_m` (n,) inside.

    `length_m` (n,): height of the shell of a standing one, length between the heads of a lying one, unused for a
    sphere. `head_m` (n,): depth of each of the two heads of a lying one (0 flat, radius / 2 standard
    ellipse, radius hemisphere), unused for others.
    """

    shape: Ints
    radius_m: Floats
    length_m: Floats
    head_m: Floats

    def __post_init__(self) -> None:
        """Raise ValueError for what no tank is like."""
        if not np.all(self.radius_m > 0) or not np.all(self.head_m >= 0):
            raise ValueError("a radius is more than 0 m, a head at least 0 m deep")
        if np.any((self.length_m <= 0) & (self.shape != Shape.SPHERE)):
            raise ValueError("a cylinder has a length")

    def height_m(self) -> Floats:
        """Return the level at which each is full."""
        return np.where(self.shape == Shape.VERTICAL, self.length_m, 2 * self.radius_m)


def volume_m3(tanks: Geometry, level_m: Floats) -> Floats:
    """Return what each tank holds at its level (n,) above its lowest point.

    A level below the bottom or above the top counts as there: instruments stray. NaN stays NaN.
    """
    level = np.clip(level_m, 0.0, tanks.height_m())
    radius = tanks.radius_m
    standing = np.pi * radius**2 * level
    # a level of a standing tank may be above twice its radius: what follows is not for it
    level = np.minimum(level, 2 * radius)
    cap = np.pi * level**2 * (3 * radius - level) / 3
    # half of the angle that the surface is seen under from the axis; near the bottom 1 - h/r would lose its digits
    half = 2 * np.arcsin(np.sqrt(level / (2 * radius)))
    segment = radius**2 * (half - np.sin(2 * half) / 2)
    # the two heads together are a spheroid: a sphere drawn to their depth
    lying = tanks.length_m * segment + tanks.head_m / radius * cap
    return np.select(
        [tanks.shape == Shape.VERTICAL, tanks.shape == Shape.HORIZONTAL], [standing, lying], cap
    )


@dataclass(frozen=True, slots=True)
class Strapping:
    """Strapping tables, one behind the other: `tank` (k,) ascending, 0..; `level_m`, `volume_m3` (k,).

    Within a tank levels ascend and volumes do not fall, none is below 0; each tank has at least two rows.
    """

    tank: Ints
    level_m: Floats
    volume_m3: Floats

    def __post_init__(self) -> None:
        """Raise ValueError for a table that names no one volume for a level."""
        same = np.diff(self.tank) == 0
        if np.any(np.diff(self.tank) < 0) or np.any(np.bincount(self.tank) < 2):
            raise ValueError("tables stand one behind the other, each with two rows or more")
        if np.any(np.diff(self.level_m)[same] <= 0) or np.any(np.diff(self.volume_m3)[same] < 0):
            raise ValueError("in a strapping table levels ascend and volumes do not fall")
        if not np.all(self.level_m >= 0) or not np.all(self.volume_m3 >= 0):
            raise ValueError("in a strapping table no level and no volume is below 0")


def strapped_m3(tables: Strapping, tank: Ints, level_m: Floats) -> Floats:
    """Return the volume (n,) at a level (n,) of tanks `tank` (n,), linear between two rows.

    Below the first and above the last row it is that row's volume. NaN stays NaN.
    """
    count = int(tables.tank[-1]) + 1
    first = np.searchsorted(tables.tank, np.arange(count))
    last = np.append(first[1:], len(tables.tank)) - 1
    level = np.clip(level_m, tables.level_m[first[tank]], tables.level_m[last[tank]])
    # one search for all: tables side by side on one axis, each further than any level reaches
    lowest = float(tables.level_m.min())
    apart = float(tables.level_m.max()) - lowest + 1.0
    axis = tables.tank * apart + (tables.level_m - lowest)
    found = np.interp(tank * apart + (level - lowest), axis, tables.volume_m3)
    return np.where(np.isnan(level_m), np.nan, found)


def mass_t(volume: Floats, density_kg_m3: Floats) -> Floats:
    """Return tonnes from volume (n,) in m3 and density (n,). Raises ValueError for a density not above 0."""
    if not np.all(density_kg_m3 > 0):
        raise ValueError("a density is more than 0 kg/m3")
    return volume * density_kg_m3 / 1000
