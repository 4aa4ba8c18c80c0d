"""Compacted files without a catalogue row: left by a crash, or by a database set back in time."""

import logging
from collections import defaultdict
from pathlib import Path

from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.schema import NotOurFileError, describe
from anlan.adapters.parquet_history.segments import DAYS, entry_of_file, files_in
from anlan.kernel.sensing.ports import Catalogue

log = logging.getLogger(__name__)


def settle_orphans(catalogue: Catalogue, folder: Path, disk: Disk) -> None:
    """Delete files whose rows all live elsewhere; take in those that hold the only copy.

    A crash before the swap leaves files whose inputs live: they go. PostgreSQL restored to an
    hour ago names inputs that were unlinked since: then the files take their place. Anything in
    between is told and left alone. Raises CatalogueAwayError.
    """
    known = catalogue.known()
    unknown = [path for path in files_in(folder, DAYS) if path not in known]
    if not unknown:
        return
    live = {entry.path for entry in catalogue.live()}
    by_inputs: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path in unknown:
        try:
            about, _ = describe(folder / path)
        except NotOurFileError:
            log.exception("history file found but not readable: %s", path)
        else:
            by_inputs[about.inputs].append(path)
    for inputs, paths in by_inputs.items():
        here = [path for path in inputs if path in live and (folder / path).exists()]
        if len(here) == len(inputs):
            for path in paths:
                disk.unlink(folder / path)
        elif not here:
            dead = [path for path in inputs if path in live]
            catalogue.swap(dead, [entry_of_file(folder, path) for path in paths])
            log.warning("history: the catalogue had forgotten %s; taken in again", paths)
        else:
            log.error("history: %s beside part of what they were made of; left alone", paths)
