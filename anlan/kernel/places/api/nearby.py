"""HTTP of what is near: what lies within a circle or an outline, and what a point is called."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query

from anlan.kernel.base.doors import Door
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.places import nearby
from anlan.kernel.places.api.reading import VIEW
from anlan.kernel.places.near_schemas import (
    AreaQuery,
    KindWithin,
    PlaceAtOut,
    PointQuery,
    WithinQuery,
    WithinRow,
)

WITHIN = ListSpec(
    fields={
        "id": Field(path="id"),
        "kind": Field(path="found_kind"),
        "kind_title": Field(path="found_title", title="类别"),
        "kind_title_en": Field(path="found_title_en"),
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en"),
        "distance_m": Field(path="found_m", kind="float", sortable=True, title="距离（米）"),
        "population": Field(path="found_people", kind="int", title="人口"),
        "lon": Field(path="found_lon", kind="float", title="经度"),
        "lat": Field(path="found_lat", kind="float", title="纬度"),
        "is_invented": Field(path="found_demo", kind="bool", title="演示"),
        "search": Field(path="found_search"),
    },
    sort="distance_m",
)
door = Door("places")
router = door.router


@door.list("/within", VIEW, WITHIN, WithinRow, asks=WithinQuery)
def within(request: HttpRequest, asked: WithinQuery) -> tuple[QuerySet[Any, Any], ...]:
    """What I reach within a circle or an outline, the nearest first."""
    return nearby.found(asked.area(), current_work().principal)


@door.read("/within/kinds", VIEW, response=list[KindWithin])
def within_by_kind(request: HttpRequest, asked: Query[AreaQuery]) -> list[dict[str, Any]]:
    """How many of each kind, and how many people, lie within; all of them, however long the list."""
    return [
        {
            "kind": row["found_kind"],
            "kind_title": row["found_title"],
            "kind_title_en": row["found_title_en"],
            "count": row["count"],
            "population": row["people"],
        }
        for row in nearby.tally(asked.area(), current_work().principal)
    ]


@door.read("/at", VIEW, response=PlaceAtOut)
def place_at(request: HttpRequest, asked: Query[PointQuery]) -> nearby.PlaceName:
    """What a point is called: division, zones, nearest settlement, and its coordinates in each system."""
    return nearby.place_at(asked.lon, asked.lat, asked.datum)
