"""A stand-in for the government's map services: every pixel says where on earth it is.

Colour of a place: red and green run from 0 to 255 within a square of `period` degrees, by longitude and by
latitude; blue says which square it is. So one pixel tells whether it stands where it should.
"""

import io
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import mapbox_vector_tile
import numpy as np
import pyproj
from numpy.typing import NDArray
from PIL import Image

SIDE = 256
AROUND_M = 2 * 20037508.342789244
#: Scale of zoom 1 as Tianditu writes it, for pixels of 96 to the inch, in both of its matrix sets.
SCALE_1 = 2.958293554545656e8
SECRET = "s3cret-of-the-province"
Places = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Answer = tuple[int, str, bytes]


def colours(lon: Places, lat: Places, period: float) -> Pixels:
    """Return the colour of each place; (n) and (n) to (n, 3)."""
    east, north = lon / period, lat / period
    red, green = ((one - np.floor(one)) * 256 for one in (east, north))
    blue = (np.floor(east) * 7 + np.floor(north) * 13) % 256
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def latitudes(y_m: Places) -> Places:
    """Return the latitudes of ordinates of Web Mercator."""
    return np.degrees(np.arctan(np.sinh(y_m * 2 * np.pi / AROUND_M)))


def centres(low: float, high: float, count: int) -> Places:
    """Return the middles of so many pixels between two sides."""
    return low + (np.arange(count) + 0.5) * (high - low) / count


