"""Pictures of services made into tiles of Web Mercator, by MapProxy as a library.

MapProxy has the grids, the meshes between reference systems, the joining and cutting of pictures and the
files; what goes out to a service is our `Fetcher`, never MapProxy's own client. Imported when the first
tile is asked for: MapProxy and PROJ cost start-up time.
"""

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mapproxy.cache.base import TileLocker
from mapproxy.cache.file import FileCache
from mapproxy.cache.tile_manager import TileManager
from mapproxy.config import local_base_config
from mapproxy.config.config import load_default_config
from mapproxy.extent import DefaultMapExtent
from mapproxy.grid import NoTiles
from mapproxy.grid.tile_grid import TileGrid, tile_grid
from mapproxy.image import BlankImageResult, ImageResult
from mapproxy.image.opts import ImageOptions
from mapproxy.image.tile import TiledImage
from mapproxy.layer import BlankImageError
from mapproxy.query import MapQuery
from mapproxy.source.tile import CacheSource, TiledSource
from mapproxy.source.wms import WMSSource
from mapproxy.srs import SRS, SupportedSRS
from PIL import Image, UnidentifiedImageError

from anlan.adapters.map_services.addresses import (
    arcgis_address,
    drawn_address,
    with_query,
    wmts_address,
)
from anlan.adapters.map_services.description import MERCATOR, MapService
from anlan.adapters.map_services.errors import AwayError, EmptyError
from anlan.adapters.map_services.fetch import DOCUMENT_MAX, Body, Fetcher
from anlan.adapters.map_services.pyramid import GEOGRAPHIC, Pyramid, of_arcgis, of_wmts
from anlan.adapters.map_services.regrid import moved
from anlan.adapters.map_services.store import Place

SIDE = 256
DAY_S = 86_400
FORMATS = {"PNG", "JPEG", "GIF", "WEBP"}
#: How many tiles of a service are fetched at once for one of ours.
AT_ONCE = 4
#: One picture of a drawing service is cut into 4 x 4 tiles, with room for names that reach over an edge.
CUT_INTO, BESIDE_PX = (4, 4), 64
LOCK_S = 15
#: A degree is shorter to the north: without room to stretch, MapProxy would take the next zoom and halve its
#: names. By this much tiles of degrees are stretched in Web Mercator at the northernmost place of China.
STRETCH_DEGREES, STRETCH = 1.75, 1.15
#: What MapProxy asks of its configuration in every thread; we have no file of it.
_GLOBALS = load_default_config()


class Pictures:
    """The pictures of one service. `make` may be called from several threads."""

    def __init__(self, service: MapService, fetcher: Fetcher, folder: Path) -> None:
        self.service, self._fetcher, self._folder = service, fetcher, folder
        self._manager: Any = None
        self._lock = threading.Lock()
        is_photo = service.format == "image/jpeg"
        self.suffix = "jpeg" if is_photo else "png"
        # 0 colours: none is lost to a palette
        self._looks = ImageOptions(
            format=service.format, transparent=not is_photo, resampling="bilinear", colors=0
        )

    def make(self, at: Place) -> bytes:
        """Fetch what a tile is made of, keep the tile, return it. Raises AwayError."""
        with local_base_config(_GLOBALS):
            if self._manager is None:
                with self._lock:
                    if self._manager is None:
                        self._manager = self._build()
            tile = self._manager.load_tile_coord((at.x, at.y, at.zoom))
            if tile.image_result is None:  # the service's map does not reach so far
                tile.image_result = BlankImageResult((SIDE, SIDE), self._looks)
            made: bytes = tile.image_result.as_buffer(self._looks, seekable=True).read()
            return made

    def pyramid(self) -> Pyramid | None:
        """Ask the service how it is cut; None where it draws on demand. Raises AwayError."""
        one = self.service
        if one.kind == "wms":
            return None
        if one.kind == "arcgis":
            return of_arcgis(self._document({"f": "json"}))
        return of_wmts(self._document({"SERVICE": "WMTS", "REQUEST": "GetCapabilities"}), one)

    def _document(self, asked: dict[str, str]) -> bytes:
        address = self.service.capabilities or with_query(self.service.url, asked)
        try:
            return self._fetcher.get(address, most_bytes=DOCUMENT_MAX).content
        except EmptyError as error:
            raise AwayError("没有服务说明（404）") from error

    def _build(self) -> Any:
        pyramid = self.pyramid()
        ours = tile_grid(MERCATOR, origin="nw", num_levels=24)
        if pyramid is None:
            drawn = _DrawnSource(
                _Drawn(self.service, self._fetcher),
                image_opts=self._looks,
                supported_srs=SupportedSRS([SRS(self.service.crs)]),
            )
            return self._kept("tiles", ours, drawn, meta_size=CUT_INTO, meta_buffer=BESIDE_PX)
        theirs = _grid(pyramid)
        address = arcgis_address if self.service.kind == "arcgis" else wmts_address
        cut = TiledSource(theirs, _Cut(self, pyramid, address), image_opts=self._looks)
        fetched = self._kept("theirs", theirs, cut, concurrent_tile_creators=AT_ONCE)
        joined = _JoinedSource(fetched, extent=DefaultMapExtent(), image_opts=self._looks)
        return self._kept("tiles", ours, joined)

    def _kept(self, name: str, grid: TileGrid, source: Any, **more: Any) -> Any:
        folder = self._folder if name == "tiles" else self._folder / name
        files = FileCache(str(folder), self.suffix, directory_layout="tms", image_opts=self._looks)
        locks = TileLocker(str(self._folder / "locks"), LOCK_S, f"{self.service.id}-{name}")
        keep_s = self.service.keep_days * DAY_S
        return _Manager(
            grid, files, [source], self.suffix, locks, image_opts=self._looks, keep_s=keep_s, **more
        )

    def get(self, address: str, size: tuple[int, int]) -> ImageResult:
        """Fetch one picture of a size."""
        return picture_of(self._fetcher.get(address), size, self._looks)

    def blank(self, side: int) -> BlankImageResult:
        """Return nothing, as a picture that may be kept."""
        return BlankImageResult((side, side), self._looks, cacheable=True)


