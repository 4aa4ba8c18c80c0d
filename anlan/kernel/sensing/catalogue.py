"""The catalogue of history files in PostgreSQL (7.17)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Max, Q

from anlan.kernel.sensing.models import Datastream, HistoryFile
from anlan.kernel.sensing.ports import ROLLUP, CatalogueAwayError, FileEntry
from anlan.kernel.sensing.resolutions import Resolutions
from anlan.kernel.sensing.services import catalogue as services

#: Rows of datastreams that are under way from the database at once.
AT_ONCE = 50_000

_COLUMNS = tuple(field.name for field in fields(FileEntry))


class DjangoCatalogue:
    """The port `Catalogue`. `door` opens the unit of work of a process that has none open."""

    def __init__(self, door: Callable[[], AbstractContextManager[Any]] = nullcontext) -> None:
        self._door = door

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Open the door for a question; the database's absence becomes ours."""
        try:
            with self._door():
                yield
        except (OperationalError, InterfaceError) as error:
            raise CatalogueAwayError(f"历史目录暂不可用：{str(error).strip()}") from error

    def last_sequence(self, epoch: str) -> int:
        """Return the last sequence that any registered file of the epoch covers, or 0."""
        with self.asked():
            found = HistoryFile.objects.filter(epoch=epoch).aggregate(last=Max("seq_last"))
            return found["last"] or 0

    def find(
        self, low: int, high: int, from_ms: int, to_ms: int, *, rollups: bool = False
    ) -> list[FileEntry]:
        """Return live files of real readings that may hold these numbers and times."""
        return self._entries(
            Q(exercise_id=None, number_lo__lte=high, number_hi__gte=low)
            & Q(t_lo_ms__lt=to_ms, t_hi_ms__gte=from_ms)
            & (Q() if rollups else ~Q(level=ROLLUP))
        )

    def live(self) -> list[FileEntry]:
        """Return every live file."""
        return self._entries(Q())

    def _entries(self, where: Q) -> list[FileEntry]:
        with self.asked():
            rows = HistoryFile.objects.filter(where, dead_from=None)
            return [FileEntry(**row) for row in rows.values(*_COLUMNS)]

    def known(self) -> frozenset[str]:
        """Return the paths of every file that has a row."""
        with self.asked():
            return frozenset(HistoryFile.objects.values_list("path", flat=True))

    def register(self, entries: Sequence[FileEntry]) -> None:
        """Add files; a path that has a row already keeps it."""
        with self.asked():
            services.register_files(entries)

    def swap(self, dead: Sequence[str], born: Sequence[FileEntry]) -> None:
        """In one transaction let paths die and files be born."""
        with self.asked():
            services.swap_files(dead, born)

    def expire(self, kind: str, kept_days: int, files: Sequence[FileEntry]) -> None:
        """Let files of one class die, with their journal row."""
        with self.asked():
            services.expire_files(kind, kept_days, files)

    def dead_before(self, moment: datetime) -> list[str]:
        """Return the paths of files that died before a moment."""
        with self.asked():
            rows = HistoryFile.objects.filter(dead_from__lt=moment)
            return list(rows.values_list("path", flat=True))

    def forget(self, paths: Sequence[str]) -> None:
        """Drop the rows of dead files that have been unlinked."""
        with self.asked():
            services.forget_files(paths)

    def resolutions(self) -> Resolutions:
        """Return the declared steps of value, by datastream number."""
        with self.asked():
            rows = Datastream.objects.filter(resolution__gt=0)
            pairs = rows.values_list("number", "resolution").order_by("number")
            return Resolutions.of_pairs(
                (number, step) for number, step in pairs.iterator(AT_ONCE) if step is not None
            )
