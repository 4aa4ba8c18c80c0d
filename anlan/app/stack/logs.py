"""Keep the logs of a house that runs for weeks from filling its disk."""

import os
import shutil
from pathlib import Path

LARGEST_BYTES = 20 * 1024**2


def keep_short(folder: Path, *, largest: int = LARGEST_BYTES) -> None:
    """Copy a log that grew too long to `<name>.1` and empty it; its writer appends and goes on."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)
