"""Archives of tiles: what was written is read, the same data give the same bytes, a broken file is refused."""

import itertools
import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.app.base_map.archive import Archive, Contents, write_archive
from anlan.app.base_map.mercator import Tile
from anlan.app.base_map.pmtiles import (
    PNG,
    ROOT_BYTES,
    ArchiveError,
    Entry,
    Header,
    directories,
    pack_directory,
    read_directory,
    tile_id,
)

CONTENTS = Contents(
    name="试", bounds=(106.0, 37.5, 107.0, 38.5), zooms=(0, 9), tile_type=PNG, metadata={"a": "河"}
)


def row(count: int, zoom: int = 9) -> list[tuple[Tile, bytes]]:
    """Return tiles with contents of their own, as they follow each other."""
    side = 1 << zoom
    tiles = sorted((Tile(zoom, n % side, n // side) for n in range(count)), key=tile_id)
    return [(one, f"{one.x}/{one.y}".encode()) for one in tiles]


@pytest.mark.parametrize(
    ("tile", "number"),
    [
        # the specification's own table
        ((0, 0, 0), 0),
        ((1, 0, 0), 1),
        ((1, 0, 1), 2),
        ((1, 1, 1), 3),
        ((1, 1, 0), 4),
        ((2, 0, 0), 5),
        ((12, 3423, 1763), 19_078_479),
    ],
)
def test_tiles_are_numbered_as_the_specification_says(
    tile: tuple[int, int, int], number: int
) -> None:
    assert tile_id(Tile(*tile)) == number


@given(st.integers(1, 7))
def test_the_numbers_of_a_zoom_are_all_different_and_neighbours_touch(zoom: int) -> None:
    side = 1 << zoom
    tiles = sorted((Tile(zoom, x, y) for x in range(side) for y in range(side)), key=tile_id)
    first = (4**zoom - 1) // 3
    assert [tile_id(one) for one in tiles] == list(range(first, first + side * side))
    steps = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in itertools.pairwise(tiles)]
    assert set(steps) == {1.0}


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 99), st.integers(1, 99), st.integers(0, 3)),
        max_size=40,
    )
)
def test_a_directory_comes_back(rows: list[tuple[int, int, int, int]]) -> None:
    number, entries = 0, []
    for step, offset, length, run in rows:
        number += step
        entries.append(Entry(number, offset, length, run))
    assert read_directory(pack_directory(entries)) == entries


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.pmtiles"
    tiles = row(300)
    assert write_archive(file, tiles, CONTENTS) == 300
    archive = Archive(file)
    assert {one: archive.tile(one) for one, _ in tiles} == dict(tiles)
    assert archive.tile(Tile(9, 511, 511)) is None
    assert archive.tile(Tile(3, 0, 0)) is None
    assert archive.bounds == CONTENTS.bounds
    assert archive.metadata["a"] == "河"
    assert not list(tmp_path.glob("*.partial"))


def test_equal_tiles_lie_in_it_once(tmp_path: Path) -> None:
    file = tmp_path / "sea.pmtiles"
    write_archive(file, [(one, b"sea" * 999) for one, _ in row(400)], CONTENTS)
    assert file.stat().st_size < 2 * 3 * 999
    archive = Archive(file)
    assert (archive.header.addressed, archive.header.contents) == (400, 1)
    assert archive.tile(Tile(9, 399, 0)) is None or archive.tile(Tile(9, 399, 0)) == b"sea" * 999


def test_many_tiles_have_leaves_below_the_root(tmp_path: Path) -> None:
    entries = [Entry(7 * n, 1000 * n * n % 77_777, 1 + n * n % 997, 1) for n in range(60_000)]
    root, leaves = directories(entries)
    assert len(root) <= ROOT_BYTES
    assert leaves
    file = tmp_path / "many.pmtiles"
    tiles = [(one, bytes(one.x * one.y % 251) + one.x.to_bytes(2)) for one, _ in row(40_000)]
    write_archive(file, tiles, CONTENTS)
    archive = Archive(file)
    assert archive.header.leaves_length > 0
    assert all(archive.tile(one) == body for one, body in tiles[::131])


def test_the_same_tiles_give_the_same_bytes_and_others_another_version(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two", "other")]
    for file, count in zip(files, (50, 50, 51), strict=True):
        write_archive(file, row(count), CONTENTS)
    assert files[0].read_bytes() == files[1].read_bytes()
    versions = [Archive(file).metadata["version"] for file in files]
    assert versions[0] == versions[1] != versions[2]


def test_a_build_that_breaks_off_leaves_the_old_archive(tmp_path: Path) -> None:
    file = tmp_path / "a.pmtiles"
    write_archive(file, row(5), CONTENTS)
    before = file.read_bytes()

    def broken() -> Iterator[tuple[Tile, bytes]]:
        yield from row(3)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        write_archive(file, broken(), CONTENTS)
    with pytest.raises(ArchiveError, match="not a single tile"):
        write_archive(file, [], CONTENTS)
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.pmtiles"]


@pytest.mark.parametrize("spoil", ["empty", "foreign", "cut", "directory"])
def test_a_broken_file_is_refused(tmp_path: Path, spoil: str) -> None:
    file = tmp_path / "a.pmtiles"
    write_archive(file, row(200), CONTENTS)
    data = bytearray(file.read_bytes())
    if spoil == "directory":
        head = Header.of(bytes(data))
        data[head.root_offset + 12] ^= 0xFF
    file.write_bytes(
        {"empty": b"", "foreign": b"GIF89a" * 40, "cut": bytes(data[:-9])}.get(spoil, bytes(data))
    )
    with pytest.raises(ArchiveError):
        Archive(file)


def test_several_threads_read_at_once(tmp_path: Path) -> None:
    file = tmp_path / "a.pmtiles"
    tiles = row(2_000)
    write_archive(file, tiles, CONTENTS)
    archive = Archive(file)
    wrong: list[Tile] = []

    def read() -> None:
        wrong.extend(one for one, body in tiles if archive.tile(one) != body)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
