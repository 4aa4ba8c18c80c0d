"""Heights into tiles that the map shades: pictures whose colours are numbers (the Terrarium coding).

Only the nearest zoom is read from the heights; each coarser tile is the mean of the four below it.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anlan.app.base_map.mercator import Bounds, Tile, corners

#: Steps along the side of a tile.
SIDE = 256
#: The heights of a tile at the nearest zoom, north first; not a number where nothing is known.
Heights = Callable[[Tile], NDArray[Any]]
#: Steps in which heights are kept; finer ones would only make the pictures larger.
STEPS_A_METRE = 4


def relief_tiles(
    heights: Heights, bounds: Bounds, zooms: tuple[int, int]
) -> Iterator[tuple[Tile, bytes]]:
    """Yield every tile over a box, the nearest first."""
    low, high = zooms
    ranges = {zoom: corners(bounds, zoom) for zoom in range(low, high + 1)}
    first, last = ranges[low]
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            yield from _below(Tile(low, x, y), heights, ranges)[1]


def _below(
    tile: Tile, heights: Heights, ranges: dict[int, tuple[Tile, Tile]]
) -> tuple[NDArray[Any], list[tuple[Tile, bytes]]]:
    """Return a tile's heights, and the pictures of it and of all below it."""
    first, last = ranges[tile.zoom]
    if not (first.x <= tile.x <= last.x and first.y <= tile.y <= last.y):
        return np.full((SIDE, SIDE), np.nan), []
    made: list[tuple[Tile, bytes]]
    if tile.zoom + 1 not in ranges:
        own, made = heights(tile), []
    else:
        own, made = np.full((SIDE, SIDE), np.nan), []
        half = SIDE // 2
        for n in range(4):
            across, down = n % 2, n // 2
            child = Tile(tile.zoom + 1, tile.x * 2 + across, tile.y * 2 + down)
            part, pictures = _below(child, heights, ranges)
            own[down * half : (down + 1) * half, across * half : (across + 1) * half] = _mean(part)
            made += pictures
    return own, [*made, (tile, coded(own))]


def _mean(heights: NDArray[Any]) -> NDArray[Any]:
    """Return heights at half the size; what is known of four counts."""
    four = (
        heights.reshape(SIDE // 2, 2, SIDE // 2, 2).transpose(0, 2, 1, 3).reshape(SIDE // 2, -1, 4)
    )
    known = np.isfinite(four)
    count = known.sum(axis=2)
    total = np.where(known, four, 0.0).sum(axis=2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def coded(heights: NDArray[Any]) -> bytes:
    """Return heights as a PNG: metres above -32768 in red and green, parts of one in blue."""
    metres = _extended(heights).clip(-11_000, 9_000)
    steps = np.rint((metres + 32_768) * STEPS_A_METRE).astype(np.int64)
    whole, part = steps // STEPS_A_METRE, steps % STEPS_A_METRE
    colours = np.stack([whole >> 8, whole & 0xFF, part * (256 // STEPS_A_METRE)], axis=2)
    out = BytesIO()
    picture = Image.fromarray(colours.astype(np.uint8))
    picture.save(out, format="PNG", compress_level=4)
    return out.getvalue()


def _extended(heights: NDArray[Any]) -> NDArray[Any]:
    """Return heights with what is not known as high as its nearest known neighbour: no cliff is seen."""
    if not np.isfinite(heights).any():
        return np.zeros_like(heights)
    return _along(_along(heights).T).T


def _along(heights: NDArray[Any]) -> NDArray[Any]:
    """Return heights carried on to the right in each row, then to the left."""
    for turn in (slice(None), slice(None, None, -1)):
        row = heights[:, turn]
        known = np.where(np.isfinite(row), np.arange(row.shape[1]), 0)
        last = np.maximum.accumulate(known, axis=1)
        heights = np.take_along_axis(row, last, axis=1)[:, turn]
    return heights


def heights_of(data: bytes) -> NDArray[Any]:
    """Return the heights that a picture holds."""
    with Image.open(BytesIO(data)) as opened:
        colours = np.asarray(opened.convert("RGB")).astype(np.float64)
    return colours[..., 0] * 256 + colours[..., 1] + colours[..., 2] / 256 - 32_768
