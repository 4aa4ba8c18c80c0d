"""Readings as columns, and the rule of identity: what is a repeat, what a correction (2b)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.sensing.batch import Batch

#: Below this a reading counts as known when it happened; it makes the column free (14).
PROMPT_MS = 2_000
LAG_MAX_S = 2**31 - 1
TIME_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Readings of one epoch. Arrival order is (sequence, place): message, then row in it."""

    numbers: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    lag_s: NDArray[np.int32]
    sequences: NDArray[np.int64]
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """Return the chosen rows, in the order of the index."""
        return type(self)(**{name: getattr(self, name)[index] for name in COLUMNS})

    @classmethod
    def together(cls, parts: Sequence["Rows"]) -> Self:
        """Return the parts as one, in their order."""
        if len(parts) == 1 and isinstance(parts[0], cls):
            return parts[0]
        return cls(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                if parts
                else np.empty(0, TYPES[name])
                for name in COLUMNS
            }
        )

    @classmethod
    def of_messages(cls, sequences: Sequence[int], batches: Sequence[Batch]) -> Self:
        """Return the rows of messages of READINGS, in the order of arrival."""
        lengths = np.fromiter(map(len, batches), np.int64, len(batches))
        columns = {
            name: np.concatenate([getattr(batch, name) for batch in batches])
            for name in ("numbers", "times_ms", "values", "quality")
        }
        total = int(lengths.sum())
        arrived = np.repeat([batch.arrived_ms for batch in batches], lengths)
        begins = np.repeat(np.cumsum(lengths) - lengths, lengths)
        return cls(
            **columns,
            lag_s=_lag_s(arrived - columns["times_ms"]),
            sequences=np.repeat(np.asarray(sequences, np.int64), lengths),
            places=np.subtract(np.arange(total), begins, dtype=np.int32, casting="unsafe"),
        )


def _lag_s(late_ms: NDArray[np.int64]) -> NDArray[np.int32]:
    if late_ms.max(initial=0) < PROMPT_MS:
        return np.zeros(len(late_ms), np.int32)
    lag = np.where(late_ms < PROMPT_MS, 0, np.minimum(late_ms // 1000, LAG_MAX_S))
    return lag.astype(np.int32)


COLUMNS = tuple(field.name for field in fields(Rows))
TYPES = dict(zip(COLUMNS, map(np.dtype, ("i4", "i8", "f8", "u1", "i4", "i8", "i4")), strict=True))


def by_identity(rows: Rows) -> Rows:
    """Return the rows by (number, time, arrival); what is in order already is not sorted again."""
    same = rows.numbers[1:] == rows.numbers[:-1]
    later = rows.times_ms[1:] > rows.times_ms[:-1]
    if (np.where(same, later, rows.numbers[1:] > rows.numbers[:-1])).all():
        return rows
    keys = (rows.places, rows.sequences, rows.times_ms, rows.numbers)
    return rows.take(np.lexsort(keys))


def epochs_together(parts: Sequence[Rows]) -> Rows:
    """Join epochs, oldest first, each sorted by identity: within one, the later epoch is later."""
    rows = Rows.together(parts)
    if sum(1 for part in parts if len(part)) < 2:
        return rows
    return rows.take(np.lexsort((rows.times_ms, rows.numbers)))


def new_identities(rows: Rows) -> NDArray[np.bool_]:
    """Tell for rows sorted by identity where a new identity begins."""
    new = np.ones(len(rows), bool)
    new[1:] = (np.diff(rows.numbers) != 0) | (np.diff(rows.times_ms) != 0)
    return new


def without_repeats(rows: Rows) -> Rows:
    """Drop from rows sorted by identity what was said before: same identity, value and quality.

    Values are compared bit for bit. What has been said once stays said: after A, B a further A
    is a message that came again, not a second correction.
    """
    repeat = _repeats(rows)
    return rows.take(~repeat) if repeat.any() else rows


def said_once(rows: Rows) -> Rows:
    """Do as `without_repeats` with rows in the order of arrival, and leave them in it."""
    where = _perhaps_repeated(rows)
    if not len(where):
        return rows
    some = rows.take(where)
    order = np.lexsort((some.times_ms, some.numbers))
    keep = np.ones(len(rows), bool)
    keep[where[order]] = ~_repeats(some.take(order))
    return rows.take(keep)


def _perhaps_repeated(rows: Rows) -> NDArray[np.intp]:
    """Return where rows share their identity with another: nearly always nowhere.

    An identity is one whole number where times lie within seven weeks. A message is mostly in
    order of number, so that a sort that knows runs is several times as quick as one that does not.
    """
    since = rows.times_ms - rows.times_ms.min(initial=TIME_MAX)
    if since.min(initial=0) < 0 or since.max(initial=0) >= 2**32:
        return np.arange(len(rows))
    keys = (rows.numbers.astype(np.int64) << 32) | since
    ordered = np.sort(keys, kind="stable")
    shared = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(np.isin(keys, shared)) if len(shared) else np.empty(0, np.intp)


def _repeats(rows: Rows) -> NDArray[np.bool_]:
    """Tell for rows sorted by identity which say again what one before them said."""
    new = new_identities(rows)
    repeats = np.zeros(len(rows), bool)
    if new.all():
        return repeats
    shared = ~new
    shared[:-1] |= ~new[1:]
    where = np.flatnonzero(shared)
    some = rows.take(where)
    bits = np.ascontiguousarray(some.values).view(np.int64)
    order = np.lexsort((np.arange(len(some)), some.quality, bits, some.times_ms, some.numbers))
    repeat = np.zeros(len(some), bool)
    repeat[order[1:]] = np.logical_and.reduce(
        [np.diff(column[order]) == 0 for column in (some.numbers, some.times_ms, bits)]
        + [some.quality[order][1:] == some.quality[order][:-1]]
    )
    repeats[where[repeat]] = True
    return repeats


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One row for each identity: its latest value; `corrected` where an earlier one differed."""

    rows: Rows
    corrected: NDArray[np.bool_]


def answers(rows: Rows) -> Answers:
    """Let each identity of sorted rows without repeats answer with what arrived last."""
    new = new_identities(rows)
    if new.all():
        return Answers(rows, np.zeros(len(rows), bool))
    starts = np.flatnonzero(new)
    lasts = np.append(starts[1:], len(rows)) - 1
    return Answers(rows.take(lasts), lasts > starts)


def known_by(rows: Rows, moment_ms: int | None) -> Rows:
    """Keep what had arrived by a moment, to the whole second that `lag_s` keeps (14)."""
    if moment_ms is None:
        return rows
    return rows.take(rows.times_ms + rows.lag_s.astype(np.int64) * 1000 <= moment_ms)
