"""What lies within a circle or an outline, how far it is, and what a point is called.

Distances are geodesic, on the ellipsoid (PostGIS geography). An outline is taken as it is drawn: its
edges are straight on the map.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import numpy as np
from django.contrib.gis.geos import Polygon
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    F,
    FloatField,
    Func,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Concat
from shapely import MultiPolygon, Point

from anlan.engines.geodesy.offset import Datum, from_wgs84, to_wgs84
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.permissions import Principal
from anlan.kernel.places import queries, within
from anlan.kernel.places.models import Division, Settlement
from anlan.kernel.places.outlines import outline_of
from anlan.kernel.places.rules import ancestors
from anlan.kernel.places.shapes import SRID, to_column

DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
#: Metres of a degree, each a little too small, so that the box is never too narrow.
_LAT_DEGREE_M, _LON_DEGREE_M = 110_500.0, 111_300.0
#: How many settlements are measured exactly: nearest in degrees is not always nearest in metres.
_MEASURED = 12
_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where something is looked for, and the point that distances are told from."""

    lon: float
    lat: float
    box: tuple[float, float, float, float]
    radius_m: float | None = None
    outline: MultiPolygon | None = None


def circle(lon: float, lat: float, radius_m: float) -> Area:
    """Return a circle; raises InvalidError for one that is too large."""
    if radius_m > within.MOST_RADIUS_M:
        raise InvalidError(
            f"半径不超过 {within.MOST_RADIUS_M / 1000:g} 公里",
            code="places.radius_too_large",
            field="radius_m",
            most_m=within.MOST_RADIUS_M,
        )
    north = radius_m / _LAT_DEGREE_M
    # at the pole a circle is as wide as the world
    east = min(180.0, radius_m / (_LON_DEGREE_M * max(cos(radians(abs(lat) + north)), 1e-6)))
    box = (lon - east, max(lat - north, -90.0), lon + east, min(lat + north, 90.0))
    return Area(lon=lon, lat=lat, box=box, radius_m=radius_m)


def outlined(corners: Sequence[tuple[float, float]]) -> Area:
    """Return what corners enclose; distances are told from its middle. Raises InvalidError."""
    if len(corners) > within.MOST_CORNERS:
        raise InvalidError(
            f"多边形不超过 {within.MOST_CORNERS} 个点",
            code="places.too_many_corners",
            field="outline",
            most=within.MOST_CORNERS,
        )
    ring = [*corners, corners[0]] if corners else []
    shape = outline_of({"type": "Polygon", "coordinates": [ring]})
    middle = shape.centroid
    return Area(lon=middle.x, lat=middle.y, box=shape.bounds, outline=shape)


def found(area: Area, principal: Principal) -> tuple[QuerySet[Any, Any], ...]:
    """Return what a person reaches within an area, one part a source, with place and distance."""
    return tuple(_inside(one.rows(principal), area) for one in within.sources(principal))


def tally(area: Area, principal: Principal) -> list[dict[str, Any]]:
    """Return how many of each kind lie within an area, and how many people live there; all of them."""
    kinds = [
        row
        for part in found(area, principal)
        for row in part.order_by()
        .values("found_kind", "found_title", "found_title_en")
        .annotate(count=Count("pk"), people=Sum("found_people"))
    ]
    return sorted(kinds, key=lambda row: (-row["count"], row["found_kind"]))


def _inside(rows: QuerySet[Any, Any], area: Area) -> QuerySet[Any, Any]:
    """Keep what lies within; the box is said first and by itself, an index finds it under row security."""
    here, there = _geography(_point(area.lon, area.lat)), _geography(F("location"))
    west, south, east, north = area.box
    kept = rows.filter(location__bboverlaps=Polygon.from_bbox((west, south, east, north)))
    if area.outline is None:
        is_near = Func(
            there, here, Value(area.radius_m), function="ST_DWithin", output_field=BooleanField()
        )
        kept = kept.filter(is_near)
    else:
        kept = kept.filter(location__coveredby=to_column(area.outline))
    told: QuerySet[Any, Any] = kept.annotate(
        found_lon=Func(F("location"), function="ST_X", output_field=FloatField()),
        found_lat=Func(F("location"), function="ST_Y", output_field=FloatField()),
        found_m=_metres(there, here),
        found_search=Concat("name", Value(" "), "name_en", output_field=CharField()),
    )
    return told


