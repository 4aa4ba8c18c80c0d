"""Stretches in which a value stands still, and tops that are cut off just under a limit."""

import numpy as np

from anlan.engines.compiling import compiled
from anlan.engines.honesty.month import Ints


@compiled()
def longest_run(
    counts: Ints, low: int, high: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Return first and last time of the longest stretch of one value between `low` and `high`, both left out as gaps are."""
    best_first, best_last, first = 0, -1, 0
    for at in range(len(counts)):
        if counts[at] <= low or counts[at] >= high:
            first = at + 1
            continue
        if at > first and counts[at] != counts[first]:
            first = at
        if at - first > best_last - best_first:
            best_first, best_last = first, at
    return best_first, best_last


@compiled()
def stands(counts: Ints) -> Ints:  # pragma: no cover - compiled
    """Return the lengths of all stretches of one value, in their order."""
    made = np.empty(len(counts), np.int64)
    found, first = 0, 0
    for at in range(1, len(counts) + 1):
        if at == len(counts) or counts[at] != counts[first]:
            if counts[first] > -(2**61):
                made[found] = at - first
                found += 1
            first = at
    return made[:found]


@compiled()
def flat_tops(
    counts: Ints, top: int, least: int
) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """Return how many stretches of at least `least` times stand at `top`, the first and the last time of them."""
    found, begin, end, run = 0, -1, -1, 0
    for at in range(len(counts) + 1):
        if at < len(counts) and counts[at] == top:
            run += 1
            continue
        if run >= least:
            found += 1
            begin = at - run if begin < 0 else begin
            end = at - 1
        run = 0
    return found, begin, end
