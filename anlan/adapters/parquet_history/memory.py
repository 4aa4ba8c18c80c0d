"""The catalogue in memory: for measuring and for tests, where no database is wanted."""

from collections.abc import Sequence
from datetime import datetime

from anlan.kernel.base.clock import now
from anlan.kernel.sensing.ports import ROLLUP, CatalogueConflictError, FileEntry


class MemoryCatalogue:
    """The port `Catalogue`. A question sees one state: every change replaces it whole."""

    def __init__(self, entries: Sequence[FileEntry] = ()) -> None:
        self._state: tuple[dict[str, FileEntry], dict[str, datetime]] = (
            {entry.path: entry for entry in entries},
            {},
        )

    def last_sequence(self, epoch: str) -> int:
        """Return the last sequence that any file of the epoch covers, or 0."""
        rows, _ = self._state
        return max((entry.seq_last for entry in rows.values() if entry.epoch == epoch), default=0)

    def find(
        self, low: int, high: int, from_ms: int, to_ms: int, *, rollups: bool = False
    ) -> list[FileEntry]:
        """Return live files of real readings that may hold these numbers and times."""
        return [
            entry
            for entry in self.live()
            if entry.exercise_id is None
            and (rollups or entry.level != ROLLUP)
            and entry.number_lo <= high
            and entry.number_hi >= low
            and entry.t_lo_ms < to_ms
            and entry.t_hi_ms >= from_ms
        ]

    def live(self) -> list[FileEntry]:
        """Return every live file."""
        rows, dead = self._state
        return [entry for path, entry in rows.items() if path not in dead]

    def known(self) -> frozenset[str]:
        """Return the paths of all files, live or dead."""
        return frozenset(self._state[0])

    def register(self, entries: Sequence[FileEntry]) -> None:
        """Add files; a path that is there keeps its entry."""
        rows, dead = self._state
        self._state = {entry.path: entry for entry in entries} | rows, dead

    def swap(self, dead: Sequence[str], born: Sequence[FileEntry]) -> None:
        """Let paths die and files be born."""
        rows, was_dead = self._state
        if any(path in was_dead or path not in rows for path in dead):
            raise CatalogueConflictError(f"{len(dead)} files should die, not all of them live")
        self._state = (
            rows | {entry.path: entry for entry in born},
            was_dead | dict.fromkeys(dead, now()),
        )

    def dead_before(self, moment: datetime) -> list[str]:
        """Return the paths of files that died before a moment."""
        return [path for path, died in self._state[1].items() if died < moment]

    def forget(self, paths: Sequence[str]) -> None:
        """Drop dead files."""
        rows, dead = self._state
        gone = set(paths) & set(dead)
        self._state = (
            {path: entry for path, entry in rows.items() if path not in gone},
            {path: died for path, died in dead.items() if path not in gone},
        )
