"""Where files lie, as a port: every step that a crash may come between has a name here."""

import os
from hashlib import file_digest
from pathlib import Path
from typing import Protocol


class AlteredObjectError(OSError):
    """The bytes that came are not those that the catalogue knows."""


class Disk(Protocol):
    """What a writer of immutable files asks of a file system."""

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that nobody reads yet, over what stood there, and sync it."""
        ...

    def link(self, source: Path, target: Path) -> None:
        """Give a file its name. Raises FileExistsError: never over another file."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Make a folder durable; one that is there is no error."""
        ...

    def unlink(self, path: Path) -> None:
        """Take a name away; one that is gone is no error."""
        ...

    def names(self, folder: Path, ending: str) -> list[Path]:
        """List the files below a folder whose names end so, in order."""
        ...

    def has(self, path: Path) -> bool:
        """Tell whether the name is given."""
        ...

    def read(self, path: Path) -> bytes:
        """Return a file's bytes as they are now. Raises FileNotFoundError, OSError."""
        ...

    def digest(self, path: Path) -> str:
        """Return the SHA-256 of a file as it is now. Raises FileNotFoundError, OSError."""
        ...

    def bring(self, path: Path, sha256: str) -> None:
        """Let a file be where DuckDB can open it. Raises OSError: lost, away or altered."""
        ...


class LocalDisk:
    """The file system of this machine."""

    def write(self, path: Path, content: bytes) -> None:
        """Write and fsync."""
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def link(self, source: Path, target: Path) -> None:
        """Hard-link: atomic, and refused where the name is taken."""
        target.hardlink_to(source)

    def sync_folder(self, folder: Path) -> None:
        """Fsync the folder itself."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, folder: Path) -> None:
        """Make it and its parents, each synced into the one above."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(mode=0o750, exist_ok=True)
        self.sync_folder(folder.parent)

    def unlink(self, path: Path) -> None:
        """Remove a name."""
        path.unlink(missing_ok=True)

    def names(self, folder: Path, ending: str) -> list[Path]:
        """Look below the folder."""
        return sorted(folder.rglob(f"*{ending}"))

    def has(self, path: Path) -> bool:
        """Look."""
        return path.exists()

    def read(self, path: Path) -> bytes:
        """Read."""
        return path.read_bytes()

    def digest(self, path: Path) -> str:
        """Read it through, whatever its size."""
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def bring(self, path: Path, sha256: str) -> None:
        """It is here, or it is not: DuckDB says which."""
