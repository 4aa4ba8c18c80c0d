"""How much of the disks is free, for processes with models and without."""

import shutil
from pathlib import Path

from anlan.kernel.base.config import Config


def disk_free(config: Config) -> dict[str, float]:
    """Return the free share of each folder's disk, one folder a disk."""
    found: dict[str, float] = {}
    disks: set[int] = set()
    folders = (config.home, *(config.path(f"{name}_dir") for name in ("history", "documents")))
    for folder in folders:
        there = _existing(folder.absolute())
        disk = there.stat().st_dev
        if disk not in disks:
            disks.add(disk)
            usage = shutil.disk_usage(there)
            found[str(folder)] = usage.free / usage.total
    return found


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())
