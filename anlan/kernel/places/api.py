"""HTTP of places: the region, its divisions, zones and settlements."""

from hashlib import sha256
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from anlan.kernel.base.config import config
from anlan.kernel.base.doors import Door
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.places import queries
from anlan.kernel.places.models import Division
from anlan.kernel.places.rules import DivisionLevel
from anlan.kernel.places.schemas import DivisionOut, RegionOut

VIEW = "places.place.view"
DIVISIONS = ListSpec(
    fields={
        "id": Field(path="id"),
        "code": Field(path="code", sortable=True, title="区划代码"),
        "name": Field(path="name", title="名称"),
        "name_en": Field(path="name_en", title="英文名称"),
        "level": Field(path="level", kind="int", sortable=True, title="级别"),
        "div": Field(path="div", kind="int", sortable=True),
        "parent_id": Field(path="parent_id"),
        "population": Field(path="population", kind="int", title="人口"),
        "version": Field(path="version", kind="int"),
    },
    sort="code",
)

door = Door("places")
router = door.router


@door.read("/region", VIEW, response=RegionOut)
def region(request: HttpRequest) -> dict[str, Any]:
    """Where this node is."""
    found = queries.region()
    fields = (
        "node",
        "name",
        "name_en",
        "bbox",
        "center",
        "attribution",
        "attribution_en",
        "is_schematic",
    )
    return {name: getattr(found, name) for name in fields} | {"demo": config().demo}


@door.list("/divisions", VIEW, DIVISIONS, DivisionOut)
def divisions(request: HttpRequest) -> QuerySet[Division]:
    """Divisions in force today."""
    return queries.divisions()


@door.read("/divisions.geojson", VIEW)
def divisions_geojson(
    request: HttpRequest, level: Literal["province", "city", "county", "township", "village"]
) -> HttpResponse:
    """Outlines of one level."""
    return _geojson(request, queries.divisions_geojson(DivisionLevel[level.upper()]))


@door.read("/areas.geojson", VIEW)
def areas_geojson(request: HttpRequest) -> HttpResponse:
    """Functional zones and parks."""
    return _geojson(request, queries.areas_geojson())


@door.read("/settlements.geojson", VIEW)
def settlements_geojson(request: HttpRequest) -> HttpResponse:
    """Settlements with population."""
    return _geojson(request, queries.settlements_geojson())


def _geojson(request: HttpRequest, text: str) -> HttpResponse:
    """Answer a GeoJSON text, or 304 when the caller has it; a shared cache never keeps it."""
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    answer = (
        HttpResponseNotModified()
        if request.headers.get("If-None-Match") == tag
        else HttpResponse(text, content_type="application/geo+json")
    )
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    return answer