@dataclass
class StandIn:
    """One server. `mode` says how it answers; what it was asked stands in `asked`."""

    period: float = 0.35
    mode: str = "well"
    secret: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self, port: int = 0) -> "StandIn":
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand_in.asked.append(self.path)
                stand_in.headers.append({k.lower(): v for k, v in self.headers.items()})
                code, media_type, content = stand_in.answer(self.path, dict(self.headers.items()))
                self.send_response(code)
                if code in {301, 302}:
                    self.send_header("Location", content.decode())
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def log_message(self, *_: Any) -> None: ...

        return Handler

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Answer as a service of the government does, or as a broken one."""
        parts = urlsplit(path)
        asked = {name.lower(): value[0] for name, value in parse_qs(parts.query).items()}
        if self.mode == "hangs":
            time.sleep(30)
        broken: dict[str, Answer] = {
            "fails": (500, "text/plain", b"java.lang.NullPointerException"),
            "html": (200, "text/html", b"<html>please log in</html>"),
            "lies": (200, "image/png", b"<html>please log in</html>"),
            "moved": (302, "text/plain", b"http://127.0.0.1:1/elsewhere"),
            "huge": (200, "image/png", bytes(9 * 1024**2)),
            "wide": (200, "image/png", picture(np.zeros((64, 64, 3), np.uint8))),
            "empty": (404, "text/plain", b"no tile"),
        }
        if self.mode in broken:
            return broken[self.mode]
        given = (asked.get("tk", ""), headers.get("Authorization", ""))
        if self.secret and self.secret not in given:
            return 403, "text/plain", b"key?"
        return self._well(parts.path, asked)

    def _well(self, path: str, asked: dict[str, str]) -> Answer:
        kind = path.split("/")[1].partition("-")[0]
        known: dict[str, Callable[[str, dict[str, str]], Answer]] = {
            "wmts": self._wmts, "wms": self._wms, "arcgis": self._arcgis, "mvt": self._mvt, "wfs": self._wfs,
        }  # fmt: skip
        return known[kind](path, asked) if kind in known else (404, "text/plain", b"?")

    def _wfs(self, path: str, _asked: dict[str, str]) -> Answer:
        if path == "/wfs-gml":
            return 200, "application/gml+xml", gml()
        turns = {"/wfs-north": lambda x, y: [y, x], "/wfs-metres": metres}
        found = json.loads(json.dumps(FEATURES))
        for one in found:
            one["geometry"]["coordinates"] = turned(
                one["geometry"]["coordinates"], turns.get(path, lambda x, y: [x, y])
            )
        said = {"type": "FeatureCollection", "features": found}
        return 200, "application/json", json.dumps(said).encode()

    def _mvt(self, path: str, _asked: dict[str, str]) -> Answer:
        zoom, x, y = (int(one) for one in path.split("/")[2:])
        return 200, "application/vnd.mapbox-vector-tile", vector_tile(zoom, x, y)

    def _wmts(self, _path: str, asked: dict[str, str]) -> Answer:
        if asked["request"] == "GetCapabilities":
            return 200, "text/xml", capabilities()
        zoom, row, column = (int(asked[name]) for name in ("tilematrix", "tilerow", "tilecol"))
        whole = 360.0 if asked["tilematrixset"].startswith("c") else AROUND_M
        span = whole / 2**zoom
        half = whole / 2
        top = 90.0 if whole == 360.0 else half
        box = (
            column * span - half,
            top - (row + 1) * span,
            (column + 1) * span - half,
            top - row * span,
        )
        return 200, "image/png", self.draw(box, (SIDE, SIDE), is_metres=whole != 360.0)

    def _wms(self, path: str, asked: dict[str, str]) -> Answer:
        """Draw a box; 1.3.0 has north first for EPSG:4490 and 4523, but not at `/wms-wrong`."""
        first, second, third, fourth = (float(one) for one in asked["bbox"].split(","))
        system = asked.get("crs") or asked["srs"]
        box = (first, second, third, fourth)
        is_north_first = system in {"EPSG:4490", "EPSG:4523"} and path != "/wms-wrong"
        if asked["version"] == "1.3.0" and is_north_first:
            box = (second, first, fourth, third)
        size = (int(asked["width"]), int(asked["height"]))
        if system == "EPSG:4523":
            return 200, "image/png", self.draw_zone(box, size)
        return 200, "image/png", self.draw(box, size, is_metres=system == "EPSG:3857")

    def _arcgis(self, path: str, asked: dict[str, str]) -> Answer:
        if found := re.search(r"/cached/MapServer/tile/(\d+)/(\d+)/(\d+)$", path):
            zoom, row, column = map(int, found.groups())
            span = SIDE * 360.0 / SIDE / 2**zoom
            west, north = -400 + column * span, 400 - row * span
            box = (west, north - span, west + span, north)
            return 200, "image/png", self.draw(box, (SIDE, SIDE), is_metres=False)
        if path.endswith("/export"):
            west, south, east, north = (float(one) for one in asked["bbox"].split(","))
            width, height = (int(one) for one in asked["size"].split(","))
            is_metres = asked["bboxsr"] == "3857"
            return (
                200,
                "image/png",
                self.draw((west, south, east, north), (width, height), is_metres=is_metres),
            )
        cut = {
            "rows": SIDE, "cols": SIDE, "origin": {"x": -400, "y": 400}, "spatialReference": {"wkid": 4490},
            "lods": [{"level": z, "resolution": 360.0 / SIDE / 2**z, "scale": 1} for z in range(20)],
        }  # fmt: skip
        said = (
            {"singleFusedMapCache": True, "tileInfo": cut}
            if "/cached/" in path
            else {"singleFusedMapCache": False}
        )
        return 200, "application/json", json.dumps(said).encode()

    def draw(
        self, box: tuple[float, float, float, float], size: tuple[int, int], *, is_metres: bool
    ) -> bytes:
        """Return a picture of a box given as west, south, east, north."""
        west, south, east, north = box
        x, y = centres(west, east, size[0]), centres(north, south, size[1])
        lon = x * 360 / AROUND_M if is_metres else x
        lat = latitudes(y) if is_metres else y
        wide, high = np.meshgrid(lon, lat)
        return picture(colours(wide, high, self.period))

    def draw_zone(self, box: tuple[float, float, float, float], size: tuple[int, int]) -> bytes:
        """Return a picture of a box in zone 35 of CGCS2000, 3 degrees wide."""
        west, south, east, north = box
        wide, high = np.meshgrid(centres(west, east, size[0]), centres(north, south, size[1]))
        turn = pyproj.Transformer.from_crs("EPSG:4523", "EPSG:4490", always_xy=True)
        lon, lat = turn.transform(wide, high)
        return picture(colours(lon, lat, self.period))


def picture(pixels: Pixels) -> bytes:
    """Return a PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def capabilities() -> bytes:
    """Return what a service like Tianditu says: sets `c` (north first), `cxy` (east first) and `w`."""

    def matrix_set(name: str, code: int, corner: str) -> str:
        levels = "".join(
            f"<TileMatrix><ows:Identifier>{z}</ows:Identifier>"
            f"<ScaleDenominator>{SCALE_1 * 2 / 2**z!r}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner>"
            f"<TileWidth>{SIDE}</TileWidth><TileHeight>{SIDE}</TileHeight>"
            f"<MatrixWidth>{2**z}</MatrixWidth><MatrixHeight>{2**z}</MatrixHeight></TileMatrix>"
            for z in range(1, 19)
        )
        return (
            f"<TileMatrixSet><ows:Identifier>{name}</ows:Identifier>"
            f"<ows:SupportedCRS>urn:ogc:def:crs:EPSG::{code}</ows:SupportedCRS>{levels}</TileMatrixSet>"
        )

    half = AROUND_M / 2
    sets = [
        matrix_set("c", 4490, "90.0 -180.0"), matrix_set("cxy", 4490, "-180.0 90.0"),
        matrix_set("w", 900913, f"{-half} {half}"),
    ]  # fmt: skip
    return (
        '<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" '
        f'version="1.0.0"><Contents>{"".join(sets)}</Contents></Capabilities>'
    ).encode()


