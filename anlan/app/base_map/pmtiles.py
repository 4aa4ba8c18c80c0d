"""The format PMTiles 3: its header, its directories and the order of its tiles (a Hilbert curve).

By hand, for two reasons: a build of the same data gives the same bytes (the package of that name
writes the time of day into every directory), and the web process needs no package more.
"""

import gzip
import struct
import zlib
from dataclasses import astuple, dataclass

from anlan.app.base_map import varint
from anlan.app.base_map.mercator import Tile

MAGIC = b"PMTiles"
VERSION = 3
#: The header's numbers, in their order in the file.
_HEADER = struct.Struct("<7sB11Q6B4iB2i")
HEADER_BYTES = _HEADER.size
#: Header and root directory lie in the first 16 KiB, so that one read has both.
ROOT_BYTES = 16_384 - HEADER_BYTES
GZIP, PLAIN = 2, 1
MVT, PNG = 1, 2


class ArchiveError(ValueError):
    """A file is not an archive of tiles, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a run of equal tiles lies; a run of none points at a leaf directory."""

    tile_id: int
    offset: int
    length: int
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands at the beginning of an archive, field by field as in the specification."""

    root_offset: int = HEADER_BYTES
    root_length: int
    metadata_offset: int
    metadata_length: int
    leaves_offset: int
    leaves_length: int
    data_offset: int
    data_length: int
    addressed: int
    entries: int
    contents: int
    is_clustered: int
    directory_packing: int = GZIP
    tile_packing: int
    tile_type: int
    min_zoom: int
    max_zoom: int
    west_e7: int
    south_e7: int
    east_e7: int
    north_e7: int
    center_zoom: int
    center_lon_e7: int
    center_lat_e7: int

    def to_bytes(self) -> bytes:
        """Return the 127 bytes."""
        return _HEADER.pack(MAGIC, VERSION, *astuple(self))

    @classmethod
    def of(cls, data: bytes) -> "Header":
        """Read them. Raises ArchiveError."""
        if len(data) < HEADER_BYTES or data[:7] != MAGIC or data[7] != VERSION:
            raise ArchiveError("not a PMTiles 3 archive")
        _, _, *numbers = _HEADER.unpack(data[:HEADER_BYTES])
        names = cls.__dataclass_fields__
        return cls(**dict(zip(names, numbers, strict=True)))


def tile_id(tile: Tile) -> int:
    """Return a tile's number: all coarser zooms first, then along the Hilbert curve of its own."""
    x, y, number = tile.x, tile.y, 0
    side = 1 << tile.zoom >> 1
    while side:
        right, below = int(bool(x & side)), int(bool(y & side))
        number += side * side * (3 * right ^ below)
        x, y = x & side - 1, y & side - 1
        if not below:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return ((1 << 2 * tile.zoom) - 1) // 3 + number


def pack_directory(entries: list[Entry]) -> bytes:
    """Return a directory: numbers, runs, lengths, places, column by column."""
    out = bytearray()
    varint.put(out, len(entries))
    last = 0
    for one in entries:
        varint.put(out, one.tile_id - last)
        last = one.tile_id
    for one in entries:
        varint.put(out, one.run)
    for one in entries:
        varint.put(out, one.length)
    end = -1
    for one in entries:
        varint.put(out, 0 if one.offset == end else one.offset + 1)
        end = one.offset + one.length
    return pack(bytes(out))


def read_directory(data: bytes) -> list[Entry]:
    """Read a directory. Raises ArchiveError."""
    try:
        count, *columns = varint.numbers(gzip.decompress(data))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ArchiveError(f"a directory cannot be read: {error}") from error
    if len(columns) != 4 * count:
        raise ArchiveError("a directory is not whole")
    steps, runs, lengths, places = (columns[n * count : (n + 1) * count] for n in range(4))
    found: list[Entry] = []
    number = end = 0
    for step, run, length, place in zip(steps, runs, lengths, places, strict=True):
        number += step
        offset = place - 1 if place else end
        end = offset + length
        found.append(Entry(number, offset, length, run))
    return found


def directories(entries: list[Entry]) -> tuple[bytes, bytes]:
    """Return the root directory and the leaves below it; no leaves where the root holds all."""
    root, leaves, size = pack_directory(entries), b"", 4096
    while len(root) > ROOT_BYTES:
        pointers, leaves = [], b""
        for first in range(0, len(entries), size):
            leaf = pack_directory(entries[first : first + size])
            pointers.append(Entry(entries[first].tile_id, len(leaves), len(leaf), 0))
            leaves += leaf
        root, size = pack_directory(pointers), size * 2
    return root, leaves


def pack(data: bytes) -> bytes:
    """Compress, the same bytes every time."""
    return gzip.compress(data, compresslevel=9, mtime=0)
