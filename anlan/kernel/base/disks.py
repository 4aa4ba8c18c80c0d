"""How much of the disks is free, for processes with models and without."""

import shutil
from pathlib import Path

from anlan.kernel.base.config import Config, config
from anlan.kernel.base.errors import UnavailableError

#: Free space of 7.16: with less of the fullest disk exports and models stop.
EXPORTS_STOP = 0.10


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


def refuse_when_nearly_full() -> None:
    """Refuse what can wait, so that alarms have the room. Raises UnavailableError."""
    if min(disk_free(config()).values()) < EXPORTS_STOP:
        raise UnavailableError(
            "服务器磁盘剩余不足 10%，导出暂停，请系统管理员清理", code="base.disk_nearly_full"
        )
