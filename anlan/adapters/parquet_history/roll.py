"""Make rollups: a day from its parts, several days from their rollups; swapped in one transaction.

A rollup never replaces readings. It can be made again from them, while they are kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.chunks import Chunks, whole_groups
from anlan.adapters.parquet_history.compact import (
    FILE_ROWS_MAX,
    MEMORY,
    SPILL,
    CompactionError,
    bring_all,
)
from anlan.adapters.parquet_history.coverage import (
    HOURS_A_DAY,
    OFFSET_HOURS,
    coverage_of,
    span_of_days,
)
from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.adapters.parquet_history.hours import Hours, hours_of, new_hours
from anlan.adapters.parquet_history.reading import locked_duckdb, rows_of_arrow
from anlan.adapters.parquet_history.rolling import Merge, Roll
from anlan.adapters.parquet_history.rollup_file import (
    SELECT_SQL,
    encode_hours,
    hours_of_arrow,
)
from anlan.adapters.parquet_history.rows import Rows, answers, without_repeats
from anlan.adapters.parquet_history.schema import ROWS_SQL, About
from anlan.adapters.parquet_history.segments import rollup_path, write_content
from anlan.adapters.parquet_history.tiers import day_name
from anlan.kernel.sensing.ports import ROLLUP, Catalogue, FileEntry
from anlan.kernel.sensing.resolutions import Resolutions

_READINGS = f"SELECT {ROWS_SQL} FROM read_parquet($files) "  # noqa: S608 - a constant of ours
_SORTED = _READINGS + "ORDER BY number, time_ms, sequence, place"
_MERGED = f"""
    WITH speaks AS (SELECT unnest($speakers) AS file, unnest($days) AS day)
    SELECT {SELECT_SQL} FROM read_parquet($files, filename = true) JOIN speaks
      ON filename = file AND (hours + {OFFSET_HOURS}) // {HOURS_A_DAY} = day
    ORDER BY numbers, hours
"""  # noqa: S608
READ_ROWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Roller:
    """Whoever makes rollups, in the process that compacts."""

    node: str
    folder: Path
    catalogue: Catalogue
    resolutions: Resolutions = field(default_factory=Resolutions)
    disk: Disk = field(default_factory=LocalDisk)
    file_rows: int = FILE_ROWS_MAX
    read_rows: int = READ_ROWS
    memory: str = MEMORY

    def roll(self, job: Roll) -> list[FileEntry]:
        """Roll up a day and swap the catalogue's rows; return the files born.

        Raises CompactionError, CatalogueConflictError, CatalogueAwayError, OSError.
        """
        # one part lies in the order of its files already, and need not be sorted
        is_sorted = len({one.seq_last for one in job.inputs}) == 1
        inputs = sorted(job.inputs, key=lambda one: (one.number_lo, one.t_lo_ms))

        def hours(database: duckdb.DuckDBPyConnection) -> Iterator[Hours]:
            asked = {"files": self._paths(inputs)}
            batches = database.sql(_READINGS if is_sorted else _SORTED, params=asked)
            pieces = map(rows_of_arrow, batches.to_arrow_reader(self.read_rows))
            for rows in whole_groups(_in_order(pieces), Rows.together, new_hours):
                yield hours_of(answers(without_repeats(rows)).rows, self.resolutions)

        return self._make(job.inputs, (job.day, job.day), hours, dead=job.old)

    def merge(self, job: Merge) -> list[FileEntry]:
        """Put rollups together; raises as `roll` does."""
        coverage = coverage_of(job.inputs)
        all_days = np.arange(job.days[0], job.days[1] + 1)
        days = {one: all_days[coverage.speaks(one, all_days)] for one in coverage.rollups}
        asked = {
            "files": self._paths(coverage.rollups),
            "speakers": [path for one in days for path in self._paths([one]) * len(days[one])],
            "days": np.concatenate([*days.values()]).tolist(),
        }

        def hours(database: duckdb.DuckDBPyConnection) -> Iterator[Hours]:
            batches = database.sql(_MERGED, params=asked).to_arrow_reader(self.read_rows)
            yield from map(hours_of_arrow, batches)

        return self._make(job.inputs, job.days, hours, dead=job.inputs)

    def _paths(self, entries: Sequence[FileEntry]) -> list[str]:
        return bring_all(self.disk, self.folder, entries)

    def _make(
        self,
        inputs: Sequence[FileEntry],
        days: tuple[int, int],
        hours: Callable[[duckdb.DuckDBPyConnection], Iterator[Hours]],
        *,
        dead: Sequence[FileEntry],
    ) -> list[FileEntry]:
        about = self._about(inputs, days)
        names = "-".join(day_name(day) for day in days)
        born: list[FileEntry] = []
        try:
            with locked_duckdb(self.folder.resolve(), memory=self.memory, spill=SPILL) as database:
                chunks = Chunks(hours(database), new_hour)
                while chunks.more():
                    path = rollup_path(names, about.epoch, about.first, about.last, len(born))
                    content = encode_hours(chunks.until(self.file_rows), about, self.resolutions)
                    born.append(write_content(self.disk, self.folder, path, content))
        except duckdb.Error as error:
            raise CompactionError(str(error)) from error
        self.catalogue.swap([entry.path for entry in dead], born)
        return born

    def _about(self, inputs: Sequence[FileEntry], days: tuple[int, int]) -> About:
        shards = {entry.shard for entry in inputs}
        return About(
            node=self.node,
            epoch=inputs[0].epoch,
            shard=shards.pop() if len(shards) == 1 else None,
            first=min(entry.seq_first for entry in inputs),
            last=max(entry.seq_last for entry in inputs),
            level=ROLLUP,
            inputs=tuple(entry.path for entry in inputs),
            span=span_of_days(*days),
        )


def new_hour(hours: Hours) -> NDArray[np.bool_]:
    """Tell where a group begins that must stay in one file: each row is one."""
    return np.ones(len(hours), bool)


def _in_order(pieces: Iterator[Rows]) -> Iterator[Rows]:
    """Pass on what comes by identity. Raises CompactionError where it does not."""
    before: tuple[int, int] | None = None
    for rows in pieces:
        steps = np.diff(rows.numbers)
        back = (steps < 0) | ((steps == 0) & (np.diff(rows.times_ms) < 0))
        first = (int(rows.numbers[0]), int(rows.times_ms[0]))
        if back.any() or (before is not None and first < before):
            raise CompactionError("a day's part does not lie in the order of identity")
        before = (int(rows.numbers[-1]), int(rows.times_ms[-1]))
        yield rows
