"""The pyramid of tiles that a service cuts its map into, as its own document says it.

WMTS 1.0.0 (OGC 07-057r7) 6.1: a matrix has a scale denominator for pixels of 0.28 mm and a top left
corner in the order of axes of its reference system. EPSG:4490 and EPSG:4326 have north first; many servers
write east first all the same, so what cannot be is told by where China is. Several, Tianditu among them,
mean pixels of 96 to the inch: of the two the one is taken by which the earth is halved from zoom to zoom.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import Any
from xml.etree import ElementTree

from anlan.adapters.map_services.description import MERCATOR, AxisOrder, MapService
from anlan.adapters.map_services.errors import AwayError

#: Side of a pixel in metres by which scale denominators are meant: as the standard has it, and 96 dpi.
PIXELS_M = {"ogc": 0.00028, "96": 0.0254 / 96}
#: Metres of a degree on the equator of the ellipsoid, the same source.
DEGREE_M = 111319.49079327358
#: Where the map of this country is, in degrees: west, south, east, north.
CHINA = (73.0, 3.0, 136.0, 54.0)
GEOGRAPHIC = {"EPSG:4490", "EPSG:4326"}
_WMTS = "{http://www.opengis.net/wmts/1.0}"
_OWS = "{http://www.opengis.net/ows/1.1}"
#: The width of the earth in units of its reference system, which is halved from zoom to zoom.
_AROUND = {"EPSG:4490": 360.0, "EPSG:4326": 360.0, MERCATOR: 2 * 20037508.342789244}
#: How far a resolution may lie from a halving to be one that was rounded.
_SLACK = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One zoom: its name there, units of the reference system a pixel."""

    name: str
    resolution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """All of them, coarse to fine, cut from one corner: `left` is east, `top` is north."""

    crs: str
    left: float
    top: float
    tile_side: int
    levels: tuple[Level, ...]
    #: How the corner was written: `xy` (east first) or `yx`.
    axis_order: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return the ground that is tiled, in units of the reference system: west, south, east, north.

        Tiles are counted from the corner; the far side is only as far as the earth goes.
        """
        if self.crs in GEOGRAPHIC:
            return (self.left, min(-90.0, -self.top), max(180.0, -self.left), self.top)
        side = max(abs(self.left), abs(self.top), 20037508.342789244)
        return (self.left, -side, side, self.top)


def of_wmts(document: bytes, one: MapService) -> Pyramid:
    """Read a service's matrix set out of its capabilities. Raises AwayError where it is not there."""
    matrix_set, crs = one.matrix_set, one.crs
    try:
        root = ElementTree.fromstring(document)  # noqa: S314  expat counts what entities grow to
    except ElementTree.ParseError as error:
        raise AwayError("能力文档不是 XML") from error
    contents = root.find(f"{_WMTS}Contents")
    sets = [] if contents is None else contents.findall(f"{_WMTS}TileMatrixSet")
    named = {_text(one, f"{_OWS}Identifier"): one for one in sets}
    if (found := named.get(matrix_set)) is None:
        there = "、".join(sorted(named)) or "没有"
        raise AwayError(f"能力文档里没有矩阵集 {matrix_set}（有：{there}）")
    said = _text(found, f"{_OWS}SupportedCRS")
    if said and _code(said) != _code(crs):
        raise AwayError(f"矩阵集 {matrix_set} 的坐标系是 {said}，不是所写的 {crs}")
    try:
        return _of_matrices(found.findall(f"{_WMTS}TileMatrix"), one)
    except ValueError as error:
        raise AwayError(f"矩阵集 {matrix_set} 读不懂：{error}") from error


def _of_matrices(matrices: list[ElementTree.Element], one: MapService) -> Pyramid:
    corners, sides, scales = set(), set(), {}
    for each in matrices:
        first, second = (float(part) for part in _text(each, f"{_WMTS}TopLeftCorner").split())
        corners.add((round(first, 6), round(second, 6)))
        sides |= {int(_text(each, f"{_WMTS}{name}")) for name in ("TileWidth", "TileHeight")}
        scales[_text(each, f"{_OWS}Identifier")] = float(_text(each, f"{_WMTS}ScaleDenominator"))
    if len(sides) != 1 or min(sides) <= 0:
        raise ValueError("瓦片不是正方形")
    left, top, order = _corner(corners, one.crs, one.axis_order)
    levels = _levels(scales, min(sides), one)
    return _made(one.crs, (left, top), sides, levels, order)


