"""Is every file of the catalogue there, with the bytes it was born with? (`anlan doctor`)"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.kernel.sensing.ports import Catalogue


@dataclass(frozen=True, slots=True)
class Damage:
    """One file of history that is not as the catalogue says."""

    path: str
    kind: Literal["missing", "altered"]

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}"


def verify_files(catalogue: Catalogue, folder: Path, disk: Disk | None = None) -> list[Damage]:
    """Read every live file and compare its SHA-256; bit rot shows here, not in a query."""
    where = disk or LocalDisk()
    found = []
    for entry in catalogue.live():
        try:
            same = where.digest(folder / entry.path) == entry.sha256
        except FileNotFoundError:
            found.append(Damage(entry.path, "missing"))
        else:
            if not same:
                found.append(Damage(entry.path, "altered"))
    return found
