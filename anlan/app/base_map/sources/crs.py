"""Coordinate systems: what is degrees already stays, the rest is transformed, the shifted is refused."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from anlan.app.base_map.sources.needed import needed
from anlan.app.region.errors import RegionSourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Degrees that are drawn as they are: WGS-84 and CGCS2000 differ by less than a decimetre.
DEGREES = {
    "EPSG:4326",
    "EPSG:4490",
    "OGC:CRS84",
    "CRS84",
    "URN:OGC:DEF:CRS:OGC:1.3:CRS84",
    "URN:OGC:DEF:CRS:EPSG:4326",
    "URN:OGC:DEF:CRS:EPSG:4490",
}
SHIFTED = re.compile(r"GCJ|BD[-_ ]?09|火星|百度|高德|腾讯", re.IGNORECASE)


def settled(where: str, own: str | None, declared: str) -> str:
    """Return the system of some data: their own, else the declared one. Raises RegionSourceError."""
    for one in (own or "", declared):
        if SHIFTED.search(one):
            raise RegionSourceError(
                f"{where}：坐标是 GCJ-02/BD-09 加偏的，不能作底图；请向测绘部门要 CGCS2000 数据"
                f" · shifted coordinates (GCJ-02, BD-09) are no base map: ask for CGCS2000"
            )
    if own and declared and not same(own, declared):
        raise RegionSourceError(
            f"{where}：文件自己写的坐标系不是 {declared}；去掉 crs，或先改正文件"
            f" · the file itself names another system than {declared}: drop `crs`, or mend the file"
        )
    if found := own or declared:
        return found
    raise RegionSourceError(
        f'{where}：没有坐标系（缺 .prj？）；用 crs = "EPSG:4490" 写明'
        f' · names no coordinate system (no .prj?): say it by crs = "EPSG:4490"'
    )


def same(one: str, other: str) -> bool:
    """Tell whether two names mean one system."""
    if _plain(one) == _plain(other) or {_plain(one), _plain(other)} <= DEGREES:
        return True
    pyproj = needed("pyproj")
    try:
        return bool(pyproj.CRS.from_user_input(one) == pyproj.CRS.from_user_input(other))
    except pyproj.exceptions.CRSError as error:
        raise RegionSourceError(f"坐标系不认识 · unknown coordinate system: {error}") from error


def to_degrees(where: str, shapes: "NDArray[Any]", crs: str) -> "NDArray[Any]":
    """Return shapes in degrees, longitude first. Raises RegionSourceError for what lies nowhere."""
    moved = shapes if _plain(crs) in DEGREES else _transformed(where, shapes, crs)
    at = shapely.get_coordinates(moved)
    is_on_earth = np.isfinite(at).all() and (np.abs(at) <= (180.0, 90.0)).all()
    if not is_on_earth:
        raise RegionSourceError(
            f"{where}：坐标不在地球上，坐标系 {crs[:40]} 不对"
            f" · lies nowhere on earth: {crs[:40]} is not its coordinate system"
        )
    return moved


def _transformed(where: str, shapes: "NDArray[Any]", crs: str) -> "NDArray[Any]":
    pyproj = needed("pyproj")
    try:
        way = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise RegionSourceError(
            f"{where}：坐标系 {crs[:40]} 不认识 · unknown coordinate system: {error}"
        ) from error
    moved: NDArray[Any] = shapely.transform(
        shapes, lambda at: np.column_stack(way.transform(at[:, 0], at[:, 1]))
    )
    return moved


def _plain(crs: str) -> str:
    return crs.strip().upper().replace("::", ":")
