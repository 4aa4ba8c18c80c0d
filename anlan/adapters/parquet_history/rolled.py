"""A long span hour by hour: rollups where they speak, readings where they do not.

Read one by one are: hours that the span cuts, hours in which something arrived that the rollup
does not have (a late reading, a correction, the tail), and hours of which two epochs speak.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.buckets import WINDOW_MS
from anlan.adapters.parquet_history.coverage import (
    Coverage,
    Rollup,
    coverage_of,
    day_of_hours,
)
from anlan.adapters.parquet_history.gather import View, gather
from anlan.adapters.parquet_history.hours import HOUR_MS, Hours, hours_of
from anlan.adapters.parquet_history.reading import FileReader, Question
from anlan.adapters.parquet_history.rows import Rows, answers, known_by
from anlan.kernel.sensing.ports import ROLLUP, FileEntry


@dataclass(frozen=True, slots=True)
class HoursRead:
    """Every hour of a span that has a reading, in order; and the files that could not be read."""

    hours: Hours
    unreadable: frozenset[str]


def read_hours_known_by(
    reader: FileReader, view: View, number: int, span: tuple[int, int], known_by_ms: int
) -> HoursRead:
    """Return the hours as they were known at a moment; a rollup does not know when it knew."""
    parts: list[Hours] = []
    unreadable: set[str] = set()
    for start, end in _windows(*span):
        got = gather(reader, view, Question((number,), start, end))
        parts.append(_summed(known_by(got.rows, known_by_ms)))
        unreadable |= set(got.unreadable)
    return HoursRead(Hours.together(parts), frozenset(unreadable))


def read_hours(reader: FileReader, view: View, number: int, from_ms: int, to_ms: int) -> HoursRead:
    """Return the hours of one datastream in [from, to)."""
    coverage, rolled, unreadable = _rolled(reader, view.entries, number, from_ms, to_ms)
    unsure = _cut_by_span(rolled, from_ms, to_ms) | _said_twice(rolled)
    fresh_view = replace(view, entries=coverage.fresh)
    covered_view = replace(view, entries=coverage.covered, tail=None)
    parts: list[Hours] = []
    for start, end in _windows(from_ms, to_ms):
        fresh = got = gather(reader, fresh_view, Question((number,), start, end))
        unreadable |= frozenset(got.unreadable)
        late = _hours_in(got.rows)
        here = (rolled.hours >= start // HOUR_MS) & (rolled.hours < -(-end // HOUR_MS))
        unsure |= here & np.isin(rolled.hours, late)
        again = np.unique(rolled.hours[here & unsure])
        parts.append(_summed(got.rows, ~np.isin(got.rows.times_ms // HOUR_MS, again)))
        if len(again):
            asked = Question((number,), start, end, hours=tuple(again.tolist()))
            got = gather(reader, covered_view, asked, fresh.by_epoch)
            unreadable |= frozenset(got.unreadable)
            parts.append(_summed(got.rows))
    hours = Hours.together([rolled.take(~unsure), *parts])
    return HoursRead(hours.take(np.argsort(hours.hours, kind="stable")), unreadable)


def _rolled(
    reader: FileReader, entries: Sequence[FileEntry], number: int, from_ms: int, to_ms: int
) -> tuple[Coverage, Hours, frozenset[str]]:
    """Return what the rollup that speaks for its day says of each hour, in each epoch.

    A damaged rollup is named and speaks for nothing, so that readings answer in its place.
    """
    coverage = coverage_of(entries)
    read = reader.hours(coverage.rollups, number, from_ms // HOUR_MS, -(-to_ms // HOUR_MS))
    if read.unreadable:
        mute = {Rollup.of(one) for one in coverage.rollups if one.path in read.unreadable}
        rest = [one for one in entries if one.level != ROLLUP or Rollup.of(one) not in mute]
        coverage, hours, others = _rolled(reader, rest, number, from_ms, to_ms)
        return coverage, hours, others | frozenset(read.unreadable)
    spoken = np.zeros(len(read.hours), bool)
    days = day_of_hours(read.hours.hours)
    for place, entry in enumerate(coverage.rollups):
        mine = read.files == place
        spoken[mine] = coverage.speaks(entry, days[mine])
    return coverage, read.hours.take(spoken), frozenset()


def _cut_by_span(hours: Hours, from_ms: int, to_ms: int) -> NDArray[np.bool_]:
    starts = hours.hours.astype(np.int64) * HOUR_MS
    return (starts < from_ms) | (starts + HOUR_MS > to_ms)


def _said_twice(hours: Hours) -> NDArray[np.bool_]:
    _, place, times = np.unique(hours.hours, return_inverse=True, return_counts=True)
    return times[place] > 1


def _windows(from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """Cut a span at whole hours into windows, so that no hour is in two of them."""
    start = from_ms
    while start < to_ms:
        end = min(to_ms, (start // HOUR_MS) * HOUR_MS + WINDOW_MS)
        yield start, end
        start = end


def _hours_in(rows: Rows) -> NDArray[np.int64]:
    return np.unique(rows.times_ms // HOUR_MS)


def _summed(rows: Rows, chosen: NDArray[np.bool_] | slice = slice(None)) -> Hours:
    return hours_of(answers(rows.take(chosen)).rows)
