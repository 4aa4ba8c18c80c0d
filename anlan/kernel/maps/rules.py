"""Which tile is where, what of a scope is whole counties, and the digest of a scope; no database."""

import math
from dataclasses import dataclass
from hashlib import sha256

from anlan.kernel.base.permissions import Scope
from anlan.kernel.places.rules import COUNTY_UNIT, DIGITS, TOWNSHIP_UNIT, DivisionLevel

SUBJECTS = "subjects"
LAYERS = (SUBJECTS,)
#: Cells along the side of a tile: each is 32 px of a tile of 512.
SIDE = 16
#: What cells are counted for: a scope that holds one of these whole is drawn from them.
COUNTY, TOWNSHIP = DivisionLevel.COUNTY, DivisionLevel.TOWNSHIP
#: Every area has its cells up to here; beyond, only where more than `MOST_POINTS` of it lie in a tile.
GRID_ZOOM = 11
#: From here on points are points, also where they lie on each other; there are no tiles beyond.
MOST_ZOOM = 16
#: So many points of an area a tile holds before its cells take their place.
MOST_POINTS = 400
#: So many points outside whole areas a tile holds before they are counted into cells while one waits.
MOST_BESIDES = 1_000
EXTENT = 4_096
#: One more than the largest `div`.
_END = 10**DIGITS
#: Far more than rounding moves a point, in degrees.
_HEM = 1e-6

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the Web Mercator pyramid, counted from the north-west."""

    zoom: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Tell whether the pyramid has it."""
        side = 1 << self.zoom if 0 <= self.zoom <= MOST_ZOOM else 0
        return 0 <= self.x < side and 0 <= self.y < side

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in degrees, a hem wider than the tile."""
        west, east = (self._longitude(self.x + one) for one in (0, 1))
        north, south = (self._latitude(self.y + one) for one in (0, 1))
        return west - _HEM, south - _HEM, east + _HEM, north + _HEM

    def above(self, zoom: int) -> "Tile":
        """Return the tile of a lesser zoom that holds this one."""
        up = self.zoom - zoom
        return Tile(zoom, self.x >> up, self.y >> up)

    def cells_of(self, coarse: "Tile") -> tuple[Range, Range]:
        """Return which columns and which lines of a coarser tile's cells this one lies in."""
        side = SIDE * (1 << coarse.zoom)

        def span(at: int, first: int) -> Range:
            low, high = at * side >> self.zoom, (at + 1) * side - 1 >> self.zoom
            return low - first * SIDE, high - first * SIDE

        return span(self.x, coarse.x), span(self.y, coarse.y)

    def _longitude(self, x: int) -> float:
        return x / (1 << self.zoom) * 360 - 180

    def _latitude(self, y: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << self.zoom)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A scope in parts: whole counties and townships outside them (ranges of codes, inclusive), and the rest."""

    counties: tuple[Range, ...]
    townships: tuple[Range, ...]
    divs: tuple[Range, ...]
    zones: tuple[int, ...]
    sites: tuple[str, ...]

    @property
    def has_besides(self) -> bool:
        """Tell whether anything is reached that is no whole area."""
        return bool(self.divs or self.zones or self.sites)

    @property
    def gaps(self) -> tuple[Range, ...]:
        """Return the ranges of counties that are not reached whole."""
        edges = [-1, *(end for one in self.counties for end in one), _END // COUNTY_UNIT]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return tuple((low + 1, high - 1) for low, high in pairs if low + 1 <= high - 1)


def parts_of(scope: Scope) -> Parts:
    """Part a scope: what row security takes for whole counties and townships, and the rest."""
    counties, smaller = _wholes(_merged(scope.divs), COUNTY_UNIT)
    townships, divs = _wholes(smaller, TOWNSHIP_UNIT)
    return Parts(
        counties=tuple(counties),
        townships=tuple(townships),
        divs=tuple(divs),
        zones=scope.zones,
        sites=scope.sites,
    )


def _wholes(ranges: list[Range], unit: int) -> tuple[list[Range], list[Range]]:
    """Return the whole areas of a unit in some ranges, as ranges of codes, and what is left of the ranges."""
    wholes, rest = [], []
    for low, high in ranges:
        first, last = -(-low // unit), (high + 1) // unit - 1
        if first > last:
            rest.append((low, high))
            continue
        wholes.append((first, last))
        if low < first * unit:
            rest.append((low, first * unit - 1))
        if high >= (last + 1) * unit:
            rest.append(((last + 1) * unit, high))
    return wholes, rest


def _merged(divs: tuple[Range, ...]) -> list[Range]:
    """Put ranges that touch together, as PostgreSQL does with those of `anlan_divs()`."""
    found: list[Range] = []
    for low, high in sorted((max(low, 0), min(high, _END - 1)) for low, high in divs):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        elif low <= high:
            found.append((low, high))
    return found


def digest_of(scope: Scope) -> str:
    """Return what stands in the address of a tile for everything that decides what is in it."""
    said = repr((sorted(scope.divs), sorted(scope.zones), sorted(scope.sites)))
    return sha256(said.encode()).hexdigest()[:16]
