"""JSON shapes of what is near."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from anlan.kernel.base.doors import ListQuery
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.places import nearby


class AreaQuery(Schema):
    """A circle (`lon`, `lat`, `radius_m`), or an outline: `106.1 38.1;106.3 38.1;106.3 38.3`."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    radius_m: float | None = Field(default=None, gt=0)
    outline: str = Field(default="", max_length=20_000)

    def area(self) -> nearby.Area:
        """Return it; raises InvalidError for neither or both, and for what is too large."""
        circle = (self.lon, self.lat, self.radius_m)
        if self.outline and circle == (None, None, None):
            return nearby.outlined(_corners(self.outline))
        if self.outline or None in circle:
            raise InvalidError(
                "请给出圆（经度、纬度、半径）或多边形，二者取一", code="places.within_needs_one"
            )
        return nearby.circle(self.lon or 0.0, self.lat or 0.0, self.radius_m or 0.0)

    def said(self) -> str:
        """Say it on the cover of a spreadsheet."""
        if self.outline:
            return f"outline {self.outline}"
        return f"lon {self.lon}, lat {self.lat}, radius_m {self.radius_m:g}"


class WithinQuery(AreaQuery, ListQuery):
    """What lies within, as a list."""

    def says(self) -> tuple[str, ...]:
        """Return the area in words."""
        return (self.said(),)


def _corners(text: str) -> list[tuple[float, float]]:
    try:
        return [(float(lon), float(lat)) for lon, lat in map(str.split, text.split(";"))]
    except ValueError as error:
        raise InvalidError(
            "多边形应写作 经度 纬度;经度 纬度;…", code="places.bad_corners", field="outline"
        ) from error


class WithinRow(Schema):
    """One thing that lies within; `population` is null for what is no settlement."""

    id: str
    kind: str
    kind_title: str
    kind_title_en: str
    name: str
    name_en: str
    distance_m: float
    population: int | None
    lon: float
    lat: float
    is_invented: bool


class KindWithin(Schema):
    """How many of one kind lie within, and how many people."""

    kind: str
    kind_title: str
    kind_title_en: str
    count: int
    population: int | None


class PointQuery(Schema):
    """A point, and in which system its coordinates are given; CGCS2000 and WGS-84 count as one."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"


class CoordinatesOut(Schema):
    """A point in each system, longitude first, in degrees."""

    wgs84: tuple[float, float]
    gcj02: tuple[float, float]
    bd09: tuple[float, float]


class DivisionAt(Schema):
    """A division that a point lies in; of a schematic outline nothing follows at its edge."""

    code: str
    name: str
    name_en: str
    level: int
    is_schematic: bool


class ZoneAt(Schema):
    """A functional zone that a point lies in."""

    number: int
    name: str
    name_en: str
    is_schematic: bool
    is_invented: bool


class NearestOut(Schema):
    """The nearest settlement; `bearing_deg` is the direction from it to the point, from north."""

    name: str
    name_en: str
    population: int | None
    distance_m: float
    bearing_deg: float


class PlaceAtOut(Schema):
    """What a point is called; `lon` and `lat` are CGCS2000/WGS-84."""

    lon: float
    lat: float
    coordinates: CoordinatesOut
    divisions: list[DivisionAt]
    zones: list[ZoneAt]
    nearest: NearestOut | None
