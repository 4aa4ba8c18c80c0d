"""Heights as pictures: to a quarter of a metre, coarser by the mean, whole over the box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.app.base_map.mercator import Tile, tiles_over
from anlan.app.base_map.relief import SIDE, coded, heights_of, relief_tiles

BOX = (106.0, 37.5, 107.0, 38.5)


@given(st.floats(-150, 8_848), st.floats(-60, 60))
def test_heights_come_back_to_a_quarter_of_a_metre(base: float, slope: float) -> None:
    heights = base + slope * np.linspace(0, 1, SIDE * SIDE).reshape(SIDE, SIDE)
    assert np.abs(heights_of(coded(heights)) - heights).max() <= 0.13


def test_what_is_not_known_is_as_high_as_what_is_known_beside_it() -> None:
    heights = np.full((SIDE, SIDE), np.nan)
    heights[100:110, 50:60] = np.arange(1_000.0, 1_010.0)
    found = heights_of(coded(heights))
    assert found[0, 0] == found[105, 0] == found[255, 3] == 1_000.0
    assert found[0, 255] == found[105, 255] == 1_009.0
    assert found[105, 50:60].tolist() == heights[105, 50:60].tolist()
    assert np.unique(heights_of(coded(np.full((SIDE, SIDE), np.nan)))).tolist() == [0.0]


def test_every_tile_over_the_box_is_there_and_the_coarser_are_means() -> None:
    def heights(tile: Tile) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        return np.full((SIDE, SIDE), 1_000.0 + tile.x % 7 * 10 + tile.y % 5)

    tiles = dict(relief_tiles(heights, BOX, (6, 9)))
    assert set(tiles) == {one for zoom in range(6, 10) for one in tiles_over(BOX, zoom)}
    parent = next(one for one in tiles_over(BOX, 8) if _has_four(one, tiles))
    above = heights_of(tiles[parent])
    half = SIDE // 2
    for n in range(4):
        child = Tile(9, parent.x * 2 + n % 2, parent.y * 2 + n // 2)
        part = above[n // 2 * half : (n // 2 + 1) * half, n % 2 * half : (n % 2 + 1) * half]
        assert part == pytest.approx(heights(child)[:half, :half])


def _has_four(tile: Tile, tiles: dict[Tile, bytes]) -> bool:
    return all(
        Tile(tile.zoom + 1, tile.x * 2 + n % 2, tile.y * 2 + n // 2) in tiles for n in range(4)
    )