class _Manager(TileManager):  # type: ignore[misc]
    """Tiles are fetched again once they have lain for so long; what lies there stays if that fails."""

    def __init__(self, *args: Any, keep_s: float, **more: Any) -> None:
        self._keep_s = keep_s
        super().__init__(*args, **more)

    def expire_timestamp(self) -> float:
        """Return up to when a tile that was fetched then is too old."""
        return time.time() - self._keep_s if self._keep_s else 0.0


class _JoinedSource(CacheSource):  # type: ignore[misc]
    """Tiles of theirs joined and put into our grid."""

    def _image(self, query: MapQuery) -> ImageResult:
        try:
            box, count, coords = self.grid.get_affected_tiles(query.bbox, query.size, query.srs)
        except NoTiles as error:
            raise BlankImageError from error
        tiles = self.tile_manager.load_tile_coords(coords)
        if tiles.empty:
            raise BlankImageError
        whole = TiledImage(
            [one.image_result for one in tiles], count, self.grid.tile_size, box, self.grid.srs
        ).image(self.image_opts)
        return moved(whole, box, self.grid.srs, query, self.image_opts)


class _DrawnSource(WMSSource):  # type: ignore[misc]
    """A picture drawn in their reference system put into ours; as fine by either axis as ours."""

    def _get_transformed(self, query: MapQuery, format: Any) -> ImageResult:  # noqa: A002  MapProxy's name
        srs = self.supported_srs.best_srs(query.srs)
        box = query.srs.transform_bbox_to(srs, query.bbox)
        drawn = self._retrieve(MapQuery(box, query.size, srs), format)
        image = ImageResult(drawn, size=query.size, image_opts=self.image_opts)
        return moved(image, box, srs, query, self.image_opts)


class _Cut:
    """Tiles as the service has them: what MapProxy calls a tile client."""

    def __init__(
        self,
        pictures: Pictures,
        pyramid: Pyramid,
        address: Callable[[MapService, str, int, int], str],
    ) -> None:
        self._pictures, self._pyramid, self._address = pictures, pyramid, address

    def get_tile(self, coord: tuple[int, int, int], format: Any = None) -> Any:  # noqa: A002  MapProxy's name
        """Fetch the tile of a column, a row and a level; a place without one is blank."""
        x, y, level = coord
        side = self._pyramid.tile_side
        name = self._pyramid.levels[level].name
        try:
            return self._pictures.get(
                self._address(self._pictures.service, name, x, y), (side, side)
            )
        except EmptyError:
            return self._pictures.blank(side)


class _Drawn:
    """Pictures that the service draws for a box: what MapProxy calls a WMS client."""

    def __init__(self, service: MapService, fetcher: Fetcher) -> None:
        self._service, self._fetcher = service, fetcher

    def retrieve(self, query: Any, format: Any) -> io.BytesIO:  # noqa: A002  MapProxy's name
        """Fetch the picture of a box."""
        address = drawn_address(self._service, query.bbox, query.size)
        try:
            body = self._fetcher.get(address)
        except EmptyError as error:
            raise AwayError("应答 404") from error
        return io.BytesIO(_checked(body, query.size))


def _grid(pyramid: Pyramid) -> TileGrid:
    side = pyramid.tile_side
    return tile_grid(
        pyramid.crs,
        bbox=pyramid.bounds,
        tile_size=(side, side),
        res=[one.resolution for one in pyramid.levels],
        origin="nw",
        stretch_factor=STRETCH_DEGREES if pyramid.crs in GEOGRAPHIC else STRETCH,
    )


def picture_of(body: Body, size: tuple[int, int], looks: ImageOptions) -> ImageResult:
    """Return a picture for MapProxy, after it was looked at."""
    return ImageResult(io.BytesIO(_checked(body, size)), size=size, image_opts=looks)


def _checked(body: Body, size: tuple[int, int]) -> bytes:
    """Return the bytes of a picture. Raises AwayError for what is none, or none of that size."""
    if not body.media_type.startswith("image/"):
        raise AwayError(f"给的不是图片（{body.media_type[:40] or '没有说是什么'}）")
    try:
        with Image.open(io.BytesIO(body.content)) as image:
            if image.size != size:
                raise AwayError(f"图片大小不对：{image.size[0]}×{image.size[1]}")
            if image.format not in FORMATS:
                raise AwayError(f"图片格式不收：{image.format}")
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AwayError("图片打不开") from error
    except Image.DecompressionBombError as error:
        raise AwayError("图片大得不像瓦片") from error
    return body.content
