"""Shapes between shapely, which reads them, and the columns of GeoDjango.

They cross as WKB: nothing that a user gives ever reaches GDAL (see settings, gis.W001).
"""

from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from shapely import Geometry, MultiPolygon, Polygon, get_type_id, make_valid, to_wkb

SRID = 4326
_POLYGON, _MULTIPOLYGON = 3, 6


def to_column(shape: Geometry) -> Any:
    """Turn a shapely geometry (WGS 84, longitude first) into a value for a geometry column."""
    return GEOSGeometry(memoryview(to_wkb(shape)), srid=SRID)


def as_multipolygon(shape: Geometry) -> MultiPolygon:
    """Return an area as a valid multipolygon; raises ValueError when there is none in it."""
    whole = shape if shape.is_valid else make_valid(shape)
    polygons = list(_polygons(whole))
    if not polygons:
        raise ValueError(f"{shape.geom_type} encloses no area")
    return MultiPolygon(polygons)


def _polygons(shape: Geometry) -> list[Polygon]:
    """Take the polygons out of whatever `make_valid` left."""
    kind = get_type_id(shape)
    if kind == _POLYGON:
        return [] if shape.is_empty else [shape]
    if kind < _MULTIPOLYGON and not hasattr(shape, "geoms"):
        return []
    return [polygon for part in getattr(shape, "geoms", ()) for polygon in _polygons(part)]
