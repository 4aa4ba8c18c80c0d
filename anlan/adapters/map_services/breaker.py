"""Whether a service is asked at all: who did not answer several times running is left alone for a while."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES = 3
AWAY_S = 30.0


@dataclass(slots=True)
class Breaker:
    """The state of one service. Safe in many threads."""

    now: Callable[[], float] = time.monotonic
    failures: int = 0
    why: str = ""
    _away_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_away(self) -> bool:
        """Return whether it is left alone now."""
        return self.remaining_s > 0

    @property
    def remaining_s(self) -> float:
        """Return after how many seconds it is asked again; 0 where it may be."""
        return max(0.0, self._away_until - self.now())

    def worked(self) -> None:
        """It answered."""
        with self._lock:
            self.failures, self.why, self._away_until = 0, "", 0.0

    def failed(self, why: str) -> bool:
        """It did not; return whether it is away from now on. After the pause one failure is enough."""
        with self._lock:
            was_away = self.is_away
            self.failures += 1
            self.why = why
            if self.failures >= FAILURES:
                self._away_until = self.now() + AWAY_S
            return self.is_away and not was_away
