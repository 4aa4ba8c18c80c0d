"""One archive of tiles: written whole or not at all, and read tile by tile."""

import gzip
import json
import shutil
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from anlan.app.base_map.mercator import Bounds, Tile
from anlan.app.base_map.pmtiles import (
    GZIP,
    HEADER_BYTES,
    MVT,
    PLAIN,
    ArchiveError,
    Entry,
    Header,
    directories,
    pack,
    read_directory,
    tile_id,
)

E7 = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an archive says of itself beside its tiles."""

    name: str
    bounds: Bounds
    zooms: tuple[int, int]
    tile_type: int = MVT
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Heap:
    """The tiles' bytes one behind the other; equal ones lie there once."""

    file: IO[bytes]
    entries: list[Entry] = field(default_factory=list)
    places: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    end: int = 0

    def add(self, number: int, data: bytes) -> None:
        key = sha256(data).digest()
        if key not in self.places:
            self.file.write(data)
            self.places[key] = (self.end, len(data))
            self.end += len(data)
        self.entries.append(Entry(number, *self.places[key], 1))

    def runs(self) -> list[Entry]:
        """Return the entries in order, neighbours with the same bytes as one."""
        found: list[Entry] = []
        for one in sorted(self.entries, key=lambda entry: entry.tile_id):
            last = found[-1] if found else None
            if last and (last.tile_id + last.run, last.offset) == (one.tile_id, one.offset):
                found[-1] = Entry(last.tile_id, last.offset, last.length, last.run + 1)
            else:
                found.append(one)
        return found

    def version(self, words: str) -> str:
        """Return a digest of all tiles and of what is said of them."""
        total = sha256(words.encode())
        for one in sorted(self.entries, key=lambda entry: entry.tile_id):
            total.update(f"{one.tile_id}:{one.offset}:{one.length};".encode())
        for key in self.places:
            total.update(key)
        return total.hexdigest()[:16]


def write_archive(file: Path, tiles: Iterable[tuple[Tile, bytes]], contents: Contents) -> int:
    """Write an archive and return how many tiles it has; the old one stays until the new is whole.

    Vector tiles are compressed here, pictures are so already. Raises ArchiveError without a tile.
    """
    is_packed = contents.tile_type == MVT
    partial = file.with_name(file.name + ".partial")
    try:
        with TemporaryFile(dir=file.parent) as data:
            heap = _Heap(data)
            for tile, body in tiles:
                heap.add(tile_id(tile), pack(body) if is_packed else body)
            if not heap.entries:
                raise ArchiveError("not a single tile")
            with partial.open("wb") as out:
                _head(out, heap, contents)
                data.seek(0)
                shutil.copyfileobj(data, out)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return len(heap.entries)


def _head(out: IO[bytes], heap: _Heap, contents: Contents) -> None:
    """Write header, root, metadata and leaves."""
    runs = heap.runs()
    root, leaves = directories(runs)
    words = json.dumps(contents.metadata, ensure_ascii=False, sort_keys=True)
    said = contents.metadata | {"name": contents.name, "version": heap.version(words)}
    metadata = pack(json.dumps(said, ensure_ascii=False, sort_keys=True).encode())
    west, south, east, north = (round(one * E7) for one in contents.bounds)
    low, high = contents.zooms
    at_metadata = HEADER_BYTES + len(root)
    at_leaves = at_metadata + len(metadata)
    header = Header(
        root_length=len(root),
        metadata_offset=at_metadata,
        metadata_length=len(metadata),
        leaves_offset=at_leaves,
        leaves_length=len(leaves),
        data_offset=at_leaves + len(leaves),
        data_length=heap.end,
        addressed=len(heap.entries),
        entries=len(runs),
        contents=len(heap.places),
        is_clustered=int(_is_clustered(runs)),
        tile_packing=GZIP if contents.tile_type == MVT else PLAIN,
        tile_type=contents.tile_type,
        min_zoom=low,
        max_zoom=high,
        west_e7=west,
        south_e7=south,
        east_e7=east,
        north_e7=north,
        center_zoom=low,
        center_lon_e7=(west + east) // 2,
        center_lat_e7=(south + north) // 2,
    )
    out.write(header.to_bytes() + root + metadata + leaves)


def _is_clustered(runs: list[Entry]) -> bool:
    """Tell whether the bytes lie in the order of the tiles, what comes again left aside."""
    end = 0
    for one in runs:
        if one.offset > end:
            return False
        end = max(end, one.offset + one.length)
    return True


class Archive:
    """An archive that is read; it may be read by several threads at once."""

    def __init__(self, file: Path) -> None:
        """Open it. Raises ArchiveError for what is none, OSError for what cannot be read."""
        with file.open("rb") as source:
            try:
                self._bytes = mmap(source.fileno(), 0, access=ACCESS_READ)
            except ValueError as error:  # an empty file
                raise ArchiveError(f"{file}: empty") from error
        self.header = Header.of(self._bytes[:HEADER_BYTES])
        head = self.header
        if head.data_offset + head.data_length > len(self._bytes):
            raise ArchiveError(f"{file}: cut off")
        self._root = read_directory(self._slice(head.root_offset, head.root_length))
        self._leaf = lru_cache(maxsize=64)(self._read_leaf)
        said = gzip.decompress(self._slice(head.metadata_offset, head.metadata_length))
        self.metadata: dict[str, Any] = json.loads(said)

    @property
    def bounds(self) -> Bounds:
        """Return the box that it covers, in degrees."""
        head = self.header
        return head.west_e7 / E7, head.south_e7 / E7, head.east_e7 / E7, head.north_e7 / E7

    def tile(self, tile: Tile) -> bytes | None:
        """Return a tile's bytes as they lie in the archive; None where there is none."""
        number, directory = tile_id(tile), self._root
        for _ in range(4):  # the specification allows no deeper
            place = bisect_right(directory, number, key=lambda entry: entry.tile_id) - 1
            if place < 0:
                return None
            found = directory[place]
            if found.run:
                is_there = number < found.tile_id + found.run
                where = self.header.data_offset + found.offset
                return self._slice(where, found.length) if is_there else None
            directory = self._leaf(found.offset, found.length)
        return None

    def _read_leaf(self, offset: int, length: int) -> list[Entry]:
        return read_directory(self._slice(self.header.leaves_offset + offset, length))

    def _slice(self, offset: int, length: int) -> bytes:
        return self._bytes[offset : offset + length]
