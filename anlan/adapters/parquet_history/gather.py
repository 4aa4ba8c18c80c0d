"""Tail and files as one: first the tail, then the catalogue, each row once (7.17)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from anlan.adapters.parquet_history.hours import HOUR_MS
from anlan.adapters.parquet_history.reading import FileReader, Question
from anlan.adapters.parquet_history.rows import (
    Rows,
    by_identity,
    epochs_together,
    without_repeats,
)
from anlan.adapters.parquet_history.tail import Tail, TailSource
from anlan.kernel.sensing.ports import Catalogue, FileEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What history consists of at one moment, for some datastreams and a span."""

    entries: tuple[FileEntry, ...]
    tail: Tail | None
    tail_missing: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows by identity without repeats, corrections behind what they correct."""

    rows: Rows
    unreadable: tuple[str, ...] = ()
    #: The same by epoch, repeats not dropped yet: what a further question need not read again.
    by_epoch: Mapping[str, Rows] = field(default_factory=dict)


def look(
    catalogue: Catalogue,
    source: TailSource | None,
    question: Question,
    *,
    rollups: bool = False,
) -> View:
    """Ask the recorder for its tail, then the catalogue, and drop what both have.

    The order matters: a flush between the two questions shows its rows twice, never not at all.
    """
    numbers = question.numbers
    tail = source.ask(numbers, question.from_ms, question.to_ms) if source else None
    gap = source is not None
    if tail is not None:
        covered = catalogue.last_sequence(tail.epoch)
        tail = replace(tail, rows=tail.rows.take(tail.rows.sequences > covered))
        gap = not tail.complete or tail.first > covered + 1
    entries = catalogue.find(
        min(numbers), max(numbers), question.from_ms, question.to_ms, rollups=rollups
    )
    entries.sort(key=lambda entry: (entry.t_lo_ms, entry.seq_first))
    return View(entries=tuple(entries), tail=tail, tail_missing=gap)


def gather(
    reader: FileReader, view: View, question: Question, read: Mapping[str, Rows] | None = None
) -> Gathered:
    """Read the rows of a view that lie in the question's span; `read` are some that were read before."""
    by_epoch: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in view.entries:
        if _may_hold(entry, question):
            by_epoch[entry.epoch].append(entry)
    parts: dict[str, list[Rows]] = defaultdict(list)
    unreadable: tuple[str, ...] = ()
    for epoch, rows in (read or {}).items():
        parts[epoch].append(_inside(rows, question))
    for epoch, entries in by_epoch.items():
        found = reader.rows(entries, question)
        parts[epoch].append(found.rows)
        unreadable += found.unreadable
    if view.tail is not None:
        parts[view.tail.epoch].append(_inside(view.tail.rows, question))
    # an epoch is a ULID: its order is the order of birth
    in_order = {epoch: by_identity(Rows.together(parts[epoch])) for epoch in sorted(parts)}
    rows = without_repeats(epochs_together([*in_order.values()]))
    return Gathered(rows, unreadable, in_order)


def _may_hold(entry: FileEntry, question: Question) -> bool:
    if entry.t_lo_ms >= question.to_ms or entry.t_hi_ms < question.from_ms:
        return False
    if question.hours is None:
        return True
    # the hours come in order
    next_one = bisect_left(question.hours, entry.t_lo_ms // HOUR_MS)
    return next_one < len(question.hours) and question.hours[next_one] <= entry.t_hi_ms // HOUR_MS


def _inside(rows: Rows, question: Question) -> Rows:
    inside = (rows.times_ms >= question.from_ms) & (rows.times_ms < question.to_ms)
    if question.hours is not None:
        inside &= np.isin(rows.times_ms // HOUR_MS, question.hours)
    return rows.take(inside)


def numbers_of(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return each number once, in order."""
    return tuple(sorted(set(numbers)))
