"""When rollups are worth making: a day once it is over, and few files for a month of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from anlan.adapters.parquet_history.coverage import Rollup
from anlan.adapters.parquet_history.tiers import (
    DAY_MS,
    OFFSET_MS,
    PARTS_MOST,
    SETTLED_MS,
    WHOLE,
    day_name,
    day_of,
)
from anlan.kernel.sensing.ports import DAY, ROLLUP, FileEntry

#: Rollups of a month are put together when so many days lie beside one another.
ROLLUPS_MOST = 8
#: After a month is over and its last days have settled, it becomes one.
MONTH_SETTLED_MS = 3 * DAY_MS


@dataclass(frozen=True, slots=True)
class Roll:
    """One day of one epoch to be rolled up from the parts of that day; `old` is replaced."""

    day: int
    inputs: tuple[FileEntry, ...]
    old: tuple[FileEntry, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Rollups of one epoch and month to be put together, and for each the days it speaks for."""

    days: tuple[int, int]
    inputs: tuple[FileEntry, ...]


@dataclass(slots=True)
class _Month:
    """What one epoch has of one month: parts by day, rollups by making."""

    is_over: bool
    files: dict[int, list[FileEntry]] = field(default_factory=lambda: defaultdict(list))
    makings: dict[Rollup, list[FileEntry]] = field(default_factory=lambda: defaultdict(list))

    @property
    def days(self) -> tuple[int, int]:
        """Return the first and the last day that any rollup speaks for."""
        slices = [one.days for one in self.makings]
        return min(one.start for one in slices), max(one.stop for one in slices) - 1

    @property
    def wants_merging(self) -> bool:
        """Tell whether there are too many rollups, or the month is over and has no whole one."""
        if len(self.makings) < 2:
            return False
        first, last = self.days
        has_whole = any(one.days == slice(first, last + 1) for one in self.makings)
        return len(self.makings) >= ROLLUPS_MOST or (self.is_over and not has_whole)

    def known(self, day: int) -> int:
        """Return up to which sequence rollups know a day; 0 where none does."""
        knowing = [one for one in self.makings if one.days.start <= day < one.days.stop]
        return max((one.seq_last for one in knowing), default=0)

    def fresh(self, day: int) -> list[FileEntry]:
        """Return the parts of a day that no rollup knows."""
        known = self.known(day)
        return [file for file in self.files[day] if file.seq_last > known]

    def roll(self, day: int) -> Roll:
        """Roll up a day to its last part, or for the first time only to the one that matters."""
        parts = self.files[day]
        until = max(parts, key=lambda one: one.rows).seq_last
        if until <= self.known(day) or _rows(
            p for p in parts if p.seq_last <= until
        ) < WHOLE * _rows(parts):
            until = max(one.seq_last for one in parts)
        of_this_day = [m for m in self.makings if m.days == slice(day, day + 1)]
        return Roll(
            day=day,
            inputs=tuple(one for one in parts if one.seq_last <= until),
            old=tuple(entry for making in of_this_day for entry in self.makings[making]),
        )


def rolls_due(live: Iterable[FileEntry], now_ms: int) -> list[Roll]:
    """Return which days should be rolled up: over, and not yet, or much has come since."""
    rolls = []
    for month in _months(live, now_ms):
        wants = month.days if month.wants_merging else None
        for day, parts in month.files.items():
            if now_ms - _end_of(day) <= SETTLED_MS:
                continue
            fresh = month.fresh(day)
            is_much = _rows(fresh) > (1 - WHOLE) * _rows(parts) or len(fresh) >= PARTS_MOST
            # one sequence will speak for all days of a merge: each must be known to its last part
            is_wanted = bool(fresh) and wants is not None and wants[0] <= day <= wants[1]
            if is_much or is_wanted:
                rolls.append(month.roll(day))
    return rolls


def merges_due(live: Iterable[FileEntry], now_ms: int) -> list[Merge]:
    """Return which rollups should be put together now."""
    merges = []
    for month in _months(live, now_ms):
        if not month.wants_merging:
            continue
        first, last = month.days
        if not any(month.fresh(day) for day in tuple(month.files) if first <= day <= last):
            inputs = tuple(entry for made in month.makings.values() for entry in made)
            merges.append(Merge((first, last), inputs))
    return merges


def _months(live: Iterable[FileEntry], now_ms: int) -> Iterable[_Month]:
    found: dict[tuple[str, str], _Month] = {}
    for entry in live:
        if entry.exercise_id is not None or entry.level not in {DAY, ROLLUP}:
            continue
        day = day_of(entry.t_lo_ms)
        name = day_name(day)[:6]
        month = found.setdefault((entry.epoch, name), _Month(_is_over(name, now_ms)))
        if entry.level == DAY:
            month.files[day].append(entry)
        else:
            month.makings[Rollup.of(entry)].append(entry)
    return found.values()


def _is_over(month: str, now_ms: int) -> bool:
    """Tell whether a month lies back so far that its last days have settled."""
    return day_name(day_of(now_ms - MONTH_SETTLED_MS))[:6] > month


def _end_of(day: int) -> int:
    return (day + 1) * DAY_MS - OFFSET_MS


def _rows(entries: Iterable[FileEntry]) -> int:
    return sum(one.rows for one in entries)