def settlements_near(principal: Principal) -> QuerySet[Any, Any]:
    """Return every settlement as a source of `within`; where people live is open to who sees the map."""
    rows = Settlement.objects.annotate(found_demo=Value(value=False))
    return within.of_one_kind(
        rows, kind="settlement", title="居民点", title_en="Settlement", people=F("population")
    )


def settlements_within(area: Area) -> list[dict[str, Any]]:
    """Return the settlements in an area, the nearest first: name, name_en, population, distance_m.

    A settlement is a point: it counts whole or not at all. `population` None is not known.
    """
    rows = _inside(Settlement.objects.all(), area).order_by("found_m", "id")
    columns = ("name", "name_en", "population")
    return [
        {name: row[name] for name in columns} | {"distance_m": row["found_m"]}
        for row in rows.values(*columns, "found_m")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """What a point is called: its coordinates in each system, division, zones, nearest settlement."""

    lon: float
    lat: float
    coordinates: dict[str, tuple[float, float]]
    divisions: list[dict[str, Any]]
    zones: list[dict[str, Any]]
    nearest: dict[str, Any] | None


def place_at(lon: float, lat: float, datum: Datum = "wgs84") -> PlaceName:
    """Return what a point is called whose coordinates are of some system; kept is CGCS2000/WGS-84."""
    east, north = (float(one[0]) for one in to_wgs84(np.array([lon]), np.array([lat]), datum))
    point = to_column(Point(east, north))
    zones = queries.zones().filter(boundary__covers=point).order_by("number")
    return PlaceName(
        lon=round(east, _DIGITS),
        lat=round(north, _DIGITS),
        coordinates={one: _said_in(east, north, one) for one in DATUMS},
        divisions=_path(point),
        zones=[
            dict(row)
            for row in zones.values("number", "name", "name_en", "is_schematic", "is_invented")
        ],
        nearest=_nearest(east, north),
    )


def _said_in(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    east, north = from_wgs84(np.array([lon]), np.array([lat]), datum)
    return round(float(east[0]), _DIGITS), round(float(north[0]), _DIGITS)


def _path(point: Any) -> list[dict[str, Any]]:
    """Return the divisions that a point lies in, the largest first; those above have often no outline."""
    covering = queries.divisions().filter(boundary__covers=point)
    lowest: Division | None = covering.order_by("-level", "code").first()
    if lowest is None:
        return []
    rows = queries.divisions().filter(code__in=ancestors(lowest.code)[1:]).order_by("level")
    return [dict(row) for row in rows.values("code", "name", "name_en", "level", "is_schematic")]


def _nearest(lon: float, lat: float) -> dict[str, Any] | None:
    point = _point(lon, lat)
    here, there = _geography(point), _geography(F("location"))
    apart = Func(
        F("location"),
        point,
        template="%(expressions)s",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )
    bearing = Func(there, here, function="ST_Azimuth", output_field=FloatField())
    rows = Settlement.objects.annotate(distance_m=_metres(there, here), azimuth_rad=bearing)
    near = rows.order_by(apart)[:_MEASURED].values(
        "name", "name_en", "population", "distance_m", "azimuth_rad"
    )
    nearest = min(map(dict[str, Any], near), key=lambda row: row["distance_m"], default=None)
    if nearest is None:
        return None
    # of a point on the settlement itself there is no direction
    azimuth_rad = nearest.pop("azimuth_rad") or 0.0
    return nearest | {"bearing_deg": round(float(np.degrees(azimuth_rad)), 1)}


def _point(lon: float, lat: float) -> Func:
    made = Func(Value(lon), Value(lat), function="ST_Point", output_field=FloatField())
    return Func(made, Value(SRID), function="ST_SetSRID", output_field=FloatField())


def _geography(place: Any) -> Func:
    return Func(place, template="(%(expressions)s)::geography", output_field=FloatField())


def _metres(there: Func, here: Func) -> Func:
    """Return a distance to a tenth of a metre, so that a cursor over it says exactly what it says."""
    exact = Func(there, here, function="ST_Distance", output_field=FloatField())
    return Func(
        exact, template="round((%(expressions)s)::numeric, 1)::float8", output_field=FloatField()
    )
