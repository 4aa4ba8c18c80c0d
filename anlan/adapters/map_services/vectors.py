"""Features of services: vector tiles handed on as they are, and a WFS turned into GeoJSON by longitude and latitude."""

import gzip
import io
import json
import zlib
from collections.abc import Callable
from typing import Any

from anlan.adapters.map_services.addresses import with_query
from anlan.adapters.map_services.description import MapService
from anlan.adapters.map_services.errors import AwayError, EmptyError
from anlan.adapters.map_services.fetch import DOCUMENT_MAX, Fetcher
from anlan.adapters.map_services.pyramid import CHINA, GEOGRAPHIC
from anlan.adapters.map_services.store import Place

#: More of a WFS is not drawn as one layer; a service with more has a WMTS or a WMS.
FEATURES_MAX = 5_000
_UNPACKED_MAX = 8 * 1024**2
Turn = Callable[[float, float], tuple[float, float]]


class VectorTiles:
    """The tiles of an MVT service in the grid of Web Mercator."""

    suffix = "pbf"

    def __init__(self, service: MapService, fetcher: Fetcher) -> None:
        self.service, self._fetcher = service, fetcher

    def make(self, at: Place) -> bytes:
        """Fetch a tile, unpacked; nothing there is an empty tile. Raises AwayError."""
        address = self.service.url
        for name, value in (("{z}", at.zoom), ("{x}", at.x), ("{y}", at.y)):
            address = address.replace(name, str(value))
        try:
            content = self._fetcher.get(address).content
        except EmptyError:
            return b""
        content = _unpacked(content)
        # a tile begins with the field `layers` (MVT 2.1, 4.1); a page of HTML does not
        if content and content[0] != 0x1A:
            raise AwayError("给的不是矢量瓦片")
        return content


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            found = file.read(_UNPACKED_MAX + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise AwayError("矢量瓦片解不开") from error
    if len(found) > _UNPACKED_MAX:
        raise AwayError("矢量瓦片太大")
    return found


class Features:
    """All features of one type of a WFS (OGC 09-025r2, 06-121r3)."""

    suffix = "geojson"

    def __init__(self, service: MapService, fetcher: Fetcher) -> None:
        self.service, self._fetcher = service, fetcher

    def make(self, _at: Place | None = None) -> bytes:
        """Fetch them as GeoJSON (RFC 7946). Raises AwayError."""
        body = self._fetcher.get(self._address(), most_bytes=DOCUMENT_MAX)
        is_json = "json" in body.media_type or body.content.lstrip()[:1] == b"{"
        found = _of_json(body.content) if is_json else _of_gml(body.content)
        return json.dumps(self._in_degrees(found), ensure_ascii=False).encode()

    def _address(self) -> str:
        one = self.service
        version = one.version or "2.0.0"
        names, most = ("TYPENAMES", "COUNT") if version == "2.0.0" else ("TYPENAME", "MAXFEATURES")
        return with_query(one.url, {
            "SERVICE": "WFS", "REQUEST": "GetFeature", "VERSION": version, names: one.layer,
            most: str(FEATURES_MAX), "SRSNAME": one.crs, "OUTPUTFORMAT": "application/json",
        })  # fmt: skip

    def _in_degrees(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        turn = self._turn(found)
        features = [
            {
                "type": "Feature",
                "properties": {"name": _name(one.get("properties") or {})},
                "geometry": _moved(one["geometry"], turn),
            }
            for one in found[:FEATURES_MAX]
            if one.get("geometry")
        ]
        return {"type": "FeatureCollection", "features": features}

    def _turn(self, found: list[dict[str, Any]]) -> Turn:
        """Return what makes (longitude, latitude) of two numbers as they stand there."""
        crs = self.service.crs
        order = self.service.axis_order
        if crs in GEOGRAPHIC:
            if order == "auto":
                order = "yx" if _is_north_first(found) else "xy"
            return (lambda a, b: (b, a)) if order == "yx" else (lambda a, b: (a, b))
        from pyproj import Transformer

        made = Transformer.from_crs(crs, "EPSG:4490", always_xy=True)

        def turn(a: float, b: float) -> tuple[float, float]:
            east, north = made.transform(b, a) if order == "yx" else made.transform(a, b)
            return float(east), float(north)

        return turn


def _is_north_first(found: list[dict[str, Any]]) -> bool:
    """Tell it by where China is: no place of it has a longitude that could be one of its latitudes."""
    first = next((_first(one["geometry"]) for one in found if one.get("geometry")), None)
    if first is None:
        return False
    west, south, east, north = CHINA
    return south <= first[0] <= north and west <= first[1] <= east


def _first(geometry: dict[str, Any]) -> tuple[float, float] | None:
    place: Any = geometry.get("coordinates") or [
        each["coordinates"] for each in geometry.get("geometries", [])
    ]
    while isinstance(place, list) and place and isinstance(place[0], list):
        place = place[0]
    return (place[0], place[1]) if isinstance(place, list) and len(place) >= 2 else None


def _moved(geometry: dict[str, Any], turn: Turn) -> dict[str, Any]:
    if geometry["type"] == "GeometryCollection":
        parts = [_moved(one, turn) for one in geometry["geometries"]]
        return {"type": "GeometryCollection", "geometries": parts}
    return {"type": geometry["type"], "coordinates": _turned(geometry["coordinates"], turn)}


def _turned(place: Any, turn: Turn) -> Any:
    if isinstance(place[0], list):
        return [_turned(one, turn) for one in place]
    return [round(one, 7) for one in turn(place[0], place[1])]


def _name(properties: dict[str, Any]) -> str:
    """Return what a feature is called: nothing else of it leaves the service with the map."""
    wanted = ("name", "mc", "名称", "title")
    low = {str(key).lower(): value for key, value in properties.items()}
    return next((str(low[key])[:60] for key in wanted if low.get(key)), "")


def _of_json(content: bytes) -> list[dict[str, Any]]:
    try:
        said = json.loads(content)
        if said.get("type") != "FeatureCollection":
            raise AwayError("给的不是要素集")
        return list(said["features"])
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise AwayError("要素（GeoJSON）读不懂") from error


def _of_gml(content: bytes) -> list[dict[str, Any]]:
    """Read GML by GDAL, where the packages for a bureau's own maps are installed."""
    if b"<" not in content[:200] or b"html" in content[:400].lower():
        raise AwayError("给的既不是 GeoJSON 也不是 GML")
    try:
        import pyogrio
    except ImportError as error:
        raise AwayError("服务只给 GML：安装 requirements/maps.txt 后才能读") from error
    import shapely
    from shapely.geometry import mapping

    try:
        meta, _, shapes, columns = pyogrio.raw.read(io.BytesIO(content))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise AwayError("要素（GML）读不懂") from error
    names = list(meta["fields"])
    return [
        {
            "properties": {name: column[n] for name, column in zip(names, columns, strict=True)},
            "geometry": json.loads(json.dumps(mapping(shape))),
        }
        for n, shape in enumerate(shapely.from_wkb(shapes))
        if shape is not None
    ]
