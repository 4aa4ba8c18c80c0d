"""What a long run is watched for: how far consumers are behind the log, and what memory they hold."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

EVERY_S = 0.25
PAGE = os.sysconf("SC_PAGE_SIZE")
#: Seen whole at every fourth look: walking through /proc costs.
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


def resident_mb(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the resident memory of each service: of its process and all that descends from it.

    Pages that processes share are counted in each of them.
    """
    parents: dict[int, int] = {}
    own: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            pages = int((entry / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents[int(entry.name)] = int(stat[1])
        own[int(entry.name)] = pages * PAGE / 1e6
    names = {pid: name for name, pid in roots.items()}
    held = dict.fromkeys(roots, 0.0)
    for pid, size in own.items():
        above = pid
        while above in parents and above not in names:
            above = parents[above]
        if above in names:
            held[names[above]] += size
    return held


@dataclass(slots=True)
class Watch:
    """Looks on a thread of its own while the block runs."""

    positions: Callable[[], tuple[int, int, int]]
    roots: Mapping[str, int]
    engine: Lag = field(default_factory=Lag)
    recorder: Lag = field(default_factory=Lag)
    memory: list[dict[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        turn = 0
        while not self._stop.wait(EVERY_S):
            try:
                last, judged, recorded = self.positions()
            except Exception as error:  # noqa: BLE001 - a look that fails is told, the run goes on
                self.errors.append(repr(error))
                continue
            now_s = time.monotonic()
            self.engine.look(now_s, last, judged)
            self.recorder.look(now_s, last, recorded)
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
