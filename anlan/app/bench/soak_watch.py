"""What a long run is watched for: how far consumers are behind the log, and what memory they hold."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from anlan.app.bench.beside import Beside
from anlan.app.bench.processes import resident_mb

EVERY_S = 0.25
#: Seen whole at every eighth look: walking through /proc costs.
MEMORY_EVERY = 8


@dataclass(slots=True)
class Lag:
    """How old the oldest message is that a consumer has not taken, from looks at both positions."""

    seconds: list[float] = field(default_factory=list)
    _log: deque[tuple[float, int]] = field(default_factory=deque)

    def look(self, at_s: float, last: int, taken: int) -> None:
        """Note where the log ends and how far the consumer is at one moment."""
        self._log.append((at_s, last))
        while self._log and self._log[0][1] <= taken:
            self._log.popleft()
        # the first look at which the log was further than the consumer is now
        self.seconds.append(at_s - self._log[0][0] if self._log else 0.0)

    def p99_s(self) -> float:
        """Return the lag that one look in a hundred exceeds, in steps of a look."""
        return float(np.percentile(self.seconds, 99)) if self.seconds else 0.0


@dataclass
class Watch(Beside):
    """Looks on a thread of its own while the block runs."""

    positions: Callable[[], tuple[int, int, int]]
    roots: Mapping[str, int]
    #: Memory is looked at only after so long: what is loaded with the first of everything is no growth.
    warm_s: float = 0.0
    engine: Lag = field(default_factory=Lag)
    recorder: Lag = field(default_factory=Lag)
    memory: list[dict[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go_on(self, stop: threading.Event) -> None:
        """Look at both positions, and now and then at the memory."""
        turn = 0
        began_s = time.monotonic()
        while not stop.wait(EVERY_S):
            try:
                last, judged, recorded = self.positions()
            except Exception as error:  # noqa: BLE001 - a look that fails is told, the run goes on
                self.errors.append(repr(error))
                continue
            now_s = time.monotonic()
            self.engine.look(now_s, last, judged)
            self.recorder.look(now_s, last, recorded)
            if now_s - began_s < self.warm_s:
                continue
            if turn % MEMORY_EVERY == 0:
                self.memory.append(resident_mb(self.roots))
            turn += 1

    def growth(self) -> dict[str, tuple[float, float]]:
        """Return each service's memory in MB: the middle of the second and of the last third."""
        third = max(1, len(self.memory) // 3)
        return {
            name: (
                float(
                    np.median([one[name] for one in self.memory[third : 2 * third] or self.memory])
                ),
                float(np.median([one[name] for one in self.memory[-third:]])),
            )
            for name in self.roots
        }
