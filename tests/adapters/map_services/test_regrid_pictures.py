"""Pictures in degrees become tiles of Web Mercator in which every place stands within a pixel of where it is."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from anlan.adapters.map_services.description import MapService
from anlan.adapters.map_services.fetch import Fetcher
from anlan.adapters.map_services.pictures import Pictures
from anlan.adapters.map_services.store import Place
from tests.adapters.map_services.conftest import Describe
from tests.map_stand_in import AROUND_M, SIDE, StandIn, centres, colours, latitudes

#: A tile of Ningxia, and how many of its pixels make the squares whose colours are told apart.
ZOOM, SQUARE_PX = 8, 64
AT = Place(8, 203, 98)
#: Pixels so near to the edge of a square are mixed by smoothing.
EDGE_PX = 4


def tile_of(service: MapService, folder: Path, at: Place = AT) -> Any:
    pictures = Pictures(service, Fetcher(host=service.host), folder)
    with Image.open(io.BytesIO(pictures.make(at))) as image:
        return np.asarray(image.convert("RGB")).astype(np.float64)


def most_astray_px(found: Any, at: Place, period: float) -> float:
    """Return how many pixels of its tile the worst pixel is from its place, by either axis."""
    span = AROUND_M / 2**at.zoom
    x = centres(at.x * span - AROUND_M / 2, (at.x + 1) * span - AROUND_M / 2, SIDE) * 360 / AROUND_M
    y = latitudes(centres(AROUND_M / 2 - at.y * span, AROUND_M / 2 - (at.y + 1) * span, SIDE))
    lon, lat = np.meshgrid(x, y)
    degree_px = SIDE * 2**at.zoom / 360
    edge = EDGE_PX / (period * degree_px)
    within = [np.mod(one / period, 1) for one in (lon, lat)]
    clear = np.all([(one > edge) & (one < 1 - edge) for one in within], axis=0)
    assert clear.mean() > 0.6
    blue = colours(lon, lat, period)[..., 2]
    assert np.abs(found[..., 2] - blue)[clear].max() <= 1, "another square altogether"
    stretch = [1.0, 1 / np.cos(np.radians(lat)).min()]  # a degree of latitude is more pixels
    astray = [
        np.abs((found[..., n] + 0.5) / 256 - each)[clear].max() * period * degree_px * stretch[n]
        for n, each in enumerate(within)
    ]
    return float(max(astray))


def period_at(zoom: int) -> float:
    return float(SQUARE_PX * 360 / SIDE / 2**zoom)


SERVICES: dict[str, tuple[str, str, dict[str, str]]] = {
    "WMTS, degrees, north first, 96 dpi": ("wmts", "", {}),
    "WMTS, degrees, east first": ("wmts", "", {"matrix_set": "cxy"}),
    "WMTS, Web Mercator": ("wmts", "", {"matrix_set": "w", "crs": "EPSG:3857"}),
    "WMS 1.3.0, degrees, north first": ("wms", "", {}),
    "WMS 1.1.1, degrees, east first": ("wms", "", {"version": "1.1.1"}),
    "WMS, Web Mercator": ("wms", "", {"crs": "EPSG:3857"}),
    "WMS that has its axes wrong": ("wms", "/wms-wrong", {"axis_order": "xy"}),
    "ArcGIS, cut from 400 W 400 N": ("arcgis", "/arcgis/rest/services/cached/MapServer", {}),
    "ArcGIS, drawn": ("arcgis", "/arcgis/rest/services/drawn/MapServer", {}),
}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("at", [Place(6, 50, 24), AT, Place(8, 210, 85), Place(14, 13029, 6299)])
def test_every_pixel_is_within_one_of_its_place(
    stand_in: StandIn, describe: Describe, tmp_path: Path, name: str, at: Place
) -> None:
    kind, path, more = SERVICES[name]
    stand_in.period = period_at(at.zoom)
    found = tile_of(describe(kind, path, **more), tmp_path, at)
    assert most_astray_px(found, at, stand_in.period) <= 1.0


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
@pytest.mark.parametrize("at", [AT, Place(14, 13029, 6299)])
def test_a_zone_of_cgcs2000_is_put_right(
    stand_in: StandIn, describe: Describe, tmp_path: Path, version: str, at: Place
) -> None:
    stand_in.period = period_at(at.zoom)
    found = tile_of(describe("wms", crs="EPSG:4523", version=version), tmp_path, at)
    assert most_astray_px(found, at, stand_in.period) <= 1.0


def test_a_wrong_order_of_axes_would_be_seen(
    stand_in: StandIn, describe: Describe, tmp_path: Path
) -> None:
    stand_in.period = period_at(AT.zoom)
    found = tile_of(describe("wms", axis_order="xy"), tmp_path)
    with pytest.raises(AssertionError):
        most_astray_px(found, AT, stand_in.period)


def test_a_tile_is_fetched_once(stand_in: StandIn, describe: Describe, tmp_path: Path) -> None:
    service = describe("wmts")
    pictures = Pictures(service, Fetcher(host=service.host), tmp_path)
    made = pictures.make(AT)
    asked = len(stand_in.asked)
    assert pictures.make(AT) == made
    assert len(stand_in.asked) == asked


def test_neighbours_share_the_tiles_that_both_are_made_of(
    stand_in: StandIn, describe: Describe, tmp_path: Path
) -> None:
    service = describe("wmts")
    pictures = Pictures(service, Fetcher(host=service.host), tmp_path)
    for x in range(4):
        for y in range(4):
            pictures.make(Place(AT.zoom, AT.x + x, AT.y + y))
    tiles = [one for one in stand_in.asked if "GetTile" in one]
    assert len(tiles) == len(set(tiles))
    assert len(tiles) <= 5 * 5, "no finer zoom is fetched than is drawn"


def test_where_the_service_has_nothing_the_tile_is_clear(
    stand_in: StandIn, describe: Describe, tmp_path: Path
) -> None:
    service = describe("wmts")
    pictures = Pictures(service, Fetcher(host=service.host), tmp_path)
    pictures.pyramid()
    pictures.make(AT)
    stand_in.mode = "empty"
    with Image.open(io.BytesIO(pictures.make(Place(8, 10, 100)))) as image:
        assert image.convert("RGBA").getchannel("A").getextrema() == (0, 0)
