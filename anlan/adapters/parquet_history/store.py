"""The port `ObservationStore` over Parquet files and the recorder's tail."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from anlan.adapters.parquet_history.buckets import Grid, summarise, summarise_hours
from anlan.adapters.parquet_history.gather import Gathered, gather, look, numbers_of
from anlan.adapters.parquet_history.reading import FileReader, Question
from anlan.adapters.parquet_history.rolled import read_hours
from anlan.adapters.parquet_history.rows import Answers, Rows, answers
from anlan.adapters.parquet_history.tail import TailSource
from anlan.kernel.base import clock
from anlan.kernel.sensing.ports import Buckets, Catalogue, Newest, Raw, Reading

DAY_MS = 86_400_000
#: How far `last` looks back, step by step; a datastream silent for longer has no newest reading.
BACK_MS = (600_000, DAY_MS, 31 * DAY_MS)
#: Times lie at most 10 s ahead of arrival; the rest is for machines whose clocks differ.
AHEAD_MS = 3_600_000


class ParquetHistory:
    """History as the catalogue names it. Without a tail source, files are all there is."""

    def __init__(
        self,
        *,
        folder: Path,
        catalogue: Catalogue,
        tail: TailSource | None = None,
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        self._catalogue, self._tail, self._now_ms = catalogue, tail, now_ms
        self._reader = FileReader(folder)

    def raw(
        self, number: int, from_ms: int, to_ms: int, limit: int, known_by_ms: int | None = None
    ) -> Raw:
        """Return at most `limit` readings, the earliest; as they were known at `known_by_ms`."""
        view = look(self._catalogue, self._tail, Question((number,), from_ms, to_ms))
        found: list[Answers] = []
        unreadable: set[str] = set()
        start, width = from_ms, DAY_MS
        # readings may be dense: the first days often suffice, so the span is read as it grows
        while start < to_ms and sum(len(one.rows) for one in found) <= limit:
            end = min(to_ms, start + width)
            got = gather(self._reader, view, Question((number,), start, end))
            found.append(answers(_known_by(got.rows, known_by_ms)))
            unreadable |= set(got.unreadable)
            start, width = end, width * 2
        rows = Rows.together([one.rows for one in found])
        corrected = np.concatenate([one.corrected for one in found] or [np.empty(0, bool)])
        return Raw(
            times_ms=rows.times_ms[:limit],
            values=rows.values[:limit],
            quality=rows.quality[:limit],
            corrected=corrected[:limit],
            lag_s=rows.lag_s[:limit],
            truncated=len(rows) > limit,
            tail_missing=view.tail_missing,
            unreadable=tuple(sorted(unreadable)),
        )

    def buckets(self, number: int, from_ms: int, to_ms: int, points: int) -> Buckets:
        """Return the span in at most `points` buckets of equal width."""
        grid = Grid.over(from_ms, to_ms, points)
        question = Question((number,), from_ms, to_ms)
        view = look(self._catalogue, self._tail, question, rollups=grid.is_hourly)
        if grid.is_hourly:
            read = read_hours(self._reader, view, number, from_ms, to_ms)
            made, unreadable = summarise_hours(grid, read.hours), read.unreadable
        else:
            got = gather(self._reader, view, question)
            made, unreadable = summarise(grid, answers(got.rows).rows), frozenset(got.unreadable)
        return Buckets(
            starts_ms=grid.starts_ms(),
            width_ms=grid.width_ms,
            minimum=made.minimum,
            maximum=made.maximum,
            mean=made.mean,
            first=made.first,
            last=made.last,
            count=made.count,
            refused=made.refused,
            tail_missing=view.tail_missing,
            unreadable=tuple(sorted(unreadable)),
        )

    def last(self, numbers: Sequence[int]) -> Newest:
        """Return the newest reading of each datastream that has one in the last 31 days."""
        missing = numbers_of(numbers)
        if not missing:
            return Newest()
        now = self._now_ms()
        end = now + AHEAD_MS
        view = look(self._catalogue, self._tail, Question(missing, now - BACK_MS[-1], end))
        readings: dict[int, Reading] = {}
        unreadable: set[str] = set()
        for back in BACK_MS:
            question = Question(missing, now - back, end, newest_only=True)
            got = gather(self._reader, view, question)
            readings |= _newest(got)
            unreadable |= set(got.unreadable)
            missing = tuple(number for number in missing if number not in readings)
            if not missing:
                break
        return Newest(
            readings=readings,
            tail_missing=view.tail_missing,
            unreadable=tuple(sorted(unreadable)),
        )


def _known_by(rows: Rows, moment_ms: int | None) -> Rows:
    """Keep what had arrived by a moment, to the whole second that `lag_s` keeps (14)."""
    if moment_ms is None:
        return rows
    return rows.take(rows.times_ms + rows.lag_s.astype(np.int64) * 1000 <= moment_ms)


def _newest(got: Gathered) -> dict[int, Reading]:
    rows = answers(got.rows).rows
    new = np.flatnonzero(np.diff(rows.numbers, prepend=-1))
    ends = np.append(new[1:], len(rows)) - 1 if len(rows) else new
    return {
        int(rows.numbers[end]): Reading(
            int(rows.times_ms[end]), float(rows.values[end]), int(rows.quality[end])
        )
        for end in ends
    }
