"""Write the catalogue of history files; the recorder is the only one who may (7.17)."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from anlan.kernel.base import journal
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.places.rules import node_div
from anlan.kernel.sensing import events
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


def expire_files(kind: str, kept_days: int, files: Sequence[FileEntry]) -> None:
    """Let files of one class die and say so in the journal, in one transaction.

    Raises CatalogueConflictError.
    """
    state = events.HistoryExpired(
        kind=kind,
        kept_days=kept_days,
        files=len(files),
        rows=sum(one.rows for one in files),
        began_at=from_ms(min(one.t_lo_ms for one in files)),
        ended_at=from_ms(max(one.t_hi_ms for one in files)),
        digests=[one.sha256 for one in files],
    )
    place = journal.Place(div=node_div(config().node))
    with transaction.atomic():
        swap_files([one.path for one in files], [])
        about = journal.Subject(id=new_ulid(), version=1, place=place)
        journal.record(events.HISTORY_EXPIRED, state, about)


def forget_files(paths: Sequence[str]) -> None:
    """Drop the rows of dead files that have been unlinked."""
    HistoryFile.objects.filter(path__in=paths, dead_from__isnull=False).delete()
