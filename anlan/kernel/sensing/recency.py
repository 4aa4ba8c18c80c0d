"""Which readings of a gateway come behind a later one of their tag, and which are said again.

The door only counts them, for the health page: what happens to them is the engine's rule (7.9).
Pure numpy; one `Recency` a gateway.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = np.iinfo(np.int64).min


class Order(NamedTuple):
    """How many readings were earlier than, and at the same time as, the newest of their tag."""

    out_of_order: int = 0
    duplicate: int = 0


class Recency:
    """The newest time of each datastream of a gateway, in ms UTC, by its number."""

    def __init__(self) -> None:
        """Begin without memory: the first reading of a tag is in order."""
        self._numbers = np.empty(0, np.int32)
        self._newest = np.empty(0, np.int64)

    def note(self, numbers: NDArray[np.int32], times_ms: NDArray[np.int64]) -> Order:
        """Count, and remember the newest; both arrays have one entry a reading."""
        if not len(numbers):
            return Order()
        # of each tag its readings stand together, in the order of the message
        order = np.argsort(numbers, kind="stable")
        numbers, times = numbers[order], times_ms[order]
        starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
        places = self._places(numbers[starts])
        before = np.append(NEVER, times[:-1])
        before[starts] = self._newest[places]
        highest = np.maximum.reduceat(times, starts)
        self._newest[places] = np.maximum(self._newest[places], highest)
        return Order(int((times < before).sum()), int((times == before).sum()))

    def _places(self, wanted: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return where these numbers stand, ascending and different; room is made for new ones."""
        places = np.searchsorted(self._numbers, wanted)
        inside = np.minimum(places, max(len(self._numbers) - 1, 0))
        known = (
            self._numbers[inside] == wanted if len(self._numbers) else np.zeros(len(wanted), bool)
        )
        if known.all():
            return places
        self._newest = np.insert(self._newest, places[~known], NEVER)
        self._numbers = np.insert(self._numbers, places[~known], wanted[~known])
        return np.searchsorted(self._numbers, wanted)
