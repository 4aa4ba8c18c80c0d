"""What history lets go, by class: real readings, rollups, readings of exercises; 0 days is for ever.

A file goes whole, once nothing in it is younger than its class is kept. Readings stay as long as no
rollup speaks for their days, unless rollups are let go as early.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.adapters.parquet_history.tiers import DAY_MS, day_of
from anlan.kernel.sensing.ports import ROLLUP, FileEntry

READINGS, ROLLUPS, EXERCISES = "readings", "rollups", "exercises"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days each class is kept; 0 is for ever."""

    readings: int = 0
    rollups: int = 0
    exercises: int = 0


@dataclass(frozen=True, slots=True)
class Expired:
    """Files of one class that may go now, and the days that the class is kept."""

    kind: str
    days: int
    files: tuple[FileEntry, ...]


def class_of(entry: FileEntry) -> str:
    """Return the class that a file belongs to."""
    if entry.exercise_id is not None:
        return EXERCISES
    return ROLLUPS if entry.level == ROLLUP else READINGS


def expired(live: Iterable[FileEntry], keep: Keep, now_ms: int) -> list[Expired]:
    """Return what may go now; a class of which nothing may is left out."""
    entries = list(live)
    spoken = {
        (entry.epoch, day)
        for entry in entries
        if class_of(entry) == ROLLUPS
        for day in range(day_of(entry.t_lo_ms), day_of(entry.t_hi_ms) + 1)
    }
    found = []
    for kind, days in (
        (READINGS, keep.readings),
        (ROLLUPS, keep.rollups),
        (EXERCISES, keep.exercises),
    ):
        if days <= 0:
            continue
        until = now_ms - days * DAY_MS
        waits = kind == READINGS and not 0 < keep.rollups <= days
        files = tuple(
            entry
            for entry in entries
            if class_of(entry) == kind
            and entry.t_hi_ms < until
            and not (waits and not _is_spoken_for(entry, spoken))
        )
        if files:
            found.append(Expired(kind, days, files))
    return found


def _is_spoken_for(entry: FileEntry, spoken: set[tuple[str, int]]) -> bool:
    days = range(day_of(entry.t_lo_ms), day_of(entry.t_hi_ms) + 1)
    return all((entry.epoch, day) in spoken for day in days)
