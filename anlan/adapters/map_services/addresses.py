"""Where a service has what is asked of it; never with what opens it."""

from functools import cache
from urllib.parse import urlencode, urlsplit

from anlan.adapters.map_services.description import MapService

Box = tuple[float, float, float, float]


def with_query(address: str, asked: dict[str, str]) -> str:
    """Return an address with parameters added to those that it has."""
    parts = urlsplit(address)
    query = "&".join(one for one in (parts.query, urlencode(asked)) if one)
    return parts._replace(query=query).geturl()


def drawn_address(one: MapService, box: Box, size: tuple[int, int]) -> str:
    """Return where a picture is drawn: WMS 1.3.0 (OGC 06-042) 7.3, 1.1.1, or ArcGIS `export`."""
    number = one.crs.removeprefix("EPSG:")
    if one.kind == "arcgis":
        asked = {
            "bbox": _box(box), "bboxSR": number, "imageSR": number, "size": f"{size[0]},{size[1]}",
            "format": "jpg" if one.format == "image/jpeg" else "png32", "transparent": "true", "f": "image",
        }  # fmt: skip
        shown = {"layers": f"show:{one.layer}"} if one.layer else {}
        return with_query(f"{one.url.rstrip('/')}/export", asked | shown)
    version = one.version or "1.3.0"
    # 6.7.4: a box is written in the order of the axes of its reference system, since 1.3.0
    order = one.axis_order
    if order == "auto":
        order = "yx" if version == "1.3.0" and is_north_first(one.crs) else "xy"
    west, south, east, north = box
    asked = {
        "SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": version, "LAYERS": one.layer, "STYLES": one.style,
        "CRS" if version == "1.3.0" else "SRS": one.crs,
        "BBOX": _box((south, west, north, east) if order == "yx" else box),
        "WIDTH": str(size[0]), "HEIGHT": str(size[1]), "FORMAT": one.format,
        "TRANSPARENT": "FALSE" if one.format == "image/jpeg" else "TRUE",
    }  # fmt: skip
    return with_query(one.url, asked)


@cache
def is_north_first(crs: str) -> bool:
    """Return whether a reference system counts its first axis to the north, as the zones of CGCS2000 do."""
    from pyproj import CRS

    return bool(CRS.from_user_input(crs).axis_info[0].direction == "north")


def _box(box: Box) -> str:
    return ",".join(f"{one:.10f}" for one in box)


def wmts_address(one: MapService, level: str, x: int, y: int) -> str:
    """Return where a tile is: by parameters (OGC 07-057r7, 8.1), or by the template that was written."""
    if "{TileMatrix}" in one.url:
        given = {
            "TileMatrixSet": one.matrix_set,
            "TileMatrix": level,
            "TileRow": str(y),
            "TileCol": str(x),
        }
        address = one.url.replace("{Layer}", one.layer).replace("{Style}", one.style)
        for name, value in given.items():
            address = address.replace(f"{{{name}}}", value)
        return address
    return with_query(one.url, {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": one.layer,
        "STYLE": one.style or "default", "TILEMATRIXSET": one.matrix_set, "FORMAT": one.format,
        "TILEMATRIX": level, "TILEROW": str(y), "TILECOL": str(x),
    })  # fmt: skip


def arcgis_address(one: MapService, level: str, x: int, y: int) -> str:
    """Return where a cached tile of an ArcGIS service is."""
    parts = urlsplit(one.url.rstrip("/"))
    return parts._replace(path=f"{parts.path}/tile/{level}/{y}/{x}").geturl()
