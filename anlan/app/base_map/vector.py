"""Features into vector tiles: simplified to what a zoom can show, and cut along the tiles."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from anlan.app.base_map.layers import FIRST_ZOOM, LAST_ZOOM, LAYERS, Feature
from anlan.app.base_map.mercator import Bounds, Tile, tile_at, to_square
from anlan.app.base_map.mvt import EXTENT, Drawn, encode_tile
from anlan.app.base_map.pmtiles import tile_id

#: So far beyond its side a tile is drawn, so that no seam shows; a part of the side.
BUFFER = 64 / EXTENT
#: What is smaller than so many steps of the grid is not seen: a bend of a line, the side of an area.
BEND, SPECK = 3.0, 12.0
DIMENSIONS = {"point": 0, "line": 1, "area": 2}

Cut = tuple[Tile, Any]


@dataclass(frozen=True, slots=True)
class _Laid:
    """A feature with its shape in the unit square."""

    feature: Feature
    shape: Any


def tiles_of(
    features: Sequence[Feature], zooms: tuple[int, int] = (FIRST_ZOOM, LAST_ZOOM)
) -> Iterator[tuple[Tile, bytes]]:
    """Yield every tile with something in it, zoom by zoom in the order of an archive."""
    laid = [_Laid(one, to_square(shapely.force_2d(one.geometry))) for one in _in_order(features)]
    for zoom in range(zooms[0], zooms[1] + 1):
        found: dict[Tile, dict[str, list[Drawn]]] = defaultdict(lambda: defaultdict(list))
        for one in (one for one in laid if one.feature.first_zoom <= zoom):
            for tile, shape in _cuts(_simplified(one, zoom), zoom):
                drawn = Drawn(_on_grid(shape, tile), one.feature.properties)
                found[tile][one.feature.layer].append(drawn)
        for tile in sorted(found, key=tile_id):
            if body := encode_tile(found[tile]):
                yield tile, body


def bounds_of(features: Iterable[Feature]) -> Bounds:
    """Return the box round all features, in degrees."""
    west, south, east, north = shapely.total_bounds([one.geometry for one in features])
    return float(west), float(south), float(east), float(north)


def _in_order(features: Sequence[Feature]) -> list[Feature]:
    """Return the features layer by layer, bottom to top, with most people last in theirs."""
    places = {name: place for place, name in enumerate(LAYERS)}
    return sorted(features, key=lambda one: (places[one.layer], one.population or 0))


def _simplified(laid: _Laid, zoom: int) -> Any:
    """Return the shape as a zoom can show it; empty where it is a speck."""
    step = 1.0 / (EXTENT << zoom)
    shape, kind = laid.shape, LAYERS[laid.feature.layer].shape
    if kind == "point":
        return shape
    if kind == "area" and max(_sides(shape)) < SPECK * step:
        return shapely.Polygon()
    simple = shapely.simplify(shape, BEND * step, preserve_topology=kind == "area")
    if shapely.is_valid(simple):
        return simple
    return of_dimension(shapely.make_valid(simple), DIMENSIONS[kind])


def _sides(shape: Any) -> tuple[float, float]:
    left, top, right, bottom = shapely.bounds(shape)
    return right - left, bottom - top


def _cuts(shape: Any, zoom: int) -> Iterator[Cut]:
    """Yield the parts of a shape by tile: halved and halved again, so that each cut is a small one."""
    if shapely.is_empty(shape):
        return
    side = 1.0 / (1 << zoom)
    left, top, right, bottom = shapely.bounds(shape)
    margin = BUFFER * side
    first = tile_at(left - margin, top - margin, zoom)
    last = tile_at(right + margin, bottom + margin, zoom)
    dimension = int(shapely.get_dimensions(shape))
    waiting = [(first, last, shape)]
    while waiting:
        start, end, part = waiting.pop()
        if shapely.is_empty(part):
            continue
        if start == end:
            yield start, part
            continue
        for one, other in _halves(start, end):
            waiting.append((one, other, _clipped(part, (one, other), dimension)))


def _halves(start: Tile, end: Tile) -> list[tuple[Tile, Tile]]:
    zoom = start.zoom
    if end.x - start.x >= end.y - start.y:
        middle = (start.x + end.x) // 2
        return [(start, Tile(zoom, middle, end.y)), (Tile(zoom, middle + 1, start.y), end)]
    middle = (start.y + end.y) // 2
    return [(start, Tile(zoom, end.x, middle)), (Tile(zoom, start.x, middle + 1), end)]


def _clipped(shape: Any, tiles: tuple[Tile, Tile], dimension: int) -> Any:
    """Return what of a shape lies over some tiles, a little beyond them included."""
    first, last = tiles
    left, top, _, _ = first.box
    _, _, right, bottom = last.box
    margin = BUFFER / (1 << first.zoom)
    box = (left - margin, top - margin, right + margin, bottom + margin)
    return of_dimension(shapely.clip_by_rect(shape, *box), dimension)


def of_dimension(shape: Any, dimension: int) -> Any:
    """Return the parts of one dimension: a cut or a repair leaves points and edges beside areas."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) >= 4).any():  # collections inside a collection
        parts = shapely.get_parts(parts)
    kept = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    return make(kept) if len(kept) else shapely.Polygon()


def _on_grid(shape: Any, tile: Tile) -> Any:
    """Return a shape in the steps of a tile's grid."""
    left, top, _, _ = tile.box
    scale = EXTENT << tile.zoom
    return shapely.transform(shape, lambda at: (at - np.array([left, top])) * scale)
