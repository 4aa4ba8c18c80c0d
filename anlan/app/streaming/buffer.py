"""The last ten minutes of events, by position, for those who come back."""

from collections.abc import Iterator

from anlan.app.streaming.heard import Heard

KEPT_S = 600.0
KEPT_EVENTS = 100_000
KEPT_BYTES = 96 * 1024**2
#: What an event costs beside its state, which it holds twice: as it came and as a row.
OVERHEAD_BYTES = 1_024


def _cost(event: Heard) -> int:
    return OVERHEAD_BYTES + 2 * len(event.state)


class Buffer:
    """Events of consecutive positions with the moment (monotonic seconds) they were heard."""

    def __init__(self, floor: int = 0) -> None:
        self._floor = floor
        self._events: list[Heard] = []
        self._moments: list[float] = []
        self._bytes = 0

    @property
    def last(self) -> int:
        """The position up to which everything was heard."""
        return self._floor + len(self._events)

    @property
    def floor(self) -> int:
        """The position behind which everything is still here."""
        return self._floor

    def add(self, event: Heard, moment: float) -> None:
        """Take the event of the next position."""
        self._events.append(event)
        self._moments.append(moment)
        self._bytes += _cost(event)

    def at(self, position: int) -> Heard | None:
        """Return the event of a position, if it is still here."""
        index = position - self._floor - 1
        return self._events[index] if 0 <= index < len(self._events) else None

    def reaches_back_to(self, position: int) -> bool:
        """Tell whether nothing behind this position has been forgotten."""
        return position >= self._floor

    def behind(self, position: int) -> Iterator[Heard]:
        """Return what was heard behind a position, oldest first."""
        start = max(0, position - self._floor)
        return (self._events[index] for index in range(start, len(self._events)))

    def forget_old(self, moment: float) -> None:
        """Drop what is older than ten minutes, or too much."""
        drop = 0
        spare = len(self._events) - KEPT_EVENTS
        while drop < len(self._events) and (
            drop < spare or self._bytes > KEPT_BYTES or self._moments[drop] < moment - KEPT_S
        ):
            self._bytes -= _cost(self._events[drop])
            drop += 1
        del self._events[:drop]
        del self._moments[:drop]
        self._floor += drop
