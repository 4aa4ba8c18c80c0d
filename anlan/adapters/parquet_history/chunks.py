"""Sorted columns that come piece by piece: no group cut in two, and given out file by file."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray


class Columns(Protocol):
    """Columns of equal length, sorted by datastream first: `Rows`, `Hours`."""

    @property
    def numbers(self) -> NDArray[np.int32]:
        """Return the datastream of each row."""
        ...

    def __len__(self) -> int: ...

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """Return the chosen rows."""
        ...


C = TypeVar("C", bound=Columns)
#: Tells where, in sorted columns, a group begins that must stay together.
Begins = Callable[[C], NDArray[np.bool_]]


def whole_groups(
    pieces: Iterator[C], join: Callable[[list[C]], C], begins: Begins[C]
) -> Iterator[C]:
    """Give out pieces again, each cut back to where its last group begins, but for the last."""
    current: C | None = None
    for piece in pieces:
        if current is None:
            current = piece
            continue
        last = int(np.flatnonzero(begins(current))[-1]) if len(current) else 0
        if last:
            yield current.take(slice(0, last))
        current = join([current.take(slice(last, None)), piece])
    if current is not None:
        yield current


class Chunks(Generic[C]):
    """Pieces given out file by file, cut where another datastream begins.

    A datastream with more rows than a file holds is cut between groups.
    """

    def __init__(self, source: Iterator[C], begins: Begins[C]) -> None:
        self._source, self._begins = source, begins
        self._next = next(source, None)

    def more(self) -> bool:
        """Tell whether there are rows for another file."""
        return self._next is not None

    def until(self, most: int) -> Iterator[C]:
        """Give out the rows of one file."""
        total = 0
        while self._next is not None:
            rows = self._next
            cut = self._cut(rows, most - total)
            if cut < len(rows):
                self._next = rows.take(slice(cut, None))
                if cut:
                    yield rows.take(slice(0, cut))
                return
            total += len(rows)
            yield rows
            self._next = next(self._source, None)

    def _cut(self, rows: C, room: int) -> int:
        """Return how many rows still go into the file: all, or those before another datastream."""
        if len(rows) <= room or room <= 0:
            return min(len(rows), max(room, 0))
        borders = np.flatnonzero(np.diff(rows.numbers)) + 1
        inside = borders[borders <= room]
        if len(inside):
            return int(inside[-1])
        later = np.flatnonzero(self._begins(rows)[room:])
        return room + int(later[0]) if len(later) else len(rows)
