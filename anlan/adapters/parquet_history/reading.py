"""Read rows of files by DuckDB: only the files it is given, never a folder (7.17)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.adapters.parquet_history.hours import HOUR_MS, Hours
from anlan.adapters.parquet_history.rollup_file import SELECT_SQL, hours_of_arrow
from anlan.adapters.parquet_history.rows import Rows
from anlan.adapters.parquet_history.schema import ROWS_SQL, SPAN_SQL, TIME_SQL
from anlan.kernel.sensing.ports import FileEntry

log = logging.getLogger(__name__)

#: A query holds one thread of the web process; two share a core well (stack notes, part 2).
THREADS = 2
MEMORY = "512MB"

_ROWS = f"""
    SELECT {ROWS_SQL} FROM read_parquet($files)
    WHERE number IN (SELECT unnest($numbers)) AND number BETWEEN $low AND $high
      AND {SPAN_SQL}
"""  # noqa: S608 - constants of ours
_IN_HOURS = f" AND ({TIME_SQL}) // {HOUR_MS} IN (SELECT unnest($hours))"
_HOURS = f"""
    SELECT {SELECT_SQL}, list_position($files, filename) - 1 AS file
    FROM read_parquet($files, filename = true)
    WHERE numbers = $number AND hours >= $start AND hours < $end
"""  # noqa: S608 - columns of ours
_NEWEST = f"""
    WITH newest AS (
        SELECT number AS n, max({TIME_SQL}) AS t FROM read_parquet($files)
        WHERE number IN (SELECT unnest($numbers)) AND number BETWEEN $low AND $high
          AND {SPAN_SQL} GROUP BY number)
    SELECT {ROWS_SQL} FROM read_parquet($files) JOIN newest ON number = n AND {TIME_SQL} = t
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of one epoch in no particular order, and the files that could not be read."""

    rows: Rows
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are asked for; the span is half open, and of it perhaps only some hours."""

    numbers: tuple[int, ...]
    from_ms: int
    to_ms: int
    newest_only: bool = False
    hours: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ReadHours:
    """Hours of rollups, for each the place of its file, and the files that could not be read."""

    hours: Hours
    files: NDArray[np.int64]
    unreadable: tuple[str, ...] = ()


class FileReader:
    """One in-memory DuckDB that may look at nothing but the folder of history."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        # DuckDB compares real paths, past every symbolic link
        self._folder = folder.resolve()
        self._disk = disk or LocalDisk()
        self._duckdb = locked_duckdb(self._folder, memory=MEMORY)

    def _brought(self, entries: Sequence[FileEntry]) -> tuple[list[FileEntry], list[str]]:
        """Return the files that DuckDB can open now, and the paths of those that cannot be had."""
        here, away = [], []
        for entry in entries:
            try:
                self._disk.bring(self._folder / entry.path, entry.sha256)
            except OSError:
                log.exception("history file cannot be had: %s", entry.path)
                away.append(entry.path)
            else:
                here.append(entry)
        return here, away

    def rows(self, entries: Sequence[FileEntry], question: Question) -> Read:
        """Return what the files hold; a lost or damaged file costs its rows, not the answer."""
        here, unreadable = self._brought(entries)
        paths = [str(self._folder / entry.path) for entry in here]
        try:
            return Read(self._ask(paths, question), tuple(unreadable))
        except duckdb.Error as error:
            log.warning("history: reading file by file after %s", error)
        parts = []
        for entry, path in zip(here, paths, strict=True):
            try:
                parts.append(self._ask([path], question))
            except duckdb.Error:
                log.exception("history file not readable: %s", entry.path)
                unreadable.append(entry.path)
        return Read(Rows.together(parts), tuple(unreadable))

    def _ask(self, paths: Sequence[str], question: Question) -> Rows:
        if not paths:
            return Rows.together([])
        asked: dict[str, object] = {
            "files": list(paths),
            "numbers": list(question.numbers),
            "low": min(question.numbers),
            "high": max(question.numbers),
            "start": question.from_ms,
            "end": question.to_ms,
        }
        sql = _NEWEST if question.newest_only else _ROWS
        if question.hours is not None:
            sql += _IN_HOURS
            asked["hours"] = list(question.hours)
        # a cursor of its own: threads of the web process ask at the same time
        with self._duckdb.cursor() as cursor:
            table = cursor.sql(sql, params=asked).to_arrow_table()
        return rows_of_arrow(table)

    def hours(
        self, entries: Sequence[FileEntry], number: int, from_hour: int, to_hour: int
    ) -> ReadHours:
        """Return what rollups say of one datastream; a damaged one says nothing and is named."""
        here, unreadable = self._brought(entries)
        if not unreadable:
            try:
                return self._ask_hours(here, number, from_hour, to_hour)
            except duckdb.Error as error:
                log.warning("history: reading file by file after %s", error)
        readable = []
        for entry in here:
            try:
                self._ask_hours([entry], number, from_hour, to_hour)
            except duckdb.Error:
                log.exception("history file not readable: %s", entry.path)
                unreadable.append(entry.path)
            else:
                readable.append(entry)
        read = self._ask_hours(readable, number, from_hour, to_hour)
        places = np.array([entries.index(entry) for entry in readable], np.int64)
        return ReadHours(read.hours, places[read.files], tuple(unreadable))

    def _ask_hours(
        self, entries: Sequence[FileEntry], number: int, from_hour: int, to_hour: int
    ) -> ReadHours:
        if not entries:
            return ReadHours(Hours.together([]), np.empty(0, np.int64))
        asked = {
            "files": [str(self._folder / entry.path) for entry in entries],
            "number": number,
            "start": from_hour,
            "end": to_hour,
        }
        with self._duckdb.cursor() as cursor:
            table = cursor.sql(_HOURS, params=asked).to_arrow_table()
        return ReadHours(hours_of_arrow(table), table["file"].to_numpy().astype(np.int64))


def locked_duckdb(folder: Path, *, memory: str, spill: str = "") -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that fetches no extension and opens no file outside the folder.

    What does not fit into memory goes to the folder's `spill`; without one it is refused.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": THREADS,
            "memory_limit": memory,
        }
    )
    quoted = str(folder).replace("'", "''")
    connection.execute(f"SET temp_directory = '{quoted + '/' + spill if spill else ''}'")
    connection.execute(f"SET allowed_directories = ['{quoted}/']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def rows_of_arrow(table: object) -> Rows:
    """Return rows of the seven columns that the queries here select."""
    names = ("number", "time_ms", "value", "quality", "lag_s", "sequence", "place")
    columns = [np.ascontiguousarray(table[name].to_numpy()) for name in names]  # type: ignore[index]
    numbers, times, values, quality, lag_s, sequences, places = columns
    return Rows(
        numbers=numbers,
        times_ms=times,
        values=values,
        quality=quality,
        lag_s=lag_s,
        sequences=sequences,
        places=places,
    )
