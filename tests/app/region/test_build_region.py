"""The demo region is read whole out of the installed packages."""

import json
from pathlib import Path

import pytest
from shapely import Point
from shapely.ops import unary_union

from anlan.app.region.boundaries import COUNTRY_PREFIX, read_outlines
from anlan.app.region.build import Region, build_region
from anlan.app.region.errors import RegionSourceError
from anlan.app.region.geojson import write_region
from anlan.app.region.pack import read_pack
from anlan.app.region.townships import read_township_names
from anlan.kernel.places.rules import DivisionLevel, ancestors
from tests.left_out import leave_out

TOWNSHIPS = {
    "640181001": "城区街道",
    "640181100": "东塔镇",
    "640181101": "郝家桥镇",
    "640181102": "崇兴镇",
    "640181103": "宁东镇",
    "640181104": "马家滩镇",
    "640181105": "临河镇",
    "640181200": "梧桐树乡",
    "640181201": "白土岗乡",
    "640181400": "灵武农场",
}


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the ten rows in the manner of china-division, so that the test needs no npm."""
    file = tmp_path_factory.mktemp("npm") / "streets.json"
    rows = [{"code": c, "name": n, "areaCode": "640181"} for c, n in TOWNSHIPS.items()]
    file.write_text(
        json.dumps([*rows, {"code": "640104001", "name": "他县", "areaCode": "640104"}])
    )
    return file


@pytest.fixture(scope="module")
def region(streets: Path) -> Region:
    return build_region("lingwu", streets)


def test_the_tree_runs_from_the_country_to_a_grid_without_a_gap(region: Region) -> None:
    codes = {row.code for row in region.divisions}
    assert "" in codes
    assert {row.level for row in region.divisions} == set(DivisionLevel)
    missing = {up for code in codes for up in ancestors(code)} - codes
    assert missing == set()


def test_parents_stand_before_children(region: Region) -> None:
    seen: set[str] = set()
    for row in region.divisions:
        assert set(ancestors(row.code)[:-1]) <= seen
        seen.add(row.code)


def test_every_neighbour_touches_the_county(region: Region) -> None:
    neighbours = [
        row
        for row in region.divisions
        if row.level == DivisionLevel.COUNTY and row.code != "640181"
    ]
    assert ("盐池县", "Yanchi") in {(row.name, row.name_en) for row in neighbours}
    assert all(row.boundary is not None for row in neighbours)
    assert all(row.boundary.distance(region.county) < 0.01 for row in neighbours if row.boundary)


def test_cells_cover_the_county_exactly_and_do_not_overlap(region: Region) -> None:
    cells = [
        row.boundary
        for row in region.divisions
        if row.level == DivisionLevel.TOWNSHIP and row.boundary is not None
    ]
    assert len(cells) == 9
    assert sum(cell.area for cell in cells) == pytest.approx(region.county.area, rel=1e-9)
    assert unary_union(cells).symmetric_difference(region.county).area < 1e-9


def test_each_seat_lies_in_its_own_cell(region: Region) -> None:
    assert [region.township_at(row.location) for row in region.settlements] == [
        row.code for row in region.settlements
    ]


def test_a_township_without_a_point_has_a_row_and_no_cell(region: Region) -> None:
    majiatan = next(row for row in region.divisions if row.name == "马家滩镇")
    assert majiatan.boundary is None
    assert majiatan.population is None
    assert "马家滩镇" not in {row.name for row in region.settlements}


def test_names_are_joined_to_the_right_points(region: Region) -> None:
    ningdong = next(row for row in region.settlements if row.name == "宁东镇")
    assert ningdong.name_en == "Ningdong"
    assert ningdong.population == 48587
    assert ningdong.location.distance(Point(106.585, 38.161)) < 0.01


def test_the_invented_zone_says_so_and_lies_inside_the_county(region: Region) -> None:
    (row,) = region.zones
    assert "演示" in row.zone.name
    assert region.county.buffer(1e-9).covers(row.boundary)
    assert region.zone_at(Point(106.585, 38.161)) == row.zone.number
    assert region.zone_at(Point(106.34, 38.10)) is None


def test_written_files_keep_what_the_map_needs(region: Region, tmp_path: Path) -> None:
    write_region(region, tmp_path)
    head = json.loads((tmp_path / "region.json").read_text())
    assert head["node"] == "n640181"
    west, south, east, north = head["bbox"]
    assert west < head["center"][0] < east
    assert south < head["center"][1] < north
    features = json.loads((tmp_path / "divisions.geojson").read_text())["features"]
    levels = [feature["properties"]["level"] for feature in features]
    assert levels.count("county") == 8
    assert levels.count("township") == 9
    assert all(feature["properties"]["schematic"] for feature in features)
    assert not list(tmp_path.glob("*.partial"))


def test_codes_carry_the_country_in_front_and_a_bare_code_finds_nothing(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    file = tmp_path / "district.geojson"

    def write(gb: str) -> None:
        feature = {"properties": {"gb": gb, "name": "某县"}, "geometry": square}
        file.write_text(json.dumps({"features": [feature]}))

    write(COUNTRY_PREFIX + "640181")
    assert read_outlines(("640181",), file)["640181"].name == "某县"
    write("640181")
    with pytest.raises(RegionSourceError, match="640181"):
        read_outlines(("640181",), file)


def test_township_codes_of_another_vintage_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "streets.json"
    file.write_text(json.dumps([{"code": "360982101000", "name": "临江镇", "areaCode": "360982"}]))
    with pytest.raises(RegionSourceError, match="9 位"):
        read_township_names("360982", file)


def test_a_missing_npm_package_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(RegionSourceError, match="npm ci"):
        read_township_names("640181", tmp_path / "absent.json")


def test_the_real_npm_package_knows_every_township_of_the_pack() -> None:
    try:
        names = read_township_names("640181")
    except RegionSourceError as error:
        leave_out(str(error), brought=True)
    assert names == TOWNSHIPS
    assert {row.code for row in read_pack().townships} == set(names)
