"""Which rollup speaks for which day, and which files hold what no rollup has.

A rollup of an epoch up to sequence S has every reading of its days that arrived up to S. A file
whose sequences all lie below that is covered; every other is fresh, and the hours in which it has
readings are read one by one. So nothing here needs rollups and files to be of the same moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.tiers import DAY_MS, OFFSET_MS, day_of
from anlan.kernel.sensing.ports import ROLLUP, FileEntry

HOURS_A_DAY = 24
OFFSET_HOURS = OFFSET_MS // 3_600_000
NOBODY = -1


def day_of_hours(hours: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the number of the bureau's day that each hour lies in."""
    return (hours.astype(np.int64) + OFFSET_HOURS) // HOURS_A_DAY


@dataclass(frozen=True, slots=True)
class Rollup:
    """One making of a rollup: files that differ only in their datastreams."""

    epoch: str
    seq_last: int
    t_lo_ms: int
    t_hi_ms: int

    @classmethod
    def of(cls, entry: FileEntry) -> "Rollup":
        """Return which making a file belongs to."""
        return cls(entry.epoch, entry.seq_last, entry.t_lo_ms, entry.t_hi_ms)

    @property
    def days(self) -> slice:
        """Return the days it speaks for."""
        return slice(day_of(self.t_lo_ms), day_of(self.t_hi_ms) + 1)


@dataclass(frozen=True, slots=True)
class _Speakers:
    """For each day from `first` on: who speaks for it in one epoch, and up to which sequence."""

    first: int
    who: NDArray[np.int64]
    up_to: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The files of one look, divided."""

    rollups: tuple[FileEntry, ...]
    covered: tuple[FileEntry, ...]
    fresh: tuple[FileEntry, ...]
    _makings: tuple[Rollup, ...]
    _by_epoch: dict[str, _Speakers]

    def speaks(self, rollup: FileEntry, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for which days a rollup is the one that speaks."""
        found = self._by_epoch[rollup.epoch]
        inside = (days >= found.first) & (days < found.first + len(found.who))
        place = np.where(inside, days - found.first, 0)
        mine = found.who[place] == self._makings.index(Rollup.of(rollup))
        spoken: NDArray[np.bool_] = inside & mine
        return spoken


def coverage_of(entries: Sequence[FileEntry]) -> Coverage:
    """Divide files of real readings into rollups, what they cover, and the rest."""
    rollups = [entry for entry in entries if entry.level == ROLLUP]
    files = [entry for entry in entries if entry.level != ROLLUP]
    makings = sorted({Rollup.of(entry) for entry in rollups}, key=lambda one: one.seq_last)
    by_epoch: dict[str, list[int]] = defaultdict(list)
    for place, making in enumerate(makings):
        by_epoch[making.epoch].append(place)
    speakers = {epoch: _speakers(makings, places) for epoch, places in by_epoch.items()}
    covered: list[FileEntry] = []
    fresh: list[FileEntry] = []
    for file in files:
        (covered if _is_covered(file, speakers) else fresh).append(file)
    heard = {making for one in speakers.values() for making in one.who.tolist()}
    return Coverage(
        rollups=tuple(one for one in rollups if makings.index(Rollup.of(one)) in heard),
        covered=tuple(covered),
        fresh=tuple(fresh),
        _makings=tuple(makings),
        _by_epoch=speakers,
    )


def _speakers(makings: Sequence[Rollup], places: Iterable[int]) -> _Speakers:
    """Let the making that knows most speak for each day; `places` come by growing sequence."""
    chosen = list(places)
    first = min(makings[place].days.start for place in chosen)
    end = max(makings[place].days.stop for place in chosen)
    who = np.full(end - first, NOBODY)
    up_to = np.zeros(end - first, np.int64)
    for place in chosen:
        days = makings[place].days
        who[days.start - first : days.stop - first] = place
        up_to[days.start - first : days.stop - first] = makings[place].seq_last
    return _Speakers(first, who, up_to)


def _is_covered(file: FileEntry, speakers: dict[str, _Speakers]) -> bool:
    found = speakers.get(file.epoch)
    if found is None:
        return False
    low, high = day_of(file.t_lo_ms) - found.first, day_of(file.t_hi_ms) - found.first
    if low < 0 or high >= len(found.who):
        return False
    days = slice(low, high + 1)
    return bool((found.who[days] != NOBODY).all() and (found.up_to[days] >= file.seq_last).all())


def span_of_days(first: int, last: int) -> tuple[int, int]:
    """Return the first and last millisecond of some of the bureau's days."""
    return first * DAY_MS - OFFSET_MS, (last + 1) * DAY_MS - OFFSET_MS - 1
