"""Remember what has been done, by the digest of what it was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parents[2]


class Stamp:
    """A file that says: this step has been done, with exactly these inputs."""

    def __init__(self, folder: Path, name: str, digest: str) -> None:
        self._file = folder / name
        self._digest = digest

    def holds(self) -> bool:
        """Tell whether the step has been done with the same inputs."""
        return self._file.is_file() and self._file.read_text(encoding="utf-8") == self._digest

    def set(self) -> None:
        """Write down that the step is done; whole or not at all."""
        fresh = self._file.with_name(self._file.name + ".new")
        fresh.write_text(self._digest, encoding="utf-8")
        fresh.replace(self._file)


def digest(files: Iterable[Path], *words: str) -> str:
    """Return one digest of files (names and content) and words."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        total.update(f"\0{file.name}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def tables_digest(data: Path) -> str:
    """Return the digest of all that makes our tables and roles, and of the cluster they are in."""
    files = [*PACKAGE.glob("**/migrations/*.py"), *PACKAGE.glob("kernel/base/sql/*.sql")]
    files += [PACKAGE / "kernel" / "base" / "database.py", PACKAGE / "kernel/people/roles.toml"]
    return digest(files, str(data.stat().st_ino))


def series_digest() -> str:
    """Return the digest of what the demonstration's series are made from."""
    demo = PACKAGE / "app" / "demo"
    names = ("runs.toml", "simulate.py", "prepare.py", "weather.py")
    return digest(demo / name for name in names)
