"""Features along the tiles: each where it lies, from its zoom on, and nothing lost at a seam."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from anlan.app.base_map.layers import FIRST_ZOOM, LAST_ZOOM, Feature
from anlan.app.base_map.mercator import Tile, project, tile_at, to_degrees
from anlan.app.base_map.mvt import EXTENT
from anlan.app.base_map.vector import BEND, BUFFER, bounds_of, tiles_of
from tests.app.base_map.decode import Seen, decode

LON, LAT = st.floats(105.5, 107.5), st.floats(37.3, 38.9)


def drawn(*features: Feature, zoom: int) -> dict[Tile, dict[str, list[Seen]]]:
    """Return what the tiles of one zoom show."""
    return {tile: decode(body) for tile, body in tiles_of(features, (zoom, zoom))}


def rings(seen: Seen, tile: Tile) -> list[np.ndarray[Any, Any]]:
    """Return the strokes of a feature as points of the unit square."""
    found: list[list[tuple[int, int]]] = []
    x = y = at = 0
    while at < len(seen.geometry):
        command, count = seen.geometry[at] & 7, seen.geometry[at] >> 3
        at += 1
        if command == 7:
            continue
        for _ in range(count):
            dx, dy = (((n >> 1) ^ -(n & 1)) for n in seen.geometry[at : at + 2])
            x, y, at = x + dx, y + dy, at + 2
            if command == 1:
                found.append([])
            found[-1].append((x, y))
    scale = EXTENT << tile.zoom
    return [np.array(one) / scale + np.array(tile.box[:2]) for one in found]


@given(LON, LAT, st.integers(FIRST_ZOOM, LAST_ZOOM))
def test_a_point_is_in_its_tile_to_half_a_step(lon: float, lat: float, zoom: int) -> None:
    point = Feature(layer="settlements", kind="city", geometry=Point(lon, lat), name="城")
    tiles = drawn(point, zoom=zoom)
    ((x, y),) = project(np.array([[lon, lat]]))
    home = tile_at(x, y, zoom)
    ((at,),) = rings(tiles[home]["settlements"][0], home)
    assert np.abs(at - (x, y)).max() <= 0.51 / (EXTENT << zoom)
    assert to_degrees(x, y) == pytest.approx((lon, lat))


@given(st.lists(st.tuples(LON, LAT), min_size=2, max_size=9, unique=True))
def test_a_line_is_whole_across_its_tiles(points: list[tuple[float, float]]) -> None:
    zoom = 10
    road = Feature(layer="roads", kind="motorway", geometry=LineString(points))
    square = shapely.transform(road.geometry, project)
    step = 1 / (EXTENT << zoom)
    pieces = [
        LineString(stroke)
        for tile, layers in drawn(road, zoom=zoom).items()
        for seen in layers["roads"]
        for stroke in rings(seen, tile)
    ]
    again = shapely.union_all(pieces)
    assert shapely.hausdorff_distance(shapely.segmentize(square, 20 * step), again) < 30 * step
    assert again.buffer((BEND + 1) * step).covers(square)


@given(LON, LAT, st.floats(0.02, 0.9))
def test_an_area_is_cut_without_a_gap(lon: float, lat: float, size: float) -> None:
    zoom = 9
    shape = Polygon(
        Point(lon, lat).buffer(size, quad_segs=5).exterior,
        [Point(lon, lat).buffer(size / 3, quad_segs=3).exterior],
    )
    wood = Feature(layer="land_cover", kind="forest", geometry=shape)
    parts = []
    for tile, layers in drawn(wood, zoom=zoom).items():
        for seen in layers["land_cover"]:
            strokes = [Polygon(one) for one in rings(seen, tile) if len(one) > 2]
            # what lies beyond the tile's own sides is its neighbour's as well
            whole = shapely.union_all([one for one in strokes if one.exterior.is_ccw])
            holes = shapely.union_all([one for one in strokes if not one.exterior.is_ccw])
            parts.append(shapely.intersection(whole.difference(holes), box(*tile.box)))
    total = sum(one.area for one in parts)
    expected = shapely.transform(shape, project).area
    assert total == pytest.approx(expected, rel=0.02)


def test_a_class_is_drawn_from_its_zoom_on() -> None:
    lane = Feature(layer="roads", kind="minor", geometry=LineString([(106, 38), (106.4, 38.2)]))
    way = Feature(layer="roads", kind="motorway", geometry=LineString([(106, 38.1), (106.4, 38.3)]))
    kinds = {
        zoom: {
            seen.properties["class"]
            for layers in drawn(lane, way, zoom=zoom).values()
            for seen in layers["roads"]
        }
        for zoom in (5, 10, 11)
    }
    assert kinds == {5: {"motorway"}, 10: {"motorway"}, 11: {"motorway", "minor"}}


def test_a_speck_is_left_out_until_it_can_be_seen() -> None:
    pond = Feature(layer="water", kind="lake", geometry=box(106, 38, 106.004, 38.003))
    assert drawn(pond, zoom=5) == {}
    assert len(drawn(pond, zoom=12)) >= 1


def test_a_point_near_a_seam_is_in_both_tiles_and_one_far_from_it_in_one() -> None:
    side = 1 / (1 << 8)
    seam = to_degrees(200 * side + BUFFER * side / 2, 98.5 * side)
    middle = to_degrees(200.5 * side, 98.5 * side)
    for place, count in ((seam, 2), (middle, 1)):
        city = Feature(layer="settlements", kind="city", geometry=Point(place))
        assert len(drawn(city, zoom=8)) == count


def test_a_shape_that_crosses_itself_is_mended() -> None:
    bow = Polygon([(106, 38), (106.4, 38.4), (106.4, 38), (106, 38.4)])
    layers = drawn(Feature(layer="water", kind="lake", geometry=bow), zoom=8)
    assert layers
    two = MultiPolygon([box(106, 38, 106.3, 38.3), box(106.2, 38.2, 106.5, 38.5)])
    assert drawn(Feature(layer="water", kind="lake", geometry=two), zoom=8)


def test_layers_lie_as_they_are_drawn_and_the_larger_place_is_last() -> None:
    small = Feature(layer="settlements", kind="city", geometry=Point(106, 38), population=5)
    large = Feature(layer="settlements", kind="city", geometry=Point(106.01, 38), population=9)
    wood = Feature(layer="land_cover", kind="forest", geometry=box(105.9, 37.9, 106.1, 38.1))
    [layers] = drawn(large, small, wood, zoom=6).values()
    assert list(layers) == ["land_cover", "settlements"]
    assert [one.properties["population"] for one in layers["settlements"]] == [5, 9]
    assert bounds_of([small, wood]) == (105.9, 37.9, 106.1, 38.1)
