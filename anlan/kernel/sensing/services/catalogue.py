"""Write the catalogue of history files; the recorder is the only one who may (7.17)."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from anlan.kernel.base.clock import now
from anlan.kernel.sensing.models import HistoryFile
from anlan.kernel.sensing.ports import CatalogueConflictError, FileEntry


def register_files(entries: Sequence[FileEntry]) -> None:
    """Add files; a path that has a row already, live or dead, keeps it."""
    moment = now()
    rows = [HistoryFile(live_from=moment, **asdict(entry)) for entry in entries]
    HistoryFile.objects.bulk_create(rows, ignore_conflicts=True)


def swap_files(dead: Sequence[str], born: Sequence[FileEntry]) -> None:
    """In one transaction let files die and others be born: no reader sees both or neither."""
    moment = now()
    with transaction.atomic():
        living = HistoryFile.objects.filter(path__in=dead, dead_from=None)
        if living.update(dead_from=moment) != len(set(dead)):
            raise CatalogueConflictError(f"{len(dead)} files should die, not all of them live")
        HistoryFile.objects.bulk_create(
            [HistoryFile(live_from=moment, **asdict(entry)) for entry in born]
        )


def forget_files(paths: Sequence[str]) -> None:
    """Drop the rows of dead files that have been unlinked."""
    HistoryFile.objects.filter(path__in=paths, dead_from__isnull=False).delete()
