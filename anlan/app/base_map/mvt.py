"""Mapbox Vector Tiles 2.1, written by hand: a few messages of a fixed shape need no protobuf library.

Geometry comes in the tile's own grid (whole numbers, y downwards). What the grid makes of too small a
shape (a line of one point, a ring of two) is left out.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from anlan.app.base_map import varint

#: Steps along the side of a tile.
EXTENT = 4096
MOVE, LINE, CLOSE = 1, 2, 7
POINT, LINESTRING, POLYGON = 1, 2, 3

Value = str | int | float | bool
Steps = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature as a tile holds it."""

    geometry: Any
    properties: Mapping[str, Value]


@dataclass(slots=True)
class _Words:
    """The keys and values of one layer; a feature names them by their places."""

    keys: dict[str, int] = field(default_factory=dict)
    values: dict[tuple[type, Value], int] = field(default_factory=dict)

    def tags(self, properties: Mapping[str, Value]) -> bytes:
        """Return the places of a feature's properties."""
        out = bytearray()
        for key, value in properties.items():
            varint.put(out, self.keys.setdefault(key, len(self.keys)))
            varint.put(out, self.values.setdefault((type(value), value), len(self.values)))
        return bytes(out)


def encode_tile(layers: Mapping[str, Sequence[Drawn]]) -> bytes:
    """Return a tile; layers without a feature that can be seen are left out."""
    out = bytearray()
    for name, features in layers.items():
        if layer := _layer(name, features):
            _bytes(out, 3, layer)
    return bytes(out)


def _layer(name: str, features: Iterable[Drawn]) -> bytes:
    words = _Words()
    bodies = [body for one in features if (body := _feature(one, words))]
    if not bodies:
        return b""
    out = bytearray()
    _bytes(out, 1, name.encode())
    for body in bodies:
        _bytes(out, 2, body)
    for key in words.keys:
        _bytes(out, 3, key.encode())
    for _, value in words.values:
        _bytes(out, 4, _value(value))
    _number(out, 5, EXTENT)
    _number(out, 15, 2)
    return bytes(out)


def _feature(drawn: Drawn, words: _Words) -> bytes:
    kind, commands = _commands(drawn.geometry)
    if not commands:
        return b""
    out = bytearray()
    _bytes(out, 2, words.tags(drawn.properties))
    _number(out, 3, kind)
    _bytes(out, 4, commands)
    return bytes(out)


def _commands(geometry: Any) -> tuple[int, bytes]:
    """Return the type of a geometry and how a pen would draw it."""
    pen = _Pen()
    parts = shapely.get_parts(geometry)
    dimension = int(shapely.get_dimensions(geometry))
    if dimension == 0:
        pen.points([_steps(part)[0] for part in parts])
        return POINT, bytes(pen.out)
    if dimension == 1:
        for part in parts:
            pen.line(_steps(part))
        return LINESTRING, bytes(pen.out)
    for part in parts:
        _polygon(pen, part)
    return POLYGON, bytes(pen.out)


def _polygon(pen: "_Pen", polygon: Any) -> None:
    """Draw the outline clockwise (as seen), then its holes the other way."""
    outline = _ring(polygon.exterior, clockwise=True)
    if not outline:
        return
    pen.ring(outline)
    for hole in polygon.interiors:
        if steps := _ring(hole, clockwise=False):
            pen.ring(steps)


def _steps(geometry: Any) -> Steps:
    """Return the points of a line on the grid, each once where several fall together."""
    grid = np.rint(shapely.get_coordinates(geometry)).astype(np.int64)
    kept = np.ones(len(grid), bool)
    kept[1:] = (grid[1:] != grid[:-1]).any(axis=1)
    return [(int(x), int(y)) for x, y in grid[kept]]


def _ring(ring: Any, *, clockwise: bool) -> Steps:
    """Return a ring without its last point, turned as asked; nothing where it has no area."""
    steps = _steps(ring)[:-1]
    if len(steps) < 3:
        return []
    area = sum(
        x * other_y - other_x * y
        for (x, y), (other_x, other_y) in zip(steps, [*steps[1:], steps[0]], strict=True)
    )
    if area == 0:
        return []
    return steps if (area > 0) == clockwise else steps[::-1]


@dataclass(slots=True)
class _Pen:
    """Draws by steps from where it stands."""

    out: bytearray = field(default_factory=bytearray)
    x: int = 0
    y: int = 0

    def points(self, at: Steps) -> None:
        self._do(MOVE, at)

    def line(self, along: Steps) -> None:
        if len(along) > 1:
            self._do(MOVE, along[:1])
            self._do(LINE, along[1:])

    def ring(self, round_: Steps) -> None:
        self.line(round_)
        varint.put(self.out, CLOSE | 1 << 3)

    def _do(self, command: int, to: Steps) -> None:
        varint.put(self.out, command | len(to) << 3)
        for x, y in to:
            varint.put(self.out, _zigzag(x - self.x))
            varint.put(self.out, _zigzag(y - self.y))
            self.x, self.y = x, y


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _value(value: Value) -> bytes:
    out = bytearray()
    if isinstance(value, bool):
        _number(out, 7, int(value))
    elif isinstance(value, int):
        _number(out, 6, _zigzag(value))
    elif isinstance(value, float):
        out += b"\x19" + struct.pack("<d", value)
    else:
        _bytes(out, 1, value.encode())
    return bytes(out)


def _number(out: bytearray, tag: int, number: int) -> None:
    varint.put(out, tag << 3)
    varint.put(out, number)


def _bytes(out: bytearray, tag: int, body: bytes) -> None:
    varint.put(out, tag << 3 | 2)
    varint.put(out, len(body))
    out += body
