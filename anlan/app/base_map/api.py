"""HTTP of the base map: what there is of it, and its tiles, for whoever is signed in."""

import gzip
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query

from anlan.app.base_map.archive import Archive
from anlan.app.base_map.mercator import Tile
from anlan.app.base_map.pmtiles import GZIP, MVT
from anlan.app.base_map.schemas import BaseMapOut, TileQuery
from anlan.app.base_map.served import FILES, Which, archive
from anlan.kernel.base.doors import Door

VIEW = "places.place.view"
TYPES = {MVT: "application/vnd.mapbox-vector-tile"}
PICTURE = "image/png"
#: A tile of one version never changes; another version has another address.
FOR_EVER = "private, max-age=31536000, immutable"

door = Door("base-map")
router = door.router


@door.read("", VIEW, response=BaseMapOut)
def base_map(request: HttpRequest) -> dict[str, Any]:
    """What there is of the base map, bottom first, with source and approval number (审图号)."""
    there = ((which, archive(which)) for which in FILES)
    return {"items": [_said(which, opened) for which, opened in there if opened is not None]}


@door.read("/tiles/{which}", VIEW)
def tile(request: HttpRequest, which: Which, at: Query[TileQuery]) -> HttpResponse:
    """One tile; 204 where nothing is drawn."""
    opened = archive(which)
    side = 1 << at.z
    found = None
    if opened is not None and at.x < side and at.y < side:
        found = opened.tile(Tile(at.z, at.x, at.y))
    if opened is None or found is None:
        return HttpResponse(status=204)
    answer = HttpResponse(content_type=TYPES.get(opened.header.tile_type, PICTURE))
    is_packed = opened.header.tile_packing == GZIP
    if is_packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer["Content-Encoding"] = "gzip"
    elif is_packed:
        found = gzip.decompress(found)
    answer.content = found
    is_same = at.v == opened.metadata["version"]
    answer["Cache-Control"] = FOR_EVER if is_same else "private, no-cache"
    return answer


def _said(which: Which, opened: Archive) -> dict[str, Any]:
    origin = opened.metadata["origin"]
    return {
        "archive": which,
        "version": opened.metadata["version"],
        "bounds": opened.bounds,
        "min_zoom": opened.header.min_zoom,
        "max_zoom": opened.header.max_zoom,
        "signs": opened.metadata.get("signs", ""),
        **{name: origin[name] for name in ("source", "source_en", "map_approval", "is_invented")},
    }
