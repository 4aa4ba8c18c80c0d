"""Immutable files with names that say what they cover: written whole, or not there at all."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.schema import About, Extent, describe, encode
from anlan.kernel.sensing.ports import FileEntry
from anlan.kernel.sensing.resolutions import Resolutions

SEGMENTS, DAYS, ROLLUPS = "segments", "days", "rollups"
ENDING = ".parquet"
#: A file that has no name yet.
UNFINISHED = ".unfinished"
_NAME = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})-(\d+)-(\d+)(?:-\d+)?\.parquet")


class FileTakenError(RuntimeError):
    """The name is taken: another recorder writes into this folder. Nothing was overwritten."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a file name says."""

    epoch: str
    first: int
    last: int


def segment_path(epoch: str, first: int, last: int) -> str:
    """Return the path of one flush, relative to the folder of history."""
    return f"{SEGMENTS}/{epoch}-{first}-{last}{ENDING}"


def day_path(day: str, epoch: str, first: int, last: int, part: int) -> str:
    """Return the path of part of a day (`20260801`), relative to the folder of history."""
    return f"{DAYS}/{day}/{epoch}-{first}-{last}-{part}{ENDING}"


def rollup_path(days: str, epoch: str, first: int, last: int, part: int) -> str:
    """Return the path of part of a rollup of some days (`20260801-20260831`)."""
    return f"{ROLLUPS}/{days}/{epoch}-{first}-{last}-{part}{ENDING}"


def range_of(name: str) -> Range | None:
    """Read a file name; None for what is not ours."""
    found = _NAME.fullmatch(name)
    return Range(found[1], int(found[2]), int(found[3])) if found else None


def write_file(
    disk: Disk,
    folder: Path,
    path: str,
    parts: Iterator[Rows],
    about: About,
    resolutions: Resolutions | None = None,
) -> FileEntry:
    """Write readings durably under a name and return the file's catalogue row.

    Raises as `write_content` does.
    """
    made = encode(parts, about, resolutions or Resolutions())
    _write(disk, folder, path, made.content)
    return _entry(path, made.content, made.about, made.extent)


def write_content(disk: Disk, folder: Path, path: str, content: bytes) -> FileEntry:
    """Write one file durably under its name and return its catalogue row.

    Raises FileTakenError; an OSError before the name is given leaves nothing behind that a reader
    or a restart would see.
    """
    _write(disk, folder, path, content)
    return _entry(path, content, *describe(io.BytesIO(content)))


def _write(disk: Disk, folder: Path, path: str, content: bytes) -> None:
    """Write, fsync, name without replacing, fsync the folder."""
    target = folder / path
    unfinished = target.with_name(target.name + UNFINISHED)
    disk.make_folder(target.parent)
    disk.write(unfinished, content)
    try:
        disk.link(unfinished, target)
    except FileExistsError as error:
        raise FileTakenError(f"{path} is there already") from error
    disk.sync_folder(target.parent)
    disk.unlink(unfinished)


def entry_of_file(disk: Disk, folder: Path, path: str) -> FileEntry:
    """Read a file that is there and return its catalogue row. Raises NotOurFileError, OSError."""
    content = disk.read(folder / path)
    return _entry(path, content, *describe(io.BytesIO(content)))


def _entry(path: str, content: bytes, about: About, extent: Extent) -> FileEntry:
    return FileEntry(
        epoch=about.epoch,
        shard=about.shard,
        seq_first=about.first,
        seq_last=about.last,
        level=about.level,
        number_lo=extent.number_lo,
        number_hi=extent.number_hi,
        t_lo_ms=extent.t_lo_ms,
        t_hi_ms=extent.t_hi_ms,
        rows=extent.rows,
        sha256=sha256(content).hexdigest(),
        path=path,
        exercise_id=about.exercise_id,
    )


def files_in(disk: Disk, folder: Path, level_folder: str) -> list[str]:
    """List the named files below `segments`, `days` or `rollups`, as paths relative to the folder."""
    files = disk.names(folder / level_folder, ENDING)
    return [file.relative_to(folder).as_posix() for file in files]


def unfinished_in(folder: Path) -> list[Path]:
    """List what a crash left without a name."""
    return [
        file
        for below in (SEGMENTS, DAYS, ROLLUPS)
        for file in sorted((folder / below).rglob(f"*{UNFINISHED}"))
    ]
