"""Files made of others, without a catalogue row: left by a crash, or by a database set back."""

import io
import logging
from collections import defaultdict
from pathlib import Path

from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.schema import NotOurFileError, describe
from anlan.adapters.parquet_history.segments import DAYS, ROLLUPS, entry_of_file, files_in
from anlan.kernel.sensing.ports import Catalogue

log = logging.getLogger(__name__)


def settle_orphans(catalogue: Catalogue, folder: Path, disk: Disk) -> None:
    """Delete files whose rows all live elsewhere; take in those that hold the only copy.

    A crash before the swap leaves files whose inputs live: they go. PostgreSQL restored to an
    hour ago names inputs that were unlinked since: then the files take their place. Anything in
    between is told and left alone, but for a rollup: what it says stays true beside any files.
    Raises CatalogueAwayError.
    """
    known = catalogue.known()
    for level in (DAYS, ROLLUPS):
        unknown = [path for path in files_in(disk, folder, level) if path not in known]
        if unknown:
            _settle(catalogue, folder, disk, unknown, is_rollup=level == ROLLUPS)


def _settle(
    catalogue: Catalogue, folder: Path, disk: Disk, unknown: list[str], *, is_rollup: bool
) -> None:
    live = {entry.path for entry in catalogue.live()}
    for inputs, paths in _by_inputs(disk, folder, unknown).items():
        gone = [one for one in inputs if one not in live or not disk.has(folder / one)]
        if not gone:
            for path in paths:
                disk.unlink(folder / path)
        elif is_rollup or len(gone) == len(inputs):
            # readings that are lost stay named: a rollup takes the place of rollups only
            dead = [p for p in gone if p in live and (not is_rollup or p.startswith(ROLLUPS))]
            catalogue.swap(dead, [entry_of_file(disk, folder, path) for path in paths])
            log.warning("history: the catalogue had forgotten %s; taken in again", paths)
        else:
            log.error("history: %s beside part of what they were made of; left alone", paths)


def _by_inputs(disk: Disk, folder: Path, paths: list[str]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path in paths:
        try:
            about, _ = describe(io.BytesIO(disk.read(folder / path)))
        except NotOurFileError:
            log.exception("history file found but not readable: %s", path)
        else:
            found[about.inputs].append(path)
    return found
