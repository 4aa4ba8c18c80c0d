"""Small things that the bench of history measures with."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from anlan.adapters.parquet_history.tail import Tail
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.sensing.batch import Batch

#: What a recorder flushes as shipped: `segment_seconds` of 10 s, at 15,000 readings a second.
A_FLUSH = 150_000


@dataclass(frozen=True, slots=True)
class TailOf:
    """The recorder's memory, asked in this process."""

    writer: HistoryWriter

    def ask(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail:
        """Return what no registered file has."""
        return self.writer.tail(numbers, from_ms, to_ms)


def flushes_of(messages: Sequence[Batch]) -> list[list[Batch]]:
    """Cut messages into flushes of full load."""
    flushes: list[list[Batch]] = [[]]
    rows = 0
    for message in messages:
        flushes[-1].append(message)
        rows += len(message)
        if rows >= A_FLUSH:
            flushes.append([])
            rows = 0
    return [one for one in flushes if one]


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_ms(ask: Callable[[int], int], queries: int) -> tuple[float, list[int]]:
    """Return the median wall time of a question, and what each found."""
    ask(0)
    taken, found = [], []
    for index in range(queries):
        began = time.perf_counter()
        found.append(ask(index))
        taken.append((time.perf_counter() - began) * 1000)
    return float(np.median(taken)), found


def agree(ours: list[int], theirs: list[int]) -> None:
    """Raise RuntimeError where answers differ or somebody found nothing."""
    if ours != theirs or not all(ours):
        raise RuntimeError(f"history and its peer differ: {ours} and {theirs} readings")
