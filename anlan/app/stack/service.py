"""One process of the house: how it is run, when it is ready, how it ends."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anlan.app.stack.environment import inherited

#: a process that lived this long has started well; its next crash counts as the first, so that one
#: that is killed again and again is not away for half a minute each time
STEADY_S = 10.0
LONGEST_PAUSE_S = 30.0
#: so many bad answers running mean that a process is stuck
BAD_ANSWERS = 2


def _nothing() -> None:
    """Do nothing; the default of `Service.before`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the supervisor needs to know about a process."""

    name: str
    zh: str
    command: Callable[[], Sequence[str]]
    is_ready: Callable[[], bool]
    before: Callable[[], object] = _nothing
    """Clears what a crash left; called before every start."""
    after: Callable[[], None] = _nothing
    """Tidies up once the process has ended for good."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    start_timeout_s: float = 60.0
    log_folder: Path | None = None
    """Where it writes logs beside its own output; they are kept short too."""
    is_well: Callable[[], bool] | None = None
    """Asked now and then once it is ready; who is unwell several times running is restarted."""
    ask_every_s: float = 20.0
    deaf_while_starting: bool = False
    """Loses a SIGTERM that comes before it is ready (granian), so it is killed then."""


@dataclass(slots=True)
class Running:
    """One life of a service's process."""

    service: Service
    log: Path
    process: subprocess.Popen[bytes]
    started_at: float
    ready: bool = False
    ready_after_s: float = 0.0
    asked_at: float = 0.0
    unwell: int = 0

    @property
    def pid(self) -> int:
        """Process id, and id of its group."""
        return self.process.pid

    @property
    def age_s(self) -> float:
        """How long it has lived."""
        return time.monotonic() - self.started_at

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def look(self) -> bool:
        """Ask whether it is ready; remembered once it is."""
        if not self.ready and not self.has_ended() and self.service.is_ready():
            self.ready, self.ready_after_s = True, self.age_s
        return self.ready

    def is_stuck(self) -> bool:
        """Ask, when it is time to, whether it is well; true after several bad answers running."""
        service = self.service
        if service.is_well is None or not self.ready or self.has_ended():
            return False
        if time.monotonic() - max(self.asked_at, self.started_at) < service.ask_every_s:
            return False
        self.unwell = 0 if service.is_well() else self.unwell + 1
        self.asked_at = time.monotonic()
        return self.unwell >= BAD_ANSWERS

    def ask_to_stop(self) -> None:
        """Send the polite signal, or the sure one to who would not hear it."""
        if self.service.deaf_while_starting and not self.look():
            self.kill_group()
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, self.service.stop_signal)

    def kill_group(self) -> None:
        """Kill what is left of its process group, grandchildren included."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)

    def last_words(self, lines: int = 12) -> str:
        """Return the end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def launch(service: Service, log: Path) -> Running:
    """Start a service's process in a session of its own, writing to its log."""
    service.before()
    with log.open("ab") as out:
        process = subprocess.Popen(
            list(service.command()),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=inherited(service.environment),
        )
    return Running(service, log, process, time.monotonic())


def pause_after(crashes: int) -> float:
    """Return how long to wait before the next start: half a second, doubling, at most 30 s."""
    return min(0.5 * 2.0 ** max(crashes - 1, 0), LONGEST_PAUSE_S)
