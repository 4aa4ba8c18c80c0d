"""Which readings of a gateway come behind a later one of their tag, and which are said again.

The door only counts them, for the health page: what happens to them is the engine's rule (7.9).
One `Recency` a gateway.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anlan.engines.readings import columns
from anlan.engines.readings.columns import fixed
from anlan.kernel.sensing.batch import NUMBER, TIME

NEVER = np.iinfo(np.int64).min


class Order(NamedTuple):
    """How many readings were earlier than, and at the same time as, the newest of their tag."""

    out_of_order: int = 0
    duplicate: int = 0


class Recency:
    """The newest time of each datastream of a gateway, in ms UTC, by its number."""

    def __init__(self) -> None:
        """Begin without memory: the first reading of a tag is in order."""
        self._numbers = fixed(np.empty(0), NUMBER)
        self._newest = np.empty(0, np.int64)
        self._before = np.empty(0, np.int64)
        self._said_in = np.empty(0, np.int64)
        self._message = 0

    def expect(self, numbers: NDArray[np.int32]) -> None:
        """Give numbers their places before their first readings come: one by one costs more."""
        self._make_room(numbers)

    def note(self, numbers: NDArray[np.int32], times_ms: NDArray[np.int64]) -> Order:
        """Count, and remember the newest; both arrays have one entry a reading."""
        numbers, times_ms = fixed(numbers, NUMBER), fixed(times_ms, TIME)
        self._message += 1
        counted = self._note(numbers, times_ms)
        if counted[0] == columns.NO_PLACE:
            self._make_room(numbers)
            counted = self._note(numbers, times_ms)
        return Order(*counted)

    def _note(self, numbers: NDArray[np.int32], times_ms: NDArray[np.int64]) -> tuple[int, int]:
        out_of_order, repeated = columns.note(
            numbers,
            times_ms,
            self._numbers,
            self._newest,
            self._before,
            self._said_in,
            self._message,
        )
        return out_of_order, repeated

    def _make_room(self, numbers: NDArray[np.int32]) -> None:
        """Give a place to each number that has none."""
        fresh = np.setdiff1d(numbers, self._numbers)
        places = np.searchsorted(self._numbers, fresh)
        self._newest = np.insert(self._newest, places, NEVER)
        self._before = np.insert(self._before, places, NEVER)
        self._said_in = np.insert(self._said_in, places, 0)
        self._numbers = fixed(np.insert(self._numbers, places, fresh), NUMBER)
