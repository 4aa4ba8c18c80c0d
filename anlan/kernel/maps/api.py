"""HTTP of maps; one call per route."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path

from anlan.kernel.base.doors import Door
from anlan.kernel.base.errors import NotFoundError, NotPermittedError
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.maps import queries, schemas
from anlan.kernel.maps.rules import GRID_ZOOM, LAYERS, MOST_ZOOM, Tile, digest_of

VIEW = "subjects.subject.view"
MVT = "application/vnd.mapbox-vector-tile"
#: Where nginx passes tiles on; the same routes stand under the API.
ADDRESS = "/tiles/{layer}/{version}/{digest}/{{z}}/{{x}}/{{y}}.mvt"
_TILE: dict[str, Any] = {
    "responses": {
        200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}},
        204: {"description": "An empty tile."},
    }
}
door = Door("maps")
router = door.router


@door.read("/maps/layers", VIEW, response=list[schemas.LayerOut])
def list_layers(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the layers that are drawn from tiles, as who asks sees them now."""
    scope = current_work().principal.scope
    return [_told(queries.drawn(layer, scope)) for layer in LAYERS]


@door.read("/tiles/{layer}/{version}/{digest}/{zoom}/{x}/{y}.mvt", VIEW, openapi_extra=_TILE)
def get_tile(request: HttpRequest, at: Path[schemas.TilePath]) -> HttpResponse:
    """Return a vector tile (MVT 2.1) of slow facts; it may be kept for as long as its version stands.

    The digest is that of the reach of who asks: another's is refused.
    """
    scope = current_work().principal.scope
    if at.digest != digest_of(scope):
        raise NotPermittedError(
            "这张瓦片属于别的管辖范围，请重新读取图层",
            code="maps.foreign_digest",
            reason="foreign_digest",
        )
    tile = Tile(at.zoom, at.x, at.y)
    if at.layer not in LAYERS or not tile.exists:
        raise NotFoundError("没有这张瓦片", code="maps.no_tile")
    content = queries.tile(at.layer, tile, scope)
    answer = HttpResponse(content, content_type=MVT, status=200 if content else 204)
    answer["Cache-Control"] = "private, max-age=604800, immutable"
    return answer


def _told(drawn: queries.Drawn) -> dict[str, Any]:
    said = asdict(drawn)
    zooms = {"points_zoom": GRID_ZOOM + 1, "most_zoom": MOST_ZOOM}
    return said | {"tiles": ADDRESS.format(**said)} | zooms
