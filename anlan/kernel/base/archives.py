"""What an office file unfolds to: measured by unfolding it, in little memory, never by what it says of itself.

A package (docx, xlsx, pptx, ofd) is a ZIP archive. Its directory may lie about sizes, name one piece of
content a thousand times (D. Fifield, "A better zip bomb", WOOT 2019), or hold archives in archives.
"""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

#: An office file of 20 MB unfolds to far less.
UNFOLDED_BYTES_MAX = 256 * 1024**2
#: A workbook of many sheets and pictures has some hundreds.
ENTRIES_MAX = 5_000
#: An office file may hold office files (a sheet in a report), and those no further ones.
DEPTH_MAX = 2
_PIECE = 64 * 1024
_NO_END = 2**62
_ZIP = b"PK\x03\x04"
#: The end of the directory (APPNOTE 4.3.16), its longest comment, and the sign of ZIP64, which no
#: archive as small as an upload needs.
_END, _END_BYTES, _COMMENT_MAX = b"PK\x05\x06", 22, 65_535
_ZIP64 = b"PK\x06\x07"
_DIRECTORY_BYTES_MAX = ENTRIES_MAX * 512


class ArchiveError(Exception):
    """It is no archive that can be read whole, or one that hides what it holds."""


class BombError(ArchiveError):
    """It unfolds to more than is taken, in bytes, entries or depth."""


@dataclass(slots=True)
class _Budget:
    bytes: int
    entries: int


def look_through(file: Path | IO[bytes], unfolded_max: int = UNFOLDED_BYTES_MAX) -> frozenset[str]:
    """Unfold an archive piece by piece, keeping nothing, and return the names of its entries.

    Raises BombError beyond `unfolded_max` bytes, ENTRIES_MAX entries or DEPTH_MAX archives in one
    another, ArchiveError for one that is damaged or encrypted.
    """
    budget = _Budget(bytes=unfolded_max, entries=ENTRIES_MAX)
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _look(opened, budget, depth=1)
    return _look(file, budget, depth=1)


def _look(file: IO[bytes], budget: _Budget, depth: int) -> frozenset[str]:
    _refuse_long_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            budget.entries -= len(entries)
            if budget.entries < 0:
                raise BombError(f"more than {ENTRIES_MAX} entries")
            for entry in entries:
                # read to its real end: `zipfile` would stop at the size that it claims, others do not
                claimed, entry.file_size = entry.file_size, _NO_END
                with archive.open(entry) as opened:
                    size = _unfold(opened, budget, depth)
                if size != claimed:
                    raise ArchiveError(f"{entry.filename} is not as large as it claims")
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error,
    ) as error:  # fmt: skip
        # RuntimeError: encrypted, or packed in a way unknown here
        raise ArchiveError(str(error)) from error
    return frozenset(entry.filename for entry in entries)


def _unfold(entry: IO[bytes], budget: _Budget, depth: int) -> int:
    """Read an entry to its end and return its size; what is an archive itself is looked through on disk."""
    piece, size = entry.read(_PIECE), 0
    if not piece.startswith(_ZIP):
        while piece:
            size += len(piece)
            _spend(budget, len(piece))
            piece = entry.read(_PIECE)
        return size
    if depth >= DEPTH_MAX:
        raise BombError(f"archives in archives, more than {DEPTH_MAX} deep")
    with TemporaryFile(prefix="archive-") as kept:
        while piece:
            size += len(piece)
            _spend(budget, len(piece))
            kept.write(piece)
            piece = entry.read(_PIECE)
        _look(kept, budget, depth + 1)
    return size


def _spend(budget: _Budget, size: int) -> None:
    budget.bytes -= size
    if budget.bytes < 0:
        raise BombError("unfolds to too much")


def _refuse_long_directory(file: IO[bytes]) -> None:
    """Refuse before `zipfile` makes an object of every entry."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - _COMMENT_MAX - _END_BYTES))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or at + _END_BYTES > len(tail):
        raise ArchiveError("without an end of its directory")
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if count > ENTRIES_MAX or length > _DIRECTORY_BYTES_MAX or _ZIP64 in tail[max(0, at - 20) : at]:
        raise BombError(f"a directory of {count} entries, {length} bytes")
