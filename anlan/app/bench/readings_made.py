"""Readings made for benches: mean-reverting walks on declared resolutions, some of them beyond a limit.

The same seed gives the same readings on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.app.bench.plant import BEYOND, CALM

#: How strongly a walk is drawn back to its level, and its step, in the unit.
PULL, STEP = 0.05, 0.8
#: The resolution is 0.1 of the unit.
STEPS = 10
#: Walks stay below the limit: what crosses it is put there on purpose.
CEILING = 80.0


@dataclass(frozen=True, slots=True)
class Made:
    """The readings of one message: index into the box's tags, ms, values; equal lengths."""

    index: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def walks(
    seed: int, datastreams: int, a_message: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield (index, values) of one message after the other: the datastreams in turn."""
    chance = np.random.default_rng(seed)
    level = np.full(datastreams, CALM)
    at = 0
    while True:
        index = (at + np.arange(a_message)) % datastreams
        at += a_message
        noise = chance.normal(0, STEP, len(index))
        level[index] = np.clip(level[index] + PULL * (CALM - level[index]) + noise, 0, CEILING)
        yield index, np.rint(level[index] * STEPS) / STEPS


def with_crossings(
    values: NDArray[np.float64], chance: np.random.Generator, share: float
) -> NDArray[np.float64]:
    """Return the values with about this share of them beyond the limit."""
    return np.where(chance.random(len(values)) < share, BEYOND, values)
