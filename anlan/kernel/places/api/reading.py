"""HTTP of places: the region, its divisions, zones and settlements."""

from hashlib import sha256
from typing import Any, Literal, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from anlan.kernel.base.config import config
from anlan.kernel.base.doors import Door
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Scope, home_of
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.places import queries
from anlan.kernel.places.models import (
    Area,
    AreaKind,
    Division,
    ReorganisationKind,
)
from anlan.kernel.places.rules import LEVELS, DivisionLevel
from anlan.kernel.places.schemas import DivisionOut, RegionOut, VintageOut, ZoneOut

VIEW, EDIT = "places.place.view", "places.place.edit"
_KINDS = cast("dict[Any, str]", dict(AreaKind.choices))
_ACTS = cast("dict[Any, str]", dict(ReorganisationKind.choices))
_IN_FORCE = {True: "现行", False: "已停用"}
_SCHEMATIC = {True: "边界示意", False: ""}
_UNDONE = {True: "已撤回", False: ""}
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
    label=Sensitivity.PUBLIC,
)

#: A division as it was from a day to a day, and what came after it (撤并、更名).
VINTAGES = ListSpec(
    fields={
        "id": Field(path="id"),
        "code": Field(path="code", sortable=True, title="区划代码"),
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en", title="英文名称"),
        "level": Field(path="level", kind="int", sortable=True, title="级别", words=LEVELS),
        "parent_code": Field(path="parent__code", title="上级代码"),
        "population": Field(path="population", kind="int", sortable=True, title="人口"),
        "valid_from": Field(path="valid_from", kind="date", sortable=True, title="有效期（起）"),
        "valid_to": Field(path="valid_to", kind="date", sortable=True, title="有效期（止）"),
        "successor_code": Field(path="succeeded_by__code", title="并入或改设代码"),
        "successor_name": Field(path="succeeded_by__name", title="并入或改设"),
        "is_in_force": Field(path="is_in_force", kind="bool", title="状态", words=_IN_FORCE),
        "is_schematic": Field(path="is_schematic", kind="bool", title="边界示意", words=_SCHEMATIC),
        "attribution": Field(path="attribution", title="来源"),
        "may_change": Field(path="may_change", kind="bool"),
        "search": Field(path="search"),
        "version": Field(path="version", kind="int"),
    },
    sort="code",
    label=Sensitivity.PUBLIC,
)
ZONES = ListSpec(
    fields={
        "id": Field(path="id"),
        "number": Field(path="number", kind="int", sortable=True, title="编号"),
        "division_code": Field(path="division_code", title="归口区划"),
        "kind": Field(path="kind", sortable=True, title="类别", words=_KINDS),
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en", title="英文名称"),
        "over": Field(path="over", title="所跨乡镇（街道）"),
        "over_en": Field(path="over_en"),
        "valid_from": Field(path="valid_from", kind="date", sortable=True, title="有效期（起）"),
        "valid_to": Field(path="valid_to", kind="date", sortable=True, title="有效期（止）"),
        "is_in_force": Field(path="is_in_force", kind="bool", title="状态", words=_IN_FORCE),
        "is_schematic": Field(path="is_schematic", kind="bool", title="边界示意", words=_SCHEMATIC),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "attribution": Field(path="attribution", title="来源"),
        "may_change": Field(path="may_change", kind="bool"),
        "search": Field(path="search"),
        "version": Field(path="version", kind="int"),
    },
    sort="number",
    label=Sensitivity.PUBLIC,
)
#: 区划调整: what became what, on which day and paper.
REORGANISATIONS = ListSpec(
    fields={
        "id": Field(path="id"),
        "on": Field(path="on", kind="date", sortable=True, title="生效日期"),
        "kind": Field(path="kind", sortable=True, title="调整", words=_ACTS),
        "code": Field(path="code", sortable=True, title="调整前代码"),
        "name": Field(path="name", title="调整前"),
        "name_en": Field(path="name_en", title="调整前英文名称"),
        "after_code": Field(path="after_code", title="调整后代码"),
        "after_name": Field(path="after_name", title="调整后"),
        "reason": Field(path="reason", title="依据"),
        "is_undone": Field(path="is_undone", kind="bool", title="已撤回", words=_UNDONE),
        "filed_at": Field(path="created_at", kind="time", sortable=True, title="登记时间"),
        "version": Field(path="version", kind="int"),
    },
    sort="-on",
    label=Sensitivity.PUBLIC,
)

door = Door("places")
router = door.router


def kept() -> Scope:
    """Return the territory and zones whose register whoever asks keeps."""
    return home_of(current_work().principal, EDIT)


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


@door.list("/vintages", VIEW, VINTAGES, VintageOut)
def vintages(request: HttpRequest) -> QuerySet[Division]:
    """Every division that ever was, with its days and what came after it."""
    return queries.vintages(kept())


@door.list("/zones", VIEW, ZONES, ZoneOut)
def zones(request: HttpRequest) -> QuerySet[Area]:
    """Functional zones and parks, with the townships that they lie over."""
    return queries.areas(kept())


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
