"""What was fetched, kept as files: one folder a service and wording of it, a file a tile, oldest let go first."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: How much is left when the folder had grown too large.
CUT_TO = 0.8


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One tile of Web Mercator, from the north-west."""

    zoom: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies there, and for how many seconds it has."""

    content: bytes
    age_s: float


@dataclass(frozen=True, slots=True)
class Store:
    """The files of one service, `<zoom>/<x>/<y>.<suffix>` as MapProxy names them too (layout `tms`)."""

    folder: Path
    suffix: str

    def path(self, at: Place | None) -> Path:
        """Return where a tile lies; None is the one file of a service without tiles."""
        if at is None:
            return self.folder / f"all.{self.suffix}"
        return self.folder / str(at.zoom) / str(at.x) / f"{at.y}.{self.suffix}"

    def read(self, at: Place | None) -> Kept | None:
        """Return what is kept."""
        try:
            with self.path(at).open("rb") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                return Kept(file.read(), max(0.0, age_s))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, at: Place | None, content: bytes) -> None:
        """Keep it; whoever reads meanwhile reads the old one whole."""
        path = self.path(at)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)


def prune(folder: Path, most_bytes: int, still_described: Iterable[str]) -> int:
    """Delete what is of no service any more, then the oldest until there is room; return bytes left."""
    wanted = set(still_described)
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.is_dir() and one.name not in wanted:
            shutil.rmtree(one, ignore_errors=True)
    files = [(told.st_mtime, told.st_size, path) for path, told in _files(folder)]
    total = sum(size for _, size, _ in files)
    if total <= most_bytes:
        return total
    for _, size, path in sorted(files):
        if total <= most_bytes * CUT_TO:
            break
        path.unlink(missing_ok=True)
        total -= size
    return total


def _files(folder: Path) -> Iterable[tuple[Path, os.stat_result]]:
    for path in folder.rglob("*"):
        try:
            told = path.lstat()
        except FileNotFoundError:
            continue
        if path.is_file():
            yield path, told
