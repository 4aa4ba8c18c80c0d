"""The port `ObservationStore` over Parquet files and the recorder's tail."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from anlan.adapters.parquet_history.buckets import Grid, summarise, summarise_hours
from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.gather import Gathered, gather, look, numbers_of
from anlan.adapters.parquet_history.reading import FileReader, Question
from anlan.adapters.parquet_history.rolled import read_hours, read_hours_known_by
from anlan.adapters.parquet_history.rows import Answers, Rows, answers, known_by
from anlan.adapters.parquet_history.tail import TailSource
from anlan.kernel.base import clock
from anlan.kernel.sensing.ports import Buckets, Catalogue, Newest, Raw, Reading, Together

DAY_MS = 86_400_000
#: The first span of a question of many datastreams is at least so wide.
LEAST_MS = 600_000
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
        disk: Disk | None = None,
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        self._catalogue, self._tail, self._now_ms = catalogue, tail, now_ms
        self._reader = FileReader(folder, disk)

    def raw(
        self, number: int, from_ms: int, to_ms: int, limit: int, known_by_ms: int | None = None
    ) -> Raw:
        """Return at most `limit` readings, the earliest; as they were known at `known_by_ms`."""
        got = self.together((number,), from_ms, to_ms, limit, known_by_ms)
        return Raw(
            times_ms=got.times_ms,
            values=got.values,
            quality=got.quality,
            corrected=got.corrected,
            lag_s=got.lag_s,
            truncated=got.truncated,
            tail_missing=got.tail_missing,
            unreadable=got.unreadable,
        )

    def together(
        self,
        numbers: Sequence[int],
        from_ms: int,
        to_ms: int,
        limit: int,
        known_by_ms: int | None = None,
        after: tuple[int, int] | None = None,
    ) -> Together:
        """Return readings of some datastreams by time, then number, behind `after`."""
        wanted = numbers_of(numbers)
        begin = from_ms if after is None else max(from_ms, after[0])
        if not wanted or begin >= to_ms:
            return _together([], limit)
        view = look(self._catalogue, self._tail, Question(wanted, begin, to_ms))
        found: list[Answers] = []
        unreadable: set[str] = set()
        # readings may be dense: the first days often suffice, so the span is read as it grows
        start, width = begin, max(DAY_MS // len(wanted), LEAST_MS)
        while start < to_ms and sum(len(one.rows) for one in found) <= limit:
            end = min(to_ms, start + width)
            got = gather(self._reader, view, Question(wanted, start, end))
            said = answers(known_by(got.rows, known_by_ms))
            found.append(_by_time(said, after if start == begin else None))
            unreadable |= set(got.unreadable)
            start, width = end, width * 2
        return _together(
            found, limit, tail_missing=view.tail_missing, unreadable=tuple(sorted(unreadable))
        )

    def buckets(
        self, number: int, from_ms: int, to_ms: int, points: int, known_by_ms: int | None = None
    ) -> Buckets:
        """Return the span in at most `points` buckets of equal width."""
        grid = Grid.over(from_ms, to_ms, points)
        question = Question((number,), from_ms, to_ms)
        uses_rollups = grid.is_hourly and known_by_ms is None
        view = look(self._catalogue, self._tail, question, rollups=uses_rollups)
        if not grid.is_hourly:
            got = gather(self._reader, view, question)
            said = answers(known_by(got.rows, known_by_ms))
            made, unreadable = summarise(grid, said.rows), frozenset(got.unreadable)
        else:
            if known_by_ms is None:
                read = read_hours(self._reader, view, number, from_ms, to_ms)
            else:
                span = (from_ms, to_ms)
                read = read_hours_known_by(self._reader, view, number, span, known_by_ms)
            made, unreadable = summarise_hours(grid, read.hours), read.unreadable
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


def _by_time(said: Answers, after: tuple[int, int] | None) -> Answers:
    """Order by time, then number, and keep what lies behind a place in that order."""
    rows = said.rows
    order = np.lexsort((rows.numbers, rows.times_ms))
    if after is not None:
        times, numbers = rows.times_ms[order], rows.numbers[order]
        order = order[(times > after[0]) | ((times == after[0]) & (numbers > after[1]))]
    return Answers(rows.take(order), said.corrected[order])


def _together(
    found: Sequence[Answers],
    limit: int,
    *,
    tail_missing: bool = False,
    unreadable: tuple[str, ...] = (),
) -> Together:
    rows = Rows.together([one.rows for one in found])
    corrected = np.concatenate([one.corrected for one in found] or [np.empty(0, bool)])
    return Together(
        numbers=rows.numbers[:limit],
        times_ms=rows.times_ms[:limit],
        values=rows.values[:limit],
        quality=rows.quality[:limit],
        corrected=corrected[:limit],
        lag_s=rows.lag_s[:limit],
        truncated=len(rows) > limit,
        tail_missing=tail_missing,
        unreadable=unreadable,
    )


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
