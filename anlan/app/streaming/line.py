"""What all screens together may be sent a second: a storm must not fill the building's network.

A row to five hundred screens is half a megabyte. Rows that can wait leave half of what there is to
those that cannot; what finds no room is told as counts, and a screen fetches what it shows.
"""

#: Half of what a gigabit line carries.
BYTES_A_SECOND = 62_500_000
BURST_S = 1.0
KEPT_FOR_URGENT = 0.5


class Line:
    """A bucket of bytes that fills with time; moments are monotonic seconds, given in."""

    def __init__(self, bytes_a_second: int = BYTES_A_SECOND) -> None:
        self._a_second = bytes_a_second
        self._most = bytes_a_second * BURST_S
        self._left = self._most
        self._moment: float | None = None

    def takes(self, size: int, moment: float, *, is_urgent: bool) -> bool:
        """Tell whether so many bytes may leave now; they are spent if so."""
        if self._moment is not None:
            passed = max(0.0, moment - self._moment)
            self._left = min(self._most, self._left + passed * self._a_second)
        self._moment = moment
        kept = 0.0 if is_urgent else self._most * KEPT_FOR_URGENT
        if self._left < size + kept:
            return False
        self._left -= size
        return True