def _levels(scales: dict[str, float], side: int, one: MapService) -> list[Level]:
    """Return the resolutions that scale denominators mean."""
    unit = DEGREE_M if one.crs in GEOGRAPHIC else 1.0
    meant = {
        pixel: {name: scale * size / unit for name, scale in scales.items()}
        for pixel, size in PIXELS_M.items()
    }
    whole = _AROUND.get(one.crs, 0.0) / side
    pixel: str = one.dpi
    if pixel == "auto":
        halving = (
            of for of, found in meant.items() if all(_snapped(r, whole) for r in found.values())
        )
        pixel = next(halving, "ogc")
    return [
        Level(name=name, resolution=_snapped(resolution, whole) or resolution)
        for name, resolution in meant[pixel].items()
    ]


def _snapped(resolution: float, whole: float) -> float | None:
    """Return the halving of the whole that a resolution is; None where it is none.

    Scales are written with few digits, and at zoom 18 a millionth is a quarter of a tile.
    """
    if whole <= 0 or resolution <= 0:
        return None
    nearest = whole / 2.0 ** round(log2(whole / resolution))
    return nearest if abs(resolution / nearest - 1) < _SLACK else None


def _corner(
    corners: set[tuple[float, float]], crs: str, axis_order: AxisOrder
) -> tuple[float, float, str]:
    """Return the one corner as east and north, and the order it was written in."""
    if len(corners) != 1:
        raise ValueError("各级的左上角不同")
    [(first, second)] = corners
    order = axis_order if axis_order != "auto" else _order(first, second, crs)
    return (second, first, order) if order == "yx" else (first, second, order)


def _order(first: float, second: float, crs: str) -> str:
    """Return the order that can be: a corner on earth, or far off it, west and north of this country.

    Where both can be, or neither, it is as the reference system has it.
    """
    if crs not in GEOGRAPHIC:
        return "xy"
    return "xy" if _likely(first, second) > _likely(second, first) else "yx"


def _likely(east: float, north: float) -> int:
    west, _, _, top = CHINA
    is_on_earth = abs(north) <= 90 and abs(east) <= 180
    is_far_off = abs(north) > 180 and abs(east) > 180  # ArcGIS cuts from 400 W 400 N
    return 2 * (is_on_earth or is_far_off) + (east <= west and north >= top)


def of_arcgis(document: bytes) -> Pyramid | None:
    """Read how an ArcGIS map service is cut (`?f=json`); None where it is drawn on demand only."""
    try:
        said: dict[str, Any] = json.loads(document)
        if "error" in said:
            raise AwayError(f"服务说 {said['error'].get('code', '')} {_short(said['error'])}")
        cut = said.get("tileInfo")
        if cut is None or not said.get("singleFusedMapCache", True):
            return None
        number = cut["spatialReference"].get("latestWkid") or cut["spatialReference"]["wkid"]
        levels = [
            Level(name=str(one["level"]), resolution=float(one["resolution"]))
            for one in cut["lods"]
        ]
        crs = MERCATOR if number in {102100, 900913} else f"EPSG:{number}"
        corner = (float(cut["origin"]["x"]), float(cut["origin"]["y"]))
        return _made(crs, corner, {int(cut["rows"]), int(cut["cols"])}, levels, "xy")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AwayError("服务说明（f=json）读不懂") from error


def _made(
    crs: str, corner: tuple[float, float], sides: set[int], levels: list[Level], order: str
) -> Pyramid:
    if len(sides) != 1 or not 64 <= min(sides) <= 1024:
        raise ValueError("瓦片不是同样大小的正方形")
    fine = tuple(sorted(levels, key=lambda one: -one.resolution))
    if not fine or any(b.resolution > a.resolution * 0.999 for a, b in pairwise(fine)):
        raise ValueError("没有级别，或两级比例尺相同")
    left, top = corner
    return Pyramid(crs=crs, left=left, top=top, tile_side=min(sides), levels=fine, axis_order=order)


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _code(crs: str) -> str:
    """Return the number of a reference system: `urn:ogc:def:crs:EPSG::4490`, `EPSG:4490`."""
    number = crs.rstrip("/").replace("/", ":").rpartition(":")[2]
    return "3857" if number in {"900913", "102100"} else number


def _short(error: Any) -> str:
    return str(error.get("message", ""))[:100]
