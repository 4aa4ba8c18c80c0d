"""The base map over the API: for who is signed in, tile by tile, another version at another address."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from shapely import Point, box

from anlan.app.base_map.build import GROUND_FILE, Ground, build
from anlan.app.base_map.description import Origin
from anlan.app.base_map.layers import Feature
from anlan.app.base_map.mercator import tile_at, to_square
from anlan.app.base_map.relief import SIDE
from anlan.kernel.base.config import Config
from tests.app.base_map.decode import decode
from tests.cast import assemble, signed_in

if TYPE_CHECKING:
    from anlan.app.base_map.mercator import Tile

pytestmark = pytest.mark.django_db
URL = "/api/v1/base-map"
BOX = (106.0, 38.0, 106.4, 38.3)
LAKE = Feature(layer="water", kind="lake", geometry=box(*BOX), name="湖")
CITY = Feature(layer="settlements", kind="city", geometry=Point(106.2, 38.1), name="城")
ORIGIN = Origin(title="底图", source="某局", source_en="a bureau", map_approval="宁S〔2026〕012号")


@pytest.fixture(autouse=True)
def _kept_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Config(node="n640181", region_dir=folder)
    monkeypatch.setattr("anlan.app.base_map.served.config", lambda: settings)


@pytest.fixture
def client() -> Client:
    return signed_in(assemble().duty_officer)


def hills() -> Ground:
    import numpy as np

    def heights(tile: "Tile") -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        return np.full((SIDE, SIDE), float(tile.x))

    return Ground(heights=heights, bounds=BOX, zooms=(5, 7))


def tile_query(zoom: int = 9) -> dict[str, str | int]:
    middle = to_square(CITY.geometry)
    at = tile_at(middle.x, middle.y, zoom)
    return {"z": at.zoom, "x": at.x, "y": at.y}


def test_where_none_was_built_there_is_none(client: Client) -> None:
    assert client.get(URL).json() == {"items": []}
    assert client.get(f"{URL}/tiles/ground", tile_query()).status_code == 204


def test_it_says_who_made_and_who_approved_it(client: Client, folder: Path) -> None:
    build([LAKE, CITY], hills(), ORIGIN, folder)
    ground, relief = client.get(URL).json()["items"]
    assert (ground["archive"], relief["archive"]) == ("ground", "relief")
    assert {(one["source"], one["map_approval"]) for one in (ground, relief)} == {
        ("某局", "宁S〔2026〕012号")
    }
    assert ground["signs"] == "城湖"
    assert tuple(ground["bounds"]) == pytest.approx(BOX)
    assert (relief["min_zoom"], relief["max_zoom"]) == (5, 7)


def test_a_tile_is_packed_as_it_lies_and_kept_for_as_long_as_its_version(
    client: Client, folder: Path
) -> None:
    build([LAKE, CITY], hills(), ORIGIN, folder)
    ground, relief = client.get(URL).json()["items"]
    told = tile_query() | {"v": ground["version"]}
    answer = client.get(f"{URL}/tiles/ground", told, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert set(decode(gzip.decompress(answer.content))) == {"water", "settlements"}
    plain = client.get(f"{URL}/tiles/ground", told)
    assert "Content-Encoding" not in plain
    assert plain.content == gzip.decompress(answer.content)
    picture = client.get(f"{URL}/tiles/relief", tile_query(7) | {"v": relief["version"]})
    assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")


def test_a_new_build_is_served_at_once_under_another_version(client: Client, folder: Path) -> None:
    build([LAKE, CITY], hills(), ORIGIN, folder)
    [old, _] = client.get(URL).json()["items"]
    build([LAKE], None, ORIGIN, folder)
    [new] = client.get(URL).json()["items"]
    assert new["version"] != old["version"]
    answer = client.get(f"{URL}/tiles/ground", tile_query() | {"v": old["version"]})
    assert set(decode(answer.content)) == {"water"}
    assert answer["Cache-Control"] == "private, no-cache", "it is not what its address says"
    assert client.get(f"{URL}/tiles/relief", tile_query(7)).status_code == 204


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"z": 2, "x": 4, "y": 0}, 204),
        ({"z": 5, "x": 0, "y": 0}, 204),
        ({"z": 25, "x": 0, "y": 0}, 422),
        ({"z": 5, "x": -1, "y": 0}, 422),
        ({"z": 5, "x": "../..", "y": 0}, 422),
        ({}, 422),
    ],
)
def test_what_is_no_tile_of_it_is_told_so(
    client: Client, folder: Path, query: dict[str, str | int], status: int
) -> None:
    build([LAKE], None, ORIGIN, folder)
    assert client.get(f"{URL}/tiles/ground", query).status_code == status
    assert client.get(f"{URL}/tiles/secrets", query).status_code == 422


def test_a_stranger_gets_nothing(folder: Path) -> None:
    build([LAKE], None, ORIGIN, folder)
    assert Client().get(URL).status_code == 401
    assert Client().get(f"{URL}/tiles/ground", tile_query()).status_code == 401


def test_a_broken_file_is_told(client: Client, folder: Path) -> None:
    (folder / GROUND_FILE).write_bytes(b"nothing of the kind")
    answer = client.get(URL)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "base_map.broken")
