"""A store of observations that knows levels only, for tests of the live stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.errors import UnavailableError
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.batch import GOOD
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.sensing.ports import Newest, Reading


class Levels:
    """Answers `last` from what a test says; `is_away` answers as a store that cannot be asked.

    `tail_missing` as one whose newest rows cannot be asked for.
    """

    def __init__(self) -> None:
        self.readings: dict[int, Reading] = {}
        self.is_away = False
        self.tail_missing = False
        ports.install(lambda: self)  # type: ignore[arg-type,return-value]

    def say(
        self, stream: Datastream, value: float, *, age_ms: int = 0, quality: int = GOOD
    ) -> None:
        """Have a level read."""
        self.readings[stream.number] = Reading(now_ms() - age_ms, value, quality)

    def last(self, numbers: Sequence[int]) -> Newest:
        """Return the readings of those that have one."""
        if self.is_away:
            raise UnavailableError("away")
        found: Mapping[int, Any] = {n: r for n, r in self.readings.items() if n in numbers}
        return Newest(readings=found, tail_missing=self.tail_missing)
