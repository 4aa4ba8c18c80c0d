"""What the recorder holds: rows not yet in a file, files not yet in the catalogue, its position.

The position is the file's name: on restart recording goes on behind the last sequence on disk,
so that no acknowledgement, redelivery or duplicate window is needed (7.2, 7.4).
"""

import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.adapters.parquet_history.rows import Rows, by_identity, said_once
from anlan.adapters.parquet_history.schema import About, NotOurFileError
from anlan.adapters.parquet_history.segments import (
    DAYS,
    SEGMENTS,
    entry_of_file,
    files_in,
    range_of,
    segment_path,
    unfinished_in,
    write_file,
)
from anlan.adapters.parquet_history.tail import Tail
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.sensing.batch import Batch
from anlan.kernel.sensing.ports import SEGMENT, Catalogue, FileEntry

log = logging.getLogger(__name__)

#: Rows in files that the catalogue does not know yet are answered from memory, so many of them.
HELD_ROWS_MAX = 2_000_000


class UncertainFlushError(RuntimeError):
    """The file has its name, but perhaps not durably; a restart looks at the disk afresh."""


@dataclass(frozen=True, slots=True)
class _Message:
    sequence: int
    shard: int
    batch: Batch


@dataclass(frozen=True, slots=True)
class _Held:
    """A file without a catalogue row; with its rows while they fit into memory."""

    entry: FileEntry
    rows: Rows | None


