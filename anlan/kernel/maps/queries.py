"""Reads of maps: one tile, how much somebody reaches, which version of it stands, what is out of date.

A tile is one statement. Whole counties and townships come from the grid, or from `subjects_township_place`
where few of one lie in the tile; everything else of the scope comes point by point, found by its own columns.
Each point lies in exactly one tile of a zoom: there is no buffer, so counts of tiles add up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import Cursor

from anlan.kernel.base.permissions import Scope
from anlan.kernel.maps import tile_sql
from anlan.kernel.maps.models import LayerVersion
from anlan.kernel.maps.rules import (
    EXTENT,
    GRID_ZOOM,
    MOST_BESIDES,
    MOST_ZOOM,
    SIDE,
    Parts,
    Tile,
    digest_of,
    parts_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A layer as somebody sees it: what stands in the address of its tiles, and how many are in them."""

    layer: str
    version: int
    digest: str
    count: int


def tile(layer: str, at: Tile, scope: Scope) -> bytes:
    """Return a tile (MVT 2.1) of what a scope reaches; call inside the unit of work that has the scope.

    Without points outside whole areas there are a few statements for everybody, which are planned once.
    """
    parts = parts_of(scope)
    text, values = statement(layer, at, parts)
    if not text:
        return b""
    if parts.has_besides:
        # how many rows such a part has only its values tell: it is planned each time
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return bytes(cursor.fetchone()[0])
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        row = cursor.execute(text.encode(), values, prepare=True, binary=True).fetchone()
    return bytes(row[0]) if row else b""


def statement(layer: str, at: Tile, parts: Parts) -> tuple[str, dict[str, Any]]:
    """Return the statement of a tile and its values, as text which it casts; "" where nothing is reached."""
    found: list[str] = []
    tables: list[str] = []
    if parts.counties or parts.townships:
        if at.zoom < MOST_ZOOM:
            found += [tile_sql.OF_COUNTIES] if parts.counties else []
            found += [tile_sql.OF_TOWNSHIPS] if parts.townships else []
        if at.zoom > GRID_ZOOM:
            tables += [tile_sql.NEAR, tile_sql.WHOLE]
            found.append(tile_sql.POINTS.format(rows="whole"))
    if parts.has_besides:
        tables += [tile_sql.BESIDES.format(reached=tile_sql.reached(parts)), tile_sql.INSIDE]
        is_last = at.zoom == MOST_ZOOM
        found.append(tile_sql.POINTS.format(rows="inside" if is_last else "few"))
        if not is_last:
            tables.append(tile_sql.FEW)
            found.append(tile_sql.TOGETHER)
    if not found:
        return "", {}
    tables.append("drawn AS (" + " UNION ALL ".join(found) + ")")
    text = f"WITH {', '.join(tables)} {tile_sql.ENCODED}"
    return text, _values(layer, at) | tile_sql.reached_values(parts)


def _values(layer: str, at: Tile) -> dict[str, Any]:
    coarse = at.above(min(at.zoom, GRID_ZOOM))
    (west_cell, east_cell), (north_cell, south_cell) = at.cells_of(coarse)
    west, south, east, north = at.box
    return {
        name: str(value)
        for name, value in {
            "layer": layer,
            "zoom": at.zoom,
            "x": at.x,
            "y": at.y,
            "coarse_zoom": coarse.zoom,
            "coarse_x": coarse.x,
            "coarse_y": coarse.y,
            "west_cell": west_cell,
            "east_cell": east_cell,
            "north_cell": north_cell,
            "south_cell": south_cell,
            "tiles": 1 << at.zoom,
            "fine": (1 << at.zoom) * SIDE,
            "depth": at.zoom + SIDE.bit_length() - 1,
            "side": SIDE,
            "extent": EXTENT,
            "most": MOST_BESIDES,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        }.items()
    }


def drawn(layer: str, scope: Scope) -> Drawn:
    """Return a layer as a scope sees it now."""
    parts = parts_of(scope)
    with connection.cursor() as cursor:
        cursor.execute(tile_sql.COUNTED, {"layer": layer})
        count = cursor.fetchone()[0]
        if parts.has_besides:
            reached = tile_sql.reached(parts)
            cursor.execute(
                tile_sql.COUNTED_BESIDES.format(reached=reached), tile_sql.reached_values(parts)
            )
            count += cursor.fetchone()[0]
        text, values = tile_sql.version(scope, parts)
        cursor.execute(text, {"layer": layer} | values)
        version = cursor.fetchone()[0]
    return Drawn(layer=layer, version=version, digest=digest_of(scope), count=count)


def uncounted_counties(layer: str) -> list[int]:
    """Return the counties that have subjects and were never counted: nobody has told of them."""
    with connection.cursor() as cursor:
        cursor.execute(tile_sql.UNCOUNTED, {"layer": layer})
        return [row[0] for row in cursor.fetchall()]


def due(moment: datetime) -> LayerVersion | None:
    """Return what has waited longest to be counted anew, locked; what another worker has is left to it."""
    rows = LayerVersion.objects.select_for_update(skip_locked=True)
    return rows.filter(due_at__lte=moment).order_by("due_at", "county").first()


def placed(county: int) -> Iterator[tuple[str, str, int, float, float]]:
    """Yield (id, code of its kind, township, x, y) of what stands in a county, as shares of the world's side."""
    with connection.cursor() as cursor:
        cursor.execute(tile_sql.PLACED, {"county": county})
        while rows := cursor.fetchmany(10_000):
            yield from rows


def names(ids: list[str]) -> dict[str, tuple[str, str]]:
    """Return names, Chinese and English, by id."""
    with connection.cursor() as cursor:
        cursor.execute(tile_sql.NAMES, {"ids": ids})
        return {key: (name, name_en) for key, name, name_en in cursor.fetchall()}