#: A village and a road of the WFS, in degrees.
FEATURES: list[dict[str, Any]] = [
    {"type": "Feature", "id": "p.1", "properties": {"name": "临河村"}, "geometry": {"type": "Point", "coordinates": [106.4, 38.2]}},
    {"type": "Feature", "id": "l.1", "properties": {"name": "滨河路"}, "geometry": {"type": "LineString", "coordinates": [[106.3, 38.1], [106.5, 38.3]]}},
]  # fmt: skip


def metres(lon: float, lat: float) -> list[float]:
    """Return a place in Web Mercator."""
    north = float(np.arcsinh(np.tan(np.radians(lat))))
    return [lon * AROUND_M / 360, north * AROUND_M / (2 * np.pi)]


def turned(coordinates: Any, turn: Callable[[float, float], list[float]]) -> Any:
    """Return coordinates as a server writes them."""
    if isinstance(coordinates[0], list):
        return [turned(one, turn) for one in coordinates]
    return turn(*coordinates)


def gml() -> bytes:
    """Return the features as GML 3.1.1 (OGC 03-105r1) of a server that knows no JSON, north first."""
    point, line = (one["geometry"]["coordinates"] for one in FEATURES)
    shapes = [
        f"<gml:Point srsName='urn:ogc:def:crs:EPSG::4490'><gml:pos>{point[1]} {point[0]}</gml:pos></gml:Point>",
        "<gml:LineString srsName='urn:ogc:def:crs:EPSG::4490'><gml:posList>"
        + " ".join(f"{y} {x}" for x, y in line)
        + "</gml:posList></gml:LineString>",
    ]
    members = "".join(
        f"<gml:featureMember><b:place gml:id='p.{n}'><b:shape>{shape}</b:shape>"
        f"<b:name>{one['properties']['name']}</b:name></b:place></gml:featureMember>"
        for n, (one, shape) in enumerate(zip(FEATURES, shapes, strict=True))
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><wfs:FeatureCollection xmlns:wfs='http://www.opengis.net/wfs' "
        f"xmlns:gml='http://www.opengis.net/gml' xmlns:b='http://b'>{members}</wfs:FeatureCollection>"
    ).encode()


def vector_tile(zoom: int, x: int, y: int) -> bytes:
    """Return a tile with one line in it that says which tile it is."""
    line = {"geometry": "LINESTRING (0 0, 4096 4096)", "properties": {"tile": f"{zoom}/{x}/{y}"}}
    made: bytes = mapbox_vector_tile.encode([{"name": "roads", "features": [line]}])
    return made
