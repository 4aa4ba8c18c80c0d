"""When files are worth putting together: many small ones cost queries, big ones cost rewriting."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anlan.kernel.base.clock import SHANGHAI, from_ms
from anlan.kernel.sensing.ports import DAY, SEGMENT, FileEntry

DAY_MS = 86_400_000
#: A day of history is a day of the bureau's calendar; China has one offset and no summer time.
OFFSET_MS = 28_800_000

#: 60 flushes of 10 s: a curve of the last hours opens some dozens of files, not thousands.
SEGMENTS_MOST = 60
SEGMENTS_AT_ONCE = 400
PARTS_MOST = 8
#: A part joins those behind it when it is at most so many times as large as they together.
ALIKE = 2
#: After a day is over and late readings have come in, it becomes one part; crumbs stay crumbs.
SETTLED_MS = 6 * 3_600_000
WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class Job:
    """Files of one epoch to be replaced by others that hold the same rows."""

    inputs: tuple[FileEntry, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one compaction made of one day: files with one range of sequences."""

    files: tuple[FileEntry, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def day_of(t_ms: int) -> int:
    """Return the number of the bureau's day that a moment lies in."""
    return (t_ms + OFFSET_MS) // DAY_MS


def day_name(day: int) -> str:
    """Return a day as `20260801`."""
    return from_ms(day * DAY_MS - OFFSET_MS).astimezone(SHANGHAI).strftime("%Y%m%d")


def due(live: Iterable[FileEntry], now_ms: int) -> list[Job]:
    """Return what should be put together now."""
    segments: dict[str, list[FileEntry]] = defaultdict(list)
    days: dict[tuple[str, int], list[FileEntry]] = defaultdict(list)
    for entry in live:
        if entry.level == SEGMENT:
            segments[entry.epoch].append(entry)
        elif entry.level == DAY:
            days[entry.epoch, day_of(entry.t_lo_ms)].append(entry)
    jobs = [
        # always the oldest without a hole: behind a day's part only later sequences may come
        Job(tuple(sorted(found, key=lambda one: one.seq_first)[:SEGMENTS_AT_ONCE]))
        for found in segments.values()
        if len(found) >= SEGMENTS_MOST
    ]
    for (_, day), found in days.items():
        chosen = _chosen(_parts(found), now_ms - (day + 1) * DAY_MS + OFFSET_MS)
        if len(chosen) > 1:
            jobs.append(Job(tuple(file for part in chosen for file in part.files)))
    return jobs


def _parts(files: Iterable[FileEntry]) -> list[_Part]:
    by_range: dict[tuple[int, int], list[FileEntry]] = defaultdict(list)
    for file in files:
        by_range[file.seq_first, file.seq_last].append(file)
    return [_Part(tuple(found)) for _, found in sorted(by_range.items())]


def _chosen(parts: Sequence[_Part], over_ms: int) -> Sequence[_Part]:
    """Choose neighbours, the newest among them: what arrived later must stay behind."""
    sizes = [part.rows for part in parts]
    if over_ms > SETTLED_MS and sizes and max(sizes) < WHOLE * sum(sizes):
        return parts
    if len(parts) < PARTS_MOST:
        return ()
    first, behind = len(parts) - 2, sum(sizes[-2:])
    while first > 0 and sizes[first - 1] <= ALIKE * behind:
        first -= 1
        behind += sizes[first]
    return parts[first:]
