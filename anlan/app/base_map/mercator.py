"""Web Mercator as the unit square, x to the east and y to the south, and the tiles that divide it."""

from dataclasses import dataclass
from math import atan, degrees, floor, pi, sinh
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

#: Beyond this the square ends.
MAX_LATITUDE = 85.0511287798066
#: Metres round the equator, by the radius that Web Mercator is defined with.
AROUND_M = 2 * pi * 6378137.0

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile of the pyramid."""

    zoom: int
    x: int
    y: int

    @property
    def box(self) -> Bounds:
        """Return its sides in the unit square: left, top, right, bottom."""
        side = 1.0 / (1 << self.zoom)
        return self.x * side, self.y * side, (self.x + 1) * side, (self.y + 1) * side

    @property
    def metres(self) -> Bounds:
        """Return its sides in EPSG:3857: west, south, east, north."""
        left, top, right, bottom = self.box
        return tuple((one - 0.5) * AROUND_M for one in (left, 1 - bottom, right, 1 - top))  # type: ignore[return-value]


def project(degrees_: NDArray[Any]) -> NDArray[Any]:
    """Turn rows of (longitude, latitude) into rows of the unit square."""
    latitude = np.radians(np.clip(degrees_[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * pi)
    return np.column_stack([degrees_[:, 0] / 360.0 + 0.5, y])


def to_square(geometry: Any) -> Any:
    """Return a geometry, or an array of them, moved from degrees to the unit square."""
    return shapely.transform(geometry, project)


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of a point of the unit square."""
    return (x - 0.5) * 360.0, degrees(atan(sinh(pi * (1 - 2 * y))))


def tile_at(x: float, y: float, zoom: int) -> Tile:
    """Return the tile that holds a point of the unit square."""
    last = (1 << zoom) - 1
    column, row = floor(x * (1 << zoom)), floor(y * (1 << zoom))
    return Tile(zoom, min(max(column, 0), last), min(max(row, 0), last))


def corners(bounds: Bounds, zoom: int) -> tuple[Tile, Tile]:
    """Return the first and the last tile over a box in degrees: north-west and south-east."""
    west, south, east, north = bounds
    (left, top), (right, bottom) = project(np.array([[west, north], [east, south]]))
    return tile_at(left, top, zoom), tile_at(right, bottom, zoom)


def tiles_over(bounds: Bounds, zoom: int) -> list[Tile]:
    """Return every tile of a zoom over a box in degrees."""
    first, last = corners(bounds, zoom)
    columns, rows = range(first.x, last.x + 1), range(first.y, last.y + 1)
    return [Tile(zoom, x, y) for x in columns for y in rows]
