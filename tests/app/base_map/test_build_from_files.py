"""A bureau's own files become its base map, each format; what is wrong with a file is said, and nothing is half done."""

import gzip
import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box
from typer.testing import CliRunner

from anlan.app.base_map.archive import Archive
from anlan.app.base_map.build import GROUND_FILE, RELIEF_FILE
from anlan.app.base_map.layers import LAST_ZOOM
from anlan.app.base_map.mercator import tiles_over
from anlan.app.base_map.relief import heights_of
from anlan.app.cli.region import app
from anlan.kernel.base.config import config
from tests.app.base_map.decode import Seen, decode
from tests.left_out import leave_out

MAPS = "(`requirements/maps.txt`)"
ROAD = LineString([(106.05, 38.05), (106.2, 38.12), (106.35, 38.1)])
#: CGCS2000, three-degree zone 35 with its number before the easting: what a county's survey gives out.
GAUSS = "EPSG:4523"


@pytest.fixture(autouse=True)
def _kept_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_REGION_DIR", str(folder))
    config.cache_clear()
    yield
    config.cache_clear()


def package(name: str) -> Any:
    """Import a package of the maps' requirements, or leave the test out."""
    try:
        return importlib.import_module(name)
    except ImportError:
        leave_out(f"no {name} {MAPS}", brought=True)


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Run the command over a description of one source; return its exit code and what it said."""

    def run(*layers: str, top: str = 'source = "某局 2026"') -> tuple[int, str]:
        file = tmp_path / "maps.toml"
        blocks = "".join(f"\n[[layer]]\n{one}\n" for one in layers)
        file.write_text(top + "\n" + blocks, encoding="utf-8")
        result = CliRunner().invoke(app, ["build", "--maps", str(file)])
        return result.exit_code, result.output

    return run


def shown(folder: Path, zoom: int = LAST_ZOOM) -> dict[str, list[Seen]]:
    """Return what the built map shows at a zoom."""
    archive = Archive(folder / GROUND_FILE)
    found: dict[str, list[Seen]] = {}
    for tile in tiles_over(archive.bounds, zoom):
        if body := archive.tile(tile):
            for layer, rows in decode(gzip.decompress(body)).items():
                found.setdefault(layer, []).extend(rows)
    return found


def classes(rows: list[Seen]) -> set[tuple[str, str]]:
    return {(one.properties["class"], one.properties.get("name", "")) for one in rows}


def geojson(file: Path, *rows: tuple[Any, dict[str, Any]], **more: Any) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": properties,
        }
        for shape, properties in rows
    ]
    body = {"type": "FeatureCollection", "features": features, **more}
    file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return file


def write_table(file: Path, shapes: list[Any], names: list[str], **options: Any) -> None:
    """Write shapes with a column NAME, and GRADE that says 高速公路 of every one."""
    pyogrio = package("pyogrio")
    pyogrio.raw.write(
        file,
        geometry=np.array(shapely.to_wkb(shapes), dtype=object),
        field_data=[
            np.array(names, dtype=object),
            np.array(["高速公路"] * len(names), dtype=object),
        ],
        fields=np.array(["NAME", "GRADE"], dtype=object),
        geometry_type=shapes[0].geom_type,
        **options,
    )


ROADS = 'of = "roads"\nname = "NAME"\nclass = "GRADE"\nclasses = { "高速公路" = "motorway" }'


def test_geojson(build: Callable[..., Any], tmp_path: Path, folder: Path) -> None:
    geojson(
        tmp_path / "村.geojson",
        (Point(106.1, 38.1), {"名称": "大村", "人口": 4_000}),
        (box(106.2, 38.1, 106.21, 38.11), {"名称": "小村", "人口": 300}),
    )
    layer = 'file = "村.geojson"\nof = "settlements"\nname = "名称"\npopulation = "人口"'
    code, said = build(layer, top='source = "某局"\nmap_approval = "宁S〔2026〕012号"')
    assert code == 0, said
    assert "settlements 2" in said
    rows = shown(folder)["settlements"]
    assert classes(rows) == {("town", "大村"), ("village", "小村")}
    origin = Archive(folder / GROUND_FILE).metadata["origin"]
    assert (origin["source"], origin["map_approval"]) == ("某局", "宁S〔2026〕012号")


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_shapefile_in_gauss_kruger(
    build: Callable[..., Any], tmp_path: Path, folder: Path, encoding: str
) -> None:
    pyproj = package("pyproj")
    way = pyproj.Transformer.from_crs("EPSG:4490", GAUSS, always_xy=True)
    metres = shapely.transform(ROAD, lambda at: np.column_stack(way.transform(*at.T)))
    assert metres.bounds[0] > 35_000_000, "the zone stands before the easting"
    write_table(tmp_path / "路.shp", [metres], ["宁东高速"], crs=GAUSS, encoding=encoding)
    code, said = build(f'file = "路.shp"\n{ROADS}\nencoding = "{encoding}"')
    assert code == 0, said
    assert classes(shown(folder)["roads"]) == {("motorway", "宁东高速")}
    assert Archive(folder / GROUND_FILE).bounds == pytest.approx(ROAD.bounds, abs=1e-5)


def test_geopackage_with_several_tables(
    build: Callable[..., Any], tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "base.gpkg"
    write_table(file, [ROAD], ["国道"], crs="EPSG:4490", layer="LRDL")
    lake = box(106.1, 38.2, 106.2, 38.25)
    write_table(file, [lake], ["湖"], crs="EPSG:4490", layer="HYDA", append=True)
    water = 'of = "water"\ntable = "HYDA"\nname = "NAME"\nis = "reservoir"'
    code, said = build(
        f'file = "base.gpkg"\ntable = "LRDL"\n{ROADS}', f'file = "base.gpkg"\n{water}'
    )
    assert code == 0, said
    found = shown(folder)
    assert classes(found["roads"]) == {("motorway", "国道")}
    assert classes(found["water"]) == {("reservoir", "湖")}

    code, said = build(f'file = "base.gpkg"\n{ROADS}')
    assert code == 1
    assert "table" in said
    assert "LRDL" in said
    assert "HYDA" in said


def test_osm_extract(build: Callable[..., Any], tmp_path: Path, folder: Path) -> None:
    osmium = package("osmium")
    corners = [(106.1, 38.1), (106.2, 38.1), (106.2, 38.2), (106.1, 38.2)]
    with osmium.SimpleWriter(str(tmp_path / "x.osm.pbf")) as out:
        make = osmium.osm.mutable
        for number, (lon, lat) in enumerate(corners, start=1):
            out.add_node(make.Node(id=number, version=1, location=(lon, lat), tags={}))
        town = {"place": "town", "name": "某镇", "population": "48587"}
        out.add_node(make.Node(id=9, version=1, location=(106.15, 38.15), tags=town))
        ring = [1, 2, 3, 4, 1]
        for number, (nodes, tags) in enumerate(
            [
                ([1, 2, 3], {"highway": "trunk", "name": "国道"}),
                ([1, 4], {"waterway": "river", "name": "Huang He", "name:zh": "黄河"}),
                (ring, {"landuse": "farmland"}),
                (ring, {"natural": "water", "water": "reservoir", "name": "水库"}),
                (ring, {"building": "yes"}),
                ([1, 77], {"highway": "primary", "name": "断"}),
            ],
            start=1,
        ):
            out.add_way(make.Way(id=number, version=1, nodes=nodes, tags=tags))
    code, said = build('file = "x.osm.pbf"')
    assert code == 0, said
    found = shown(folder)
    assert {layer: classes(rows) for layer, rows in found.items()} == {
        "land_cover": {("farmland", "")},
        "water": {("reservoir", "水库")},
        "rivers": {("river", "黄河")},
        "roads": {("trunk", "国道")},
        "settlements": {("town", "某镇")},
    }
    code, said = build('file = "x.osm.pbf"\nof = ["roads"]')
    assert code == 0, said
    assert set(shown(folder)) == {"roads"}


def write_dem(file: Path, heights: Any, **more: Any) -> None:
    rasterio = package("rasterio")
    importlib.import_module("rasterio.transform")
    place = rasterio.transform.from_bounds(106.0, 38.0, 106.5, 38.5, *heights.shape[-2:][::-1])
    bands = heights if heights.ndim == 3 else heights[None]
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": bands.shape[2],
        "height": bands.shape[1],
        "count": bands.shape[0],
        "dtype": bands.dtype,
        "transform": place,
        "crs": "EPSG:4490",
    }
    with rasterio.open(file, "w", **(profile | more)) as out:
        out.write(bands)


def test_geotiff_that_does_not_say_its_system(
    build: Callable[..., Any], tmp_path: Path, folder: Path
) -> None:
    write_dem(tmp_path / "dem.tif", np.full((300, 300), 1_234, np.int16), crs=None)
    code, said = build('file = "dem.tif"\nof = "relief"\ncrs = "EPSG:4490"')
    assert code == 0, said
    archive = Archive(folder / RELIEF_FILE)
    for tile in tiles_over(archive.bounds, archive.header.max_zoom):
        assert np.unique(heights_of(archive.tile(tile) or b"")).tolist() == [1_234.0]


def test_geotiff_of_heights(build: Callable[..., Any], tmp_path: Path, folder: Path) -> None:
    slope = np.linspace(1_100, 1_500, 600, dtype=np.float32)
    heights = np.broadcast_to(slope, (600, 600)).copy()
    heights[:40] = -9999
    write_dem(tmp_path / "dem.tif", heights, nodata=-9999)
    code, said = build('file = "dem.tif"\nof = "relief"')
    assert code == 0, said
    archive = Archive(folder / RELIEF_FILE)
    assert archive.bounds == pytest.approx((106.0, 38.0, 106.5, 38.5))
    assert archive.header.max_zoom == 11, "about 73 m a step"
    for zoom in range(archive.header.min_zoom, archive.header.max_zoom + 1):
        for tile in tiles_over(archive.bounds, zoom):
            found = heights_of(archive.tile(tile) or b"")
            assert found.min() >= 0
            assert found.max() <= 1_501
    across = tiles_over(archive.bounds, 11)[len(tiles_over(archive.bounds, 11)) // 2]
    row = heights_of(archive.tile(across) or b"")[128]
    assert (np.diff(row) >= -0.26).all(), "it rises to the east"
    assert not (folder / GROUND_FILE).exists()


def no_crs(folder: Path) -> str:
    write_table(folder / "a.shp", [ROAD], ["路"], crs=GAUSS)
    (folder / "a.prj").unlink()
    return f'file = "a.shp"\n{ROADS}'


def cut_off(folder: Path) -> str:
    write_table(folder / "a.gpkg", [ROAD], ["路"], crs="EPSG:4490")
    file = folder / "a.gpkg"
    file.write_bytes(file.read_bytes()[:700])
    return f'file = "a.gpkg"\n{ROADS}'


def cut_off_pbf(folder: Path) -> str:
    package("osmium")
    (folder / "a.osm.pbf").write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7f nonsense")
    return 'file = "a.osm.pbf"'


def cut_off_tiff(folder: Path) -> str:
    package("rasterio")
    (folder / "a.tif").write_bytes(b"II*\x00\x08\x00\x00\x00\x01")
    return 'file = "a.tif"\nof = "relief"'


def photograph(folder: Path) -> str:
    write_dem(folder / "a.tif", np.zeros((3, 20, 20), np.uint8))
    return 'file = "a.tif"\nof = "relief"'


def dem_without_crs(folder: Path) -> str:
    write_dem(folder / "a.tif", np.zeros((20, 20), np.float32), crs=None)
    return 'file = "a.tif"\nof = "relief"'


def metres_as_degrees(folder: Path) -> str:
    write_table(
        folder / "a.shp", [shapely.transform(ROAD, lambda at: at * 9_999)], ["路"], crs=GAUSS
    )
    (folder / "a.prj").unlink()
    return f'file = "a.shp"\n{ROADS}\ncrs = "EPSG:4490"'


def other_crs_declared(folder: Path) -> str:
    write_table(folder / "a.gpkg", [ROAD], ["路"], crs="EPSG:4490")
    return f'file = "a.gpkg"\n{ROADS}\ncrs = "{GAUSS}"'


def plain(folder: Path, words: str) -> str:
    geojson(folder / "a.geojson", (ROAD, {"NAME": "路", "GRADE": "高速公路"}))
    return f'file = "a.geojson"\n{words}'


WRONG: dict[str, tuple[Callable[[Path], str], str]] = {
    "no coordinate system": (no_crs, "没有坐标系"),
    "a dem without one": (dem_without_crs, "没有坐标系"),
    "another than the file's": (other_crs_declared, "坐标系不是 EPSG:4523"),
    "lies nowhere": (metres_as_degrees, "不在地球上"),
    "shifted": (lambda at: plain(at, f'{ROADS}\ncrs = "GCJ-02"'), "加偏"),
    "shifted by another": (lambda at: plain(at, f'{ROADS}\ncrs = "BD09"'), "加偏"),
    "broken geopackage": (cut_off, "文件损坏或不全"),
    "broken pbf": (cut_off_pbf, "文件损坏或不全"),
    "broken tiff": (cut_off_tiff, "文件损坏或不全"),
    "a photograph": (photograph, "不是高程"),
    "lines as areas": (lambda at: plain(at, 'of = "water"'), "选错了图层"),
    "no such layer": (lambda at: plain(at, 'of = "trees"'), "没有图层"),
    "no such column": (lambda at: plain(at, 'of = "roads"\nname = "MC"'), "没有字段 MC"),
    "no such class": (lambda at: plain(at, 'of = "roads"\nis = "alley"'), "没有类别"),
    "a misspelt word": (lambda at: plain(at, 'of = "roads"\nnmae = "NAME"'), "不认识 nmae"),
    "no such file": (lambda _: 'file = "b.geojson"\nof = "roads"', "没有这个文件"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_and_the_old_map_stays(
    build: Callable[..., Any], tmp_path: Path, folder: Path, wrong: str
) -> None:
    geojson(tmp_path / "good.geojson", (ROAD, {}))
    assert build('file = "good.geojson"\nof = "roads"')[0] == 0
    before = (folder / GROUND_FILE).read_bytes()
    make, words = WRONG[wrong]
    code, said = build('file = "good.geojson"\nof = "rivers"', make(tmp_path))
    assert code == 1, said
    assert words in said
    assert "Traceback" not in said
    assert [one.name for one in folder.iterdir()] == [GROUND_FILE]
    assert (folder / GROUND_FILE).read_bytes() == before


def test_broken_geojson_and_toml_are_said(
    build: Callable[..., Any], tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [', "utf-8")
    code, said = build('file = "a.geojson"\nof = "roads"')
    assert (code, "不是完好的 GeoJSON" in said) == (1, True)
    code, said = build('file = "a.geojson"\nof = "roads"', top="source = nobody")
    assert (code, "不是 TOML" in said) == (1, True)
    code, said = build('file = "a.geojson"\nof = "roads"', top="")
    assert (code, "缺少 source" in said) == (1, True)
    assert list(folder.iterdir()) == []


def test_a_missing_package_is_named_with_its_remedy(
    build: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.shp").write_bytes(b"")

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("anlan.app.base_map.sources.needed.import_module", absent)
    code, said = build('file = "a.shp"\nof = "roads"')
    assert code == 1
    assert "requirements/maps.txt" in said


def test_the_archive_is_read_by_others_too(
    build: Callable[..., Any], tmp_path: Path, folder: Path
) -> None:
    """GDAL has its own readers of PMTiles and of vector tiles: they see what we have written."""
    pyogrio = package("pyogrio")
    if "PMTiles" not in pyogrio.list_drivers():
        leave_out("this GDAL reads no PMTiles")
    geojson(tmp_path / "a.geojson", (ROAD, {"NAME": "宁东高速", "GRADE": "高速公路"}))
    geojson(tmp_path / "b.geojson", (box(106.1, 38.0, 106.2, 38.2), {"NAME": "林"}))
    wood = 'file = "b.geojson"\nof = "land_cover"\nname = "NAME"\nis = "forest"'
    assert build(f'file = "a.geojson"\n{ROADS}', wood)[0] == 0
    file = folder / GROUND_FILE
    assert {row[0] for row in pyogrio.list_layers(file)} == {"roads", "land_cover"}
    meta, _, shapes, columns = pyogrio.raw.read(file, layer="roads")
    names = dict(zip(meta["fields"], columns, strict=True))["name"]
    assert set(names) == {"宁东高速"}
    pyproj = package("pyproj")
    way = pyproj.Transformer.from_crs(meta["crs"], "EPSG:4326", always_xy=True)
    back = shapely.transform(
        shapely.union_all(shapely.from_wkb(shapes)),
        lambda at: np.column_stack(way.transform(at[:, 0], at[:, 1])),
    )
    assert back.hausdorff_distance(ROAD) < 0.001
