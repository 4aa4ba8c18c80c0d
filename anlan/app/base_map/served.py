"""The archives that lie in `region_dir`, opened once and again when a build has put another there."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from anlan.app.base_map.archive import Archive
from anlan.app.base_map.build import GROUND_FILE, RELIEF_FILE
from anlan.app.base_map.pmtiles import ArchiveError
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import UnavailableError

Which = Literal["ground", "relief"]
FILES: dict[Which, str] = {"ground": GROUND_FILE, "relief": RELIEF_FILE}


def archive(which: Which) -> Archive | None:
    """Return one of the two; None where none was built. Raises UnavailableError for a broken file."""
    file = config().path("region_dir") / FILES[which]
    try:
        told = file.stat()
        return _opened(file, (told.st_ino, told.st_mtime_ns, told.st_size))
    except FileNotFoundError:
        return None
    except (ArchiveError, OSError) as error:
        raise UnavailableError(
            "底图文件读不了，请重新构建", code="base_map.broken", file=file.name
        ) from error


@lru_cache(maxsize=4)
def _opened(file: Path, _state: tuple[int, int, int]) -> Archive:
    return Archive(file)