class HistoryWriter:
    """Collects readings and writes them as segments. Safe to ask for the tail from any thread.

    Readings of an exercise never share a file or an epoch with real ones (7.11): their epoch is
    derived from that of READINGS and the exercise.
    """

    def __init__(
        self, *, node: str, epoch: str, folder: Path, catalogue: Catalogue, disk: Disk | None = None
    ) -> None:
        self._node, self._epoch, self._folder = node, epoch, folder
        self._catalogue = catalogue
        self._disk = disk or LocalDisk()
        self._lock = Lock()
        self._open: list[_Message] = []
        self._writing: list[_Message] = []
        self._held: deque[_Held] = deque()
        self._found: list[str] = []
        self._floors: dict[str, int] = defaultdict(int)
        self._seen = 0
        self._waiting = 0
        self._again: int | None = None
        self.position = 0
        self.repeats = 0

    def start(self) -> int:
        """Look at what is on disk; return the sequence behind which to go on.

        Unfinished files of a crash are swept, files found are remembered for the catalogue.
        """
        self._disk.make_folder(self._folder / SEGMENTS)
        for left_over in unfinished_in(self._folder):
            self._disk.unlink(left_over)
        self._found = files_in(self._disk, self._folder, SEGMENTS)
        for path in (*self._found, *files_in(self._disk, self._folder, DAYS)):
            found = range_of(Path(path).name)
            if found is not None:
                self._floors[found.epoch] = max(self._floors[found.epoch], found.last)
        # a name that a dying process gave may not be durable yet
        self._disk.sync_folder(self._folder / SEGMENTS)
        self.position = self._seen = self._floors[self._epoch]
        return self.position

    @property
    def waiting_rows(self) -> int:
        """Return how many rows are only in memory."""
        return self._waiting

    def add(self, sequence: int, shard: int, batch: Batch) -> None:
        """Take the readings of one message; one that was seen before is passed over."""
        if sequence <= self._seen:
            return
        # what a message costs stands here; what a reading costs, in a flush
        with self._lock:
            if len(batch) and sequence > self._floors[self._file_epoch(batch.exercise_id)]:
                self._open.append(_Message(sequence, shard, batch))
                self._waiting += len(batch)
            self._seen = sequence

    def pass_over(self, sequence: int) -> None:
        """Take note of a message without readings."""
        with self._lock:
            self._seen = max(self._seen, sequence)

    def _file_epoch(self, exercise_id: str | None) -> str:
        if exercise_id is None:
            return self._epoch
        return derived_ulid(0, self._epoch, exercise_id)

    def flush(self) -> int:
        """Write what has come as one file (and one for each exercise); return the rows written.

        Raises OSError when the disk does not take it: everything is kept for the next try.
        Raises FileTakenError, or UncertainFlushError, after which only a restart is safe.
        """
        # what failed is tried again as the same file: a bucket may have taken it all the same
        written = 0 if self._again is None else self._write_up_to(self._again)
        return written + self._write_up_to(self._seen)

    def _write_up_to(self, last: int) -> int:
        with self._lock:
            self._writing = [one for one in self._open if one.sequence <= last]
            self._open = [one for one in self._open if one.sequence > last]
            self._again = last
        written = 0
        try:
            # real readings last: their file moves the position behind which a restart goes on
            drills = {one.batch.exercise_id for one in self._writing}
            lanes = sorted(drills, key=lambda one: (not one, one))
            for exercise_id in lanes:
                written += self._write_lane(exercise_id, last)
        finally:
            with self._lock:
                self._open, self._writing = self._writing + self._open, []
        self.position, self._again = last, None
        return written

    def _write_lane(self, exercise_id: str | None, last: int) -> int:
        lane = [one for one in self._writing if one.batch.exercise_id == exercise_id]
        rows = _rows_of(lane)
        kept = said_once(rows)
        shards = {message.shard for message in lane}
        epoch = self._file_epoch(exercise_id)
        about = About(
            node=self._node,
            epoch=epoch,
            shard=shards.pop() if len(shards) == 1 else None,
            first=self._floors[epoch] + 1,
            last=last,
            level=SEGMENT,
            exercise_id=exercise_id,
        )
        path = segment_path(epoch, about.first, last)
        try:
            entry = write_file(self._disk, self._folder, path, iter([kept]), about)
        except OSError as error:
            if self._disk.has(self._folder / path):
                raise UncertainFlushError(f"{path}: {error}") from error
            raise
        with self._lock:
            self._floors[epoch] = last
            self._writing = [m for m in self._writing if m.batch.exercise_id != exercise_id]
            self._waiting -= len(rows)
            self._held.append(_Held(entry, kept if exercise_id is None else None))
            self._forget_rows_beyond_memory()
            self.repeats += len(rows) - len(kept)
        return len(kept)

    def register(self) -> None:
        """Bring the catalogue up to date. Raises CatalogueAwayError; then nothing is lost."""
        if self._found:
            known = self._catalogue.known()
            missing = [path for path in self._found if path not in known]
            self._catalogue.register(self._entries(missing))
            self._found = []
        with self._lock:
            held = list(self._held)
        if not held:
            return
        self._catalogue.register([one.entry for one in held])
        with self._lock:
            for _ in held:
                self._held.popleft()

    def _entries(self, paths: Sequence[str]) -> list[FileEntry]:
        """Read files found without a row; one that cannot be read is told and left out."""
        entries = []
        for path in paths:
            try:
                entries.append(entry_of_file(self._disk, self._folder, path))
            except NotOurFileError:
                log.exception("history file found but not readable: %s", path)
        return entries

    def tail(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail:
        """Return the real rows of some datastreams that no registered file has."""
        with self._lock:
            first = self._floors[self._epoch] + 1
            messages = [m for m in (*self._writing, *self._open) if m.batch.exercise_id is None]
            parts = []
            for held in reversed(self._held):
                if held.entry.exercise_id is None:
                    if held.rows is None:
                        break
                    parts.append(held.rows)
                    first = held.entry.seq_first
            last = self._seen
        if messages:
            parts.append(_rows_of(messages))
        wanted = np.array(numbers, np.int32)
        rows = Rows.together([_chosen(part, wanted, from_ms, to_ms) for part in parts])
        return Tail(epoch=self._epoch, first=first, last=last, rows=by_identity(rows))

    def _forget_rows_beyond_memory(self) -> None:
        """Let the oldest files without a row be answered by nobody rather than fill the memory."""
        total = 0
        for place in range(len(self._held) - 1, -1, -1):
            held = self._held[place]
            total += len(held.rows) if held.rows is not None else 0
            if total > HELD_ROWS_MAX:
                self._held[place] = _Held(held.entry, None)


def _rows_of(messages: Sequence[_Message]) -> Rows:
    return Rows.of_messages([one.sequence for one in messages], [one.batch for one in messages])


def _chosen(rows: Rows, numbers: NDArray[np.int32], from_ms: int, to_ms: int) -> Rows:
    inside = np.isin(rows.numbers, numbers)
    inside &= (rows.times_ms >= from_ms) & (rows.times_ms < to_ms)
    return rows.take(inside)
