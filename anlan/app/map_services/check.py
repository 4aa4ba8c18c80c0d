"""Ask each service once, and say what came: what a bureau looks at before it shows a map to anybody."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely

from anlan.adapters.map_services.description import Described, MapService
from anlan.adapters.map_services.errors import ServiceError
from anlan.adapters.map_services.keeper import Maker, fetcher_of, maker_of
from anlan.adapters.map_services.store import Place
from anlan.app.base_map.mercator import tile_at, to_square

#: The zoom that is asked for where a service has it: a county fills a screen.
ZOOM = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one service answered; `wrong` is empty where it can be shown."""

    service: MapService
    cut: str
    axis_order: str
    took_ms: int
    wrong: str
    notes: tuple[str, ...]


def look(described: Described, at: tuple[float, float], authority: Path) -> Iterator[Finding]:
    """Ask every service for one tile over a place, longitude and latitude in degrees."""
    for one in described.services:
        with tempfile.TemporaryDirectory() as folder:
            maker = maker_of(one, fetcher_of(one, described, authority), Path(folder))
            yield _look(one, maker, at)


def _look(one: MapService, maker: Maker, at: tuple[float, float]) -> Finding:
    cut, order, wrong = "", "", ""
    began = time.monotonic()
    try:
        cut, order = _cut(maker)
        began = time.monotonic()
        maker.make(_place(one, at))
    except ServiceError as error:
        wrong = str(error)
    took_ms = round((time.monotonic() - began) * 1000)
    return Finding(
        service=one, cut=cut, axis_order=order, took_ms=took_ms, wrong=wrong, notes=_notes(one)
    )


def _cut(maker: Maker) -> tuple[str, str]:
    """Return how the service is cut, and which coordinate its corner begins with."""
    from anlan.adapters.map_services.pictures import Pictures

    if not isinstance(maker, Pictures):
        return "", ""
    pyramid = maker.pyramid()
    if pyramid is None:
        return "按需出图", maker.service.axis_order
    first, last = pyramid.levels[0], pyramid.levels[-1]
    return (
        f"{maker.service.matrix_set} {pyramid.crs} {pyramid.tile_side}px"
        f" {first.name}–{last.name} 级，左上角 {pyramid.left:g} {pyramid.top:g}"
    ).strip(), pyramid.axis_order


def _place(one: MapService, at: tuple[float, float]) -> Place:
    middle = to_square(shapely.Point(at))
    tile = tile_at(middle.x, middle.y, min(max(ZOOM, one.min_zoom), one.max_zoom))
    return Place(tile.zoom, tile.x, tile.y)


def _notes(one: MapService) -> tuple[str, ...]:
    opened = bool(one.query_secrets or one.header_secrets)
    said = {
        "凭据经明文 http 发出": opened and one.url.startswith("http:"),
        "没有写审图号，图上印「示意」": not one.map_approval,
    }
    return tuple(words for words, holds in said.items() if holds)
