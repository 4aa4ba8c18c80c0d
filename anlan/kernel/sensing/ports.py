"""What sensing needs from outside: a store of observations, the catalogue of its files, and
how far the engine has judged.

The web process asks `observation_store()`; `app` says which one that is (`install`). Alerts
answers `judged()`, because the engine's progress is a row of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.base.errors import UnavailableError

#: Levels of a history file: one flush; part of a day, sorted; made of others, coarser.
SEGMENT, DAY, ROLLUP = "segment", "day", "rollup"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raw:
    """Readings of one datastream by time, one for each identity (datastream, time).

    A corrected identity answers with its latest value and is flagged. `truncated`: there were
    more than the limit. `tail_missing`: the newest rows, not yet in a file, could not be asked
    for. `unreadable`: files of the catalogue that are lost or damaged, so that rows are missing.
    """

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    corrected: NDArray[np.bool_]
    lag_s: NDArray[np.int32]
    truncated: bool = False
    tail_missing: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Together:
    """Readings of several datastreams by time, then number; otherwise as `Raw`."""

    numbers: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    corrected: NDArray[np.bool_]
    lag_s: NDArray[np.int32]
    truncated: bool = False
    tail_missing: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buckets:
    """A span cut into equal buckets, empty ones kept: NaN and count 0 where nothing was measured.

    Minimum, maximum, mean, first, last and count are over readings whose quality is not bad and
    whose value is finite; `refused` counts the others, so that a gap tells "nothing came" from
    "bad came". Buckets of half an hour and more are whole hours, and the first begins with one;
    what lies outside the span asked for is in none.
    """

    starts_ms: NDArray[np.int64]
    width_ms: int
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    count: NDArray[np.int64]
    refused: NDArray[np.int64]
    tail_missing: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as a screen shows it: time in ms, value, quality."""

    t: int
    v: float
    q: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest reading of some datastreams; none for one that has been silent for long."""

    readings: Mapping[int, Reading] = field(default_factory=dict)
    tail_missing: bool = False
    unreadable: tuple[str, ...] = ()

    def of(self, number: int) -> Reading | None:
        """Return the newest reading of a datastream."""
        return self.readings.get(number)


class ObservationStore(Protocol):
    """History of readings. Spans are half open: `from_ms` belongs to it, `to_ms` does not.

    `known_by_ms` asks for what had arrived by then (14): no later reading, no later correction.
    """

    def raw(
        self, number: int, from_ms: int, to_ms: int, limit: int, known_by_ms: int | None = None
    ) -> Raw:
        """Return at most `limit` readings, the earliest."""
        ...

    def buckets(
        self, number: int, from_ms: int, to_ms: int, points: int, known_by_ms: int | None = None
    ) -> Buckets:
        """Return the span in at most `points` buckets of equal width."""
        ...

    def together(
        self,
        numbers: Sequence[int],
        from_ms: int,
        to_ms: int,
        limit: int,
        known_by_ms: int | None = None,
        after: tuple[int, int] | None = None,
    ) -> Together:
        """Return at most `limit` readings, the earliest behind `after` (time in ms, number)."""
        ...

    def last(self, numbers: Sequence[int]) -> Newest:
        """Return the newest reading of each datastream that has one in the last 31 days."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One immutable file of history as the catalogue has it (7.17).

    `epoch` is that of READINGS, or for readings of an exercise one of their own; `path` is
    relative to the folder of history; `shard` is None for a file of several shards.
    """

    epoch: str
    shard: int | None
    seq_first: int
    seq_last: int
    level: str
    number_lo: int
    number_hi: int
    t_lo_ms: int
    t_hi_ms: int
    rows: int
    sha256: str
    path: str
    exercise_id: str | None = None


class CatalogueAwayError(UnavailableError):
    """The catalogue cannot be asked now; recording goes on and registers later."""

    code = "sensing.catalogue_away"


class CatalogueConflictError(RuntimeError):
    """Files to be swapped out are not live any more: somebody else has compacted them."""


class Catalogue(Protocol):
    """Which files are history; readers ask it, never a folder. Raises CatalogueAwayError."""

    def last_sequence(self, epoch: str) -> int:
        """Return the last sequence that any registered file of the epoch covers, or 0."""
        ...

    def find(
        self, low: int, high: int, from_ms: int, to_ms: int, *, rollups: bool = False
    ) -> list[FileEntry]:
        """Return live files of real readings that may hold these numbers and times (half open).

        With `rollups`, also those that speak for days of the span; all as of one moment.
        """
        ...

    def live(self) -> list[FileEntry]:
        """Return every live file, of exercises too."""
        ...

    def known(self) -> frozenset[str]:
        """Return the paths of every file that has a row, live or dead."""
        ...

    def register(self, entries: Sequence[FileEntry]) -> None:
        """Add files; a path that has a row already keeps it."""
        ...

    def swap(self, dead: Sequence[str], born: Sequence[FileEntry]) -> None:
        """In one transaction let paths die and files be born. Raises CatalogueConflictError."""
        ...

    def dead_before(self, moment: datetime) -> list[str]:
        """Return the paths of files that nobody may still be reading."""
        ...

    def forget(self, paths: Sequence[str]) -> None:
        """Drop the rows of dead files that have been unlinked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Up to which place of READINGS every engine has judged (7.3)."""

    epoch: str
    seq: int


@dataclass(slots=True)
class _Installed:
    """What this process was given: the store (how it is made, and once asked for, itself)."""

    make: Callable[[], ObservationStore] | None = None
    store: ObservationStore | None = None
    judged: Callable[[], Judged | None] = lambda: None


_installed = _Installed()


def install(make: Callable[[], ObservationStore]) -> None:
    """Say how the store of this process is made; it is made when first asked for."""
    _installed.make, _installed.store = make, None


def observation_store() -> ObservationStore:
    """Return the store of this process. Raises UnavailableError where none was installed."""
    if _installed.store is None:
        if _installed.make is None:
            raise UnavailableError("这个进程没有接历史库", code="sensing.no_history")
        _installed.store = _installed.make()
    return _installed.store


def install_judged(ask: Callable[[], Judged | None]) -> None:
    """Say who knows how far the engine has judged."""
    _installed.judged = ask


def judged() -> Judged | None:
    """Return how far the engine has judged; None when it never has."""
    return _installed.judged()
