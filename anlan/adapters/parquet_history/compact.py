"""Put files together: sorted by (datastream, time), cut by datastream, swapped in one transaction.

Readers go on with the old files; these die in the catalogue and are unlinked after a grace time.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from anlan.adapters.parquet_history.chunks import Chunks, whole_groups
from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.adapters.parquet_history.reading import locked_duckdb, rows_of_arrow
from anlan.adapters.parquet_history.rows import Rows, new_identities, without_repeats
from anlan.adapters.parquet_history.schema import ROW_GROUP, ROWS_SQL, SPAN_SQL, TIME_SQL, About
from anlan.adapters.parquet_history.segments import day_path, write_file
from anlan.adapters.parquet_history.tiers import DAY_MS, OFFSET_MS, Job, day_name
from anlan.kernel.sensing.ports import DAY, Catalogue, FileEntry
from anlan.kernel.sensing.resolutions import Resolutions

#: A question of one datastream opens the file that has it: what else lies in that is what it waits for.
FILE_ROWS_MAX = 3_000_000
GRACE = timedelta(minutes=15)
MEMORY = "1GB"
#: Where sorting goes on when memory is full; nobody else uses it.
SPILL = "spill"
#: A little less than a row group, so that what a boundary adds does not begin another one.
READ_ROWS = ROW_GROUP - 10_000

_DAYS = f"""
    SELECT DISTINCT ({TIME_SQL} + {OFFSET_MS}) // {DAY_MS} FROM read_parquet($files) ORDER BY 1
"""  # noqa: S608 - numbers of ours
_SORTED = f"""
    SELECT {ROWS_SQL} FROM read_parquet($files) WHERE {SPAN_SQL}
    ORDER BY number, time_ms, sequence, place
"""  # noqa: S608 - constants of ours


class CompactionError(OSError):
    """An input is lost or damaged (`anlan doctor` names it, a backup has it), or memory is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compactor:
    """The one process that changes what history consists of."""

    node: str
    folder: Path
    catalogue: Catalogue
    resolutions: Resolutions = field(default_factory=Resolutions)
    disk: Disk = field(default_factory=LocalDisk)
    file_rows: int = FILE_ROWS_MAX
    read_rows: int = READ_ROWS
    memory: str = MEMORY

    def compact(self, job: Job) -> list[FileEntry]:
        """Write a job's rows anew and swap the catalogue's rows; return the files born.

        Raises CatalogueConflictError, CatalogueAwayError, OSError: then the old files live on.
        """
        shutil.rmtree(self.folder / SPILL, ignore_errors=True)  # of one who was killed
        try:
            born = self._write(job)
        except duckdb.Error as error:
            raise CompactionError(str(error)) from error
        self.catalogue.swap([entry.path for entry in job.inputs], born)
        return born

    def _write(self, job: Job) -> list[FileEntry]:
        about = self._about(job)
        paths = bring_all(self.disk, self.folder, job.inputs)
        born: list[FileEntry] = []
        with locked_duckdb(self.folder.resolve(), memory=self.memory, spill=SPILL) as database:
            days = database.execute(_DAYS, {"files": paths}).fetchall()
            for (day,) in days:
                chunks = Chunks(
                    self._sorted(database, paths, int(day), about.first), new_identities
                )
                while chunks.more():
                    path = day_path(day_name(day), about.epoch, about.first, about.last, len(born))
                    parts = chunks.until(self.file_rows)
                    born.append(
                        write_file(self.disk, self.folder, path, parts, about, self.resolutions)
                    )
        return born

    def _about(self, job: Job) -> About:
        some = job.inputs[0]
        shards = {entry.shard for entry in job.inputs}
        return About(
            node=self.node,
            epoch=some.epoch,
            shard=some.shard if len(shards) == 1 else None,
            first=min(entry.seq_first for entry in job.inputs),
            last=max(entry.seq_last for entry in job.inputs),
            level=DAY,
            exercise_id=some.exercise_id,
            inputs=tuple(entry.path for entry in job.inputs),
        )

    def _sorted(
        self, database: duckdb.DuckDBPyConnection, paths: list[str], day: int, first: int
    ) -> Iterator[Rows]:
        """Read a day by identity, chunk by chunk, repeats dropped, no identity cut in two.

        The sequence of all rows becomes the first one that the file covers: it orders files, and
        `place` orders corrections, so that both cost nothing.
        """
        start = day * DAY_MS - OFFSET_MS
        asked = {"files": paths, "start": start, "end": start + DAY_MS}
        batches = database.sql(_SORTED, params=asked).to_arrow_reader(self.read_rows)
        pieces = (rows_of_arrow(batch) for batch in batches)
        for rows in whole_groups(pieces, Rows.together, new_identities):
            yield _ranked(rows, first)

    def retire(self, moment: datetime) -> int:
        """Unlink files that have been dead for the grace time; return how many."""
        paths = self.catalogue.dead_before(moment - GRACE)
        for path in paths:
            self.disk.unlink(self.folder / path)
        if paths:
            self.catalogue.forget(paths)
        return len(paths)


def bring_all(disk: Disk, folder: Path, entries: Sequence[FileEntry]) -> list[str]:
    """Return paths that DuckDB can open. Raises CompactionError where a file cannot be had."""
    for entry in entries:
        try:
            disk.bring(folder / entry.path, entry.sha256)
        except OSError as error:
            raise CompactionError(f"{entry.path}: {error}") from error
    return [str(folder.resolve() / entry.path) for entry in entries]


def _ranked(rows: Rows, first: int) -> Rows:
    kept = without_repeats(rows)
    starts = np.flatnonzero(new_identities(kept))
    places = np.arange(len(kept)) - np.repeat(starts, np.diff(np.append(starts, len(kept))))
    return replace(
        kept,
        sequences=np.full(len(kept), first, np.int64),
        places=places.astype(np.int32),
    )
