"""HTTP of the government's map services: which there are, their tiles and features, for whoever is signed in.

Where a service is and what opens it never leaves the server.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query

from anlan.adapters.map_services.description import MapService
from anlan.adapters.map_services.keeper import Keeper
from anlan.adapters.map_services.store import Place
from anlan.app.map_services.schemas import MapServicesOut, ServiceTileQuery
from anlan.app.map_services.served import keeper
from anlan.kernel.base.doors import Door
from anlan.kernel.base.errors import NotFoundError

VIEW = "places.place.view"
TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "pbf": "application/vnd.mapbox-vector-tile",
    "geojson": "application/geo+json",
}
FORMS = {"mvt": "vector_tiles", "wfs": "features"}
#: A tile may change there; a day is soon enough to see it.
FRESH, STALE = "private, max-age=86400", "private, no-cache"

door = Door("map-services")
router = door.router


@door.read("", VIEW, response=MapServicesOut)
def map_services(request: HttpRequest) -> dict[str, Any]:
    """Every service of the government that the map may show, with source and approval number (审图号)."""
    kept = keeper()
    return {"items": [_said(kept, one) for one in kept.described.services]}


@door.read("/{service_id}/tiles", VIEW)
def service_tile(
    request: HttpRequest, service_id: str, at: Query[ServiceTileQuery]
) -> HttpResponse:
    """One tile in Web Mercator; 204 outside its zooms, 202 while it is fetched, 503 while it is away."""
    kept, one = _found(service_id)
    side = 1 << at.z
    is_there = one.min_zoom <= at.z <= one.max_zoom and at.x < side and at.y < side
    if one.kind == "wfs" or not is_there:
        return HttpResponse(status=204)
    return _answer(kept, one, Place(at.z, at.x, at.y), is_same=at.v == one.digest)


@door.read("/{service_id}/features", VIEW)
def service_features(request: HttpRequest, service_id: str) -> HttpResponse:
    """Return all features of a WFS as GeoJSON by longitude and latitude; 202 while they are fetched."""
    kept, one = _found(service_id)
    if one.kind != "wfs":
        raise NotFoundError("没有这个政务地图服务", code="map_services.none")
    return _answer(kept, one, None, is_same=False)


def _found(name: str) -> tuple[Keeper, MapService]:
    kept = keeper()
    one = kept.described.find(name)
    if one is None:
        raise NotFoundError("没有这个政务地图服务", code="map_services.none")
    return kept, one


def _answer(kept: Keeper, one: MapService, at: Place | None, *, is_same: bool) -> HttpResponse:
    given = kept.give(one, at)
    if given is None:
        return HttpResponse(status=202, headers={"Retry-After": "1", "Cache-Control": "no-store"})
    answer = HttpResponse(given.content, content_type=TYPES[given.suffix])
    answer["Cache-Control"] = FRESH if given.is_fresh and is_same else STALE
    if (pause := kept.breaker(one).remaining_s) > 0:  # what is kept comes, and the rest does not
        answer["Cache-Control"], answer["Retry-After"] = STALE, str(max(1, round(pause)))
    return answer


def _said(kept: Keeper, one: MapService) -> dict[str, Any]:
    named = (
        "id", "title", "role", "digest", "layer", "source", "source_en", "map_approval",
        "min_zoom", "max_zoom", "opacity", "colour",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in named},
        "title_en": one.title_en or one.title,
        "form": FORMS.get(one.kind, "pictures"),
        "is_shown": one.shown,
        "is_away": kept.breaker(one).is_away,
    }
