"""Curves that were there before, at any time of the past: by rolling hashes of their steps (Karp and Rabin 1987).

A value's step to the next one in units of the instrument's resolution is hashed, so a curve that was shifted by a constant is
found too. Two hours of real noise do not come twice.
"""

import numpy as np
from numpy.typing import NDArray

from anlan.engines.compiling import compiled
from anlan.engines.honesty.month import Ints

Hashes = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
#: A window with fewer steps that are not nought is a line, which may come again by itself.
LEAST_STEPS = 12


def earlier_of(counts: Ints, window: int) -> Ints:
    """Return (m,) for each time the first time at which the `window` from it began before, -1 where it never did.

    `counts` (m,) are values in steps of resolution, far below nought where none is. Windows with a gap or few steps are
    never found; a window does not overlap what it repeats.
    """
    found = np.full(len(counts), -1, np.int64)
    if len(counts) <= window:
        return found
    steps = np.diff(counts)
    is_gap = counts < -(2**61)
    is_gap = is_gap[1:] | is_gap[:-1]
    hashes = _rolled(steps, window)
    moves = _sums((steps != 0) & ~is_gap, window) >= LEAST_STEPS
    usable = np.flatnonzero(moves & (_sums(is_gap, window) == 0))
    if not len(usable):
        return found
    order = usable[np.argsort(hashes[usable], kind="stable")]
    same = np.r_[False, hashes[order[1:]] == hashes[order[:-1]]]
    # in a group of equal windows the times ascend: its first is where the curve began
    start = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    began = order[start]
    far = same & (order - began >= window)
    found[order[far]] = began[far]
    return found


@compiled()
def pattern_in(steps: Ints, longest: int) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """Return period, first and last place of the longest stretch of `steps` (m,) that equals itself a period later.

    Only periods of 2 to `longest` places; a fifth of the places must move, so that a timer's on and off is none.
    Period 0 where there is no such stretch. A gap is a step far from all others and equals nothing.
    """
    best, best_first, best_last = 0, 0, -1
    for period in range(2, longest + 1):
        run, moves = 0, 0
        for at in range(period, len(steps)):
            if steps[at] != steps[at - period] or abs(steps[at]) > 2**60:
                run, moves = 0, 0
                continue
            run += 1
            moves += steps[at] != 0
            if run > best_last - best_first + 1 and moves * 5 >= run:
                best, best_first, best_last = period, at - run + 1, at
    return best, best_first, best_last


def _rolled(steps: Ints, window: int) -> Hashes:
    """Return the hash of every window: a polynomial modulo 2^64, moved to the same place by the inverse of its power."""
    powers = np.full(len(steps), _BASE, np.uint64)
    powers[0] = 1
    powers = np.multiply.accumulate(powers)
    sums = np.r_[np.uint64(0), np.add.accumulate(_mixed(steps) * powers)]
    back = np.full(len(steps), np.uint64(pow(int(_BASE), -1, 1 << 64)), np.uint64)
    back[0] = 1
    back = np.multiply.accumulate(back)
    upto = len(steps) - window + 1
    found: Hashes = (sums[window:] - sums[:upto]) * back[:upto]
    return found


def _mixed(steps: Ints) -> Hashes:
    """Scatter small numbers over all bits (the finaliser of SplitMix64)."""
    x = steps.astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = x ^ (x >> np.uint64(31))
    return mixed


def _sums(flags: NDArray[np.bool_], window: int) -> Ints:
    total = np.r_[0, np.cumsum(flags, dtype=np.int64)]
    found: Ints = total[window:] - total[:-window]
    return found
