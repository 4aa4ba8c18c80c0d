"""Which datastreams of a gateway come late again and again: how often, how late, since when.

Late is a reading that arrives longer after its time than the setting `late_seconds` without a
backfill that announced it. A datastream with no late reading for a day comes in time again and is
forgotten. One `Lateness` a gateway; times and lags in ms.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.sensing.batch import TIME

#: So many messages with late readings of it, and a datastream is late again and again.
AGAIN = 3
#: A datastream that was not late for so long begins anew.
FORGOTTEN_MS = 86_400_000
#: What is told of one gateway: the datastreams that are late most often.
TOLD = 200
_FIELDS = ("number", "first_ms", "last_ms", "messages", "readings", "lag_ms")
_NUMBER, _FIRST, _LAST, _MESSAGES, _READINGS, _LAG = range(len(_FIELDS))


class Lateness:
    """A row for each datastream that was late, ordered by its number; `lag_ms` is its longest."""

    def __init__(self, rows: NDArray[np.int64] | None = None) -> None:
        self._rows = np.empty((0, len(_FIELDS)), TIME) if rows is None else rows

    @classmethod
    def of(cls, told: Sequence[dict[str, Any]]) -> "Lateness":
        """Go on from what was told; raises KeyError, TypeError, ValueError on another form."""
        rows = sorted([int(one[name]) for name in _FIELDS] for one in told)
        return cls(np.array(rows, TIME).reshape(-1, len(_FIELDS)))

    def note(
        self,
        numbers: NDArray[np.int32],
        times_ms: NDArray[np.int64],
        arrived_ms: int,
        late_ms: int,
    ) -> None:
        """Count a message's late readings by their datastreams."""
        lags = arrived_ms - times_ms
        is_late = lags > late_ms
        found, place, readings = np.unique(
            numbers[is_late], return_inverse=True, return_counts=True
        )
        longest = np.zeros(len(found), TIME)
        np.maximum.at(longest, place, lags[is_late])
        self._make_room(found, arrived_ms)
        at = np.searchsorted(self._rows[:, _NUMBER], found)
        self._rows[at, _LAST] = arrived_ms
        self._rows[at, _MESSAGES] += 1
        self._rows[at, _READINGS] += readings
        self._rows[at, _LAG] = np.maximum(self._rows[at, _LAG], longest)

    def told(self) -> list[dict[str, int]]:
        """Return what is late again and again, as JSON."""
        again = self._rows[self._rows[:, _MESSAGES] >= AGAIN]
        most = again[np.argsort(-again[:, _READINGS], kind="stable")[:TOLD]]
        return [dict(zip(_FIELDS, row, strict=True)) for row in most.tolist()]

    def _make_room(self, numbers: NDArray[np.int32], at_ms: int) -> None:
        """Let go what has come in time for a day, and give each number a row."""
        rows = self._rows[self._rows[:, _LAST] > at_ms - FORGOTTEN_MS]
        fresh = np.setdiff1d(numbers, rows[:, _NUMBER])
        new = np.zeros((len(fresh), len(_FIELDS)), TIME)
        new[:, _NUMBER], new[:, _FIRST] = fresh, at_ms
        places = np.searchsorted(rows[:, _NUMBER], fresh)
        self._rows = np.insert(rows, places, new, axis=0)
