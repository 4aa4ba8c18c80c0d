"""A model of heights (GeoTIFF and whatever GDAL reads as a grid) through rasterio."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, cos, log2, nan, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.app.base_map.description import Source
from anlan.app.base_map.mercator import AROUND_M, Bounds, Tile
from anlan.app.base_map.relief import SIDE
from anlan.app.base_map.sources.crs import settled
from anlan.app.base_map.sources.needed import needed
from anlan.app.region.errors import RegionSourceError

#: From which zoom on hills are shaded, and the nearest that is kept whatever the data would give.
FIRST_ZOOM, LAST_ZOOM = 5, 12


@dataclass(frozen=True, slots=True)
class Dem:
    """An opened model of heights; `source` is what rasterio warps, with what it must be told of it."""

    rasterio: Any
    source: dict[str, Any]
    bounds: Bounds
    zooms: tuple[int, int]

    def heights(self, tile: Tile) -> NDArray[Any]:
        """Return the heights of a tile; not a number where the model ends."""
        rasterio = self.rasterio
        out = np.full((SIDE, SIDE), np.nan, np.float64)
        west, south, east, north = tile.metres
        rasterio.warp.reproject(
            **self.source,
            destination=out,
            dst_crs="EPSG:3857",
            dst_transform=rasterio.transform.from_bounds(west, south, east, north, SIDE, SIDE),
            dst_nodata=nan,
            resampling=rasterio.enums.Resampling.bilinear,
        )
        return out


@contextmanager
def opened(source: Source) -> Iterator[Dem]:
    """Open a model of heights. Raises RegionSourceError for what is none."""
    rasterio = needed("rasterio")
    for part in ("warp", "transform", "enums", "errors"):
        needed(f"rasterio.{part}")
    name = source.file.name
    try:
        with rasterio.open(source.file) as data:
            _refuse_pictures(name, data)
            crs = settled(name, data.crs.to_string() if data.crs else None, source.crs)
            box = rasterio.warp.transform_bounds(crs, "EPSG:4326", *data.bounds)
            way = _whole(data, crs) if not data.crs else _band(rasterio, data)
            yield Dem(rasterio, way, box, (FIRST_ZOOM, _nearest(data, box)))
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError) as error:
        raise RegionSourceError(
            f"{name}：读不了，文件损坏或不全 · cannot be read, broken or not whole: {error}"
        ) from error


def _band(rasterio: Any, data: Any) -> dict[str, Any]:
    """Return the band as it lies in the file: only what a tile needs is read."""
    unset = nan if np.dtype(data.dtypes[0]).kind == "f" else np.iinfo(data.dtypes[0]).min
    nodata = unset if data.nodata is None else data.nodata
    return {"source": rasterio.band(data, 1), "src_nodata": nodata}


def _whole(data: Any, crs: str) -> dict[str, Any]:
    """Return all heights of a file that does not say its system."""
    heights = data.read(1, masked=True).astype(np.float64).filled(nan)
    return {
        "source": heights,
        "src_nodata": nan,
        "src_crs": crs,
        "src_transform": data.transform,
    }


def _refuse_pictures(name: str, data: Any) -> None:
    """Refuse a photograph: heights are one band, of more than 256 steps."""
    if data.count != 1 or data.dtypes[0] == "uint8":
        raise RegionSourceError(
            f"{name}：不是高程（{data.count} 个波段，{data.dtypes[0]}）"
            f" · holds no heights: {data.count} bands of {data.dtypes[0]}"
        )


def _nearest(data: Any, box: Bounds) -> int:
    """Return the zoom whose steps are about as fine as the model's."""
    west, south, east, north = box
    latitude = radians((south + north) / 2)
    metres = (east - west) / 360 * AROUND_M * cos(latitude) / data.width
    zoom = ceil(log2(AROUND_M * cos(latitude) / (SIDE * metres)))
    return min(max(zoom, FIRST_ZOOM), LAST_ZOOM)
