"""The demo's base map: invented round the real county, told so, the same every time, and small."""

import gzip
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from anlan.app.base_map.archive import Archive
from anlan.app.base_map.build import GROUND_FILE, RELIEF_FILE
from anlan.app.base_map.invented.make import _features, build_invented, file_of
from anlan.app.base_map.layers import FIRST_ZOOM, LAST_ZOOM
from anlan.app.base_map.mercator import tiles_over
from anlan.app.base_map.relief import heights_of
from tests.app.base_map.decode import Seen, decode

if TYPE_CHECKING:
    from anlan.app.region.build import Region

LARGEST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def built(region: "Region", tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    assert build_invented(region, "lingwu", folder) > 30
    return folder


@pytest.fixture(scope="module")
def ground(built: Path) -> Archive:
    return Archive(built / GROUND_FILE)


def seen_at(archive: Archive, zoom: int) -> dict[str, list[Seen]]:
    """Return everything that a zoom shows."""

    found: dict[str, list[Seen]] = {}
    for tile in tiles_over(archive.bounds, zoom):
        if body := archive.tile(tile):
            for layer, rows in decode(gzip.decompress(body)).items():
                found.setdefault(layer, []).extend(rows)
    return found


def test_the_map_says_that_it_is_invented(ground: Archive, built: Path) -> None:
    for archive in (ground, Archive(built / RELIEF_FILE)):
        origin = archive.metadata["origin"]
        assert "虚构（演示）" in origin["source"]
        assert "invented" in origin["source_en"]
        assert (origin["is_invented"], origin["map_approval"]) == (True, "")


def test_every_name_on_it_says_so_too(ground: Archive) -> None:
    named = [
        one.properties
        for rows in seen_at(ground, LAST_ZOOM).values()
        for one in rows
        if "name" in one.properties
    ]
    assert len({one["name"] for one in named}) >= 12
    assert {one["name"] for one in named if "演示" not in one["name"]} == set()
    assert {one["name_en"] for one in named if "Demo" not in one["name_en"]} == set()


def test_it_has_land_water_rivers_and_roads_and_the_near_zooms_have_more(ground: Archive) -> None:
    far, near = seen_at(ground, FIRST_ZOOM), seen_at(ground, LAST_ZOOM)
    assert {"land_cover", "water", "rivers", "roads"} == set(near)
    kinds = {one.properties["class"] for one in near["roads"]}
    assert kinds == {"motorway", "trunk", "primary", "secondary", "railway"}
    assert {one.properties["class"] for one in far["roads"]} == {"motorway"}


def test_roads_lead_through_the_settlements(ground: Archive, region: "Region") -> None:

    roads = shapely.union_all(
        [
            one.geometry
            for one in _features(tomllib.loads(file_of("lingwu").read_text("utf-8")), region)
            if one.layer == "roads"
        ]
    )
    far = {row.name_en for row in region.settlements if row.location.distance(roads) > 1e-6}
    assert far == set()


def test_hills_rise_away_from_the_river(built: Path) -> None:
    archive = Archive(built / RELIEF_FILE)
    tiles = tiles_over(archive.bounds, archive.header.max_zoom)
    heights = np.stack([heights_of(archive.tile(one) or b"") for one in tiles])
    assert 900 < heights.min() < 1_200
    assert heights.max() > 1_400


def test_it_is_small_and_the_same_every_time(built: Path, region: "Region", tmp_path: Path) -> None:
    build_invented(region, "lingwu", tmp_path)
    for name in (GROUND_FILE, RELIEF_FILE):
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes()
    assert sum(one.stat().st_size for one in built.iterdir()) < LARGEST_BYTES


def test_a_pack_without_anything_invented_gets_no_map(region: "Region", tmp_path: Path) -> None:
    assert build_invented(region, "elsewhere", tmp_path) == 0
    assert list(tmp_path.iterdir()) == []
