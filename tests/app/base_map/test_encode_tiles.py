"""Vector tiles by hand: the specification's own examples, and properties as they come back."""

import pytest
from shapely import (
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)
from shapely.geometry.base import BaseGeometry

from anlan.app.base_map.mvt import Drawn, Value, encode_tile
from tests.app.base_map.decode import Seen, decode

POINT, LINE, POLYGON = 1, 2, 3
BIG = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
HOLED = Polygon(
    [(11, 11), (20, 11), (20, 20), (11, 20)], [[(13, 13), (13, 17), (17, 17), (17, 13)]]
)


def seen(geometry: BaseGeometry, **properties: Value) -> list[Seen]:
    """Return what comes back of one feature."""
    return decode(encode_tile({"one": [Drawn(geometry, properties)]})).get("one", [])


@pytest.mark.parametrize(
    ("geometry", "kind", "commands"),
    [
        # the examples of the specification, 4.3.5
        (Point(25, 17), POINT, [9, 50, 34]),
        (MultiPoint([(5, 7), (3, 2)]), POINT, [17, 10, 14, 3, 9]),
        (LineString([(2, 2), (2, 10), (10, 10)]), LINE, [9, 4, 4, 18, 0, 16, 16, 0]),
        (
            Polygon([(3, 6), (8, 12), (20, 34)]),
            POLYGON,
            [9, 6, 12, 18, 10, 12, 24, 44, 15],
        ),
        (
            MultiPolygon([BIG, HOLED]),
            POLYGON,
            [
                9,
                0,
                0,
                26,
                20,
                0,
                0,
                20,
                19,
                0,
                15,
                9,
                22,
                2,
                26,
                18,
                0,
                0,
                18,
                17,
                0,
                15,
                9,
                4,
                13,
                26,
                0,
                8,
                8,
                0,
                0,
                7,
                15,
            ],
        ),
    ],
)
def test_geometry_is_drawn_as_the_specification_shows(
    geometry: BaseGeometry, kind: int, commands: list[int]
) -> None:
    [one] = seen(geometry)
    assert (one.kind, one.geometry) == (kind, commands)


def test_a_ring_is_turned_the_right_way_whichever_way_it_came() -> None:
    there = seen(Polygon([(0, 0), (10, 0), (10, 10), (0, 10)]))
    back = seen(Polygon([(0, 0), (0, 10), (10, 10), (10, 0)]))
    assert signed_area(there[0].geometry) > 0
    assert signed_area(back[0].geometry) > 0


def signed_area(commands: list[int]) -> float:
    """Return the area of a ring without its last point, by the surveyor's formula (4.3.4.4)."""
    steps = [(n >> 1) ^ -(n & 1) for n in commands[1:3] + commands[4:-1]]
    x = y = 0
    ring = []
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        ring.append((x, y))
    turned = [*ring[1:], ring[0]]
    return sum(a * d - c * b for (a, b), (c, d) in zip(ring, turned, strict=True)) / 2


@pytest.mark.parametrize(
    "geometry",
    [
        LineString([(1.1, 1.1), (1.2, 0.9)]),
        Polygon([(1, 1), (1.2, 1), (1.2, 1.3)]),
        Polygon([(0, 0), (5, 5), (9, 9)]),
    ],
)
def test_what_the_grid_makes_a_point_or_a_line_of_is_left_out(geometry: BaseGeometry) -> None:
    assert encode_tile({"one": [Drawn(geometry, {"name": "尘"})]}) == b""


def test_properties_come_back_with_their_types() -> None:
    said: dict[str, Value] = {
        "name": "演示大河",
        "population": 48_587,
        "below": -154,
        "part": 0.25,
        "yes": True,
        "one": 1,
        "none": 0,
    }
    [one] = seen(Point(1, 1), **said)
    assert one.properties == said
    assert [type(value) for value in one.properties.values()] == [type(v) for v in said.values()]


def test_features_of_a_layer_share_their_words() -> None:
    many = [Drawn(Point(n, n), {"class": "village", "name": "同名村"}) for n in range(50)]
    data = encode_tile({"settlements": many, "roads": [Drawn(box(0, 0, 4, 4), {})]})
    assert data.count("同名村".encode()) == 1
    assert {name: len(rows) for name, rows in decode(data).items()} == {
        "settlements": 50,
        "roads": 1,
    }
