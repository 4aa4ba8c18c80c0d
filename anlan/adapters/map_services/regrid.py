"""A picture of one reference system put into the grid of another: squares of ours, quadrangles of theirs."""

from functools import cache
from typing import Any

import numpy as np
from mapproxy.image import ImageResult
from mapproxy.image.transform import ImageTransformer, img_for_resampling
from mapproxy.query import MapQuery
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer

#: Within so many pixels a picture is moved as if the earth were flat there.
SQUARE_PX = 32
Mesh = list[tuple[tuple[int, int, int, int], tuple[float, ...]]]


def moved(image: ImageResult, box: Any, srs: Any, query: MapQuery, looks: Any) -> ImageResult:
    """Put a picture of a box into the grid that is asked for.

    MapProxy's own mesh is one square where the middle of it happens to be right, which of a zone of
    CGCS2000 it is though its sides are not.
    """
    if srs == query.srs:
        return ImageTransformer(srs, srs).transform(image, box, query.size, query.bbox, looks)
    source = img_for_resampling(image.as_image(), looks.resampling)
    mesh = _mesh(query, srs, box, source.size)
    made = source.transform(query.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    return ImageResult(made, size=query.size, image_opts=looks)


def _mesh(query: MapQuery, srs: Any, box: Any, size: tuple[int, int]) -> Mesh:
    """Return squares of ours, and for each where its four corners are in their picture (NW, SW, SE, NE)."""
    across, down = (_steps(side) for side in query.size)
    west, south, east, north = query.bbox
    x, y = np.meshgrid(
        west + across * (east - west) / query.size[0],
        north - down * (north - south) / query.size[1],
    )
    theirs_x, theirs_y = _turn(query.srs.srs_code, srs.srs_code).transform(x, y)
    column = (theirs_x - box[0]) / (box[2] - box[0]) * size[0]
    row = (box[3] - theirs_y) / (box[3] - box[1]) * size[1]
    corners = np.stack([column, row], axis=-1)
    return [
        (
            (int(across[i]), int(down[j]), int(across[i + 1]), int(down[j + 1])),
            (*corners[j, i], *corners[j + 1, i], *corners[j + 1, i + 1], *corners[j, i + 1]),
        )
        for j in range(len(down) - 1)
        for i in range(len(across) - 1)
    ]


@cache
def _turn(ours: str, theirs: str) -> Any:
    """Return what turns places, made once: PROJ looks long in its tables. Safe in many threads."""
    return Transformer.from_crs(ours, theirs, always_xy=True)


def _steps(side: int) -> NDArray[np.int_]:
    return np.append(np.arange(0, side, SQUARE_PX), side)
