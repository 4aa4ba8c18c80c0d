"""`anlan worker` as a process of its own, over the run's servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from anlan.kernel.base.config import Config

PATIENCE_S = 60.0


class Worker:
    """`anlan worker` over the run's servers."""

    def __init__(self, own: Config, home: Path) -> None:
        self.ready_file = home / "ready"
        self.home = home
        self.log = home / "worker.log"
        self._environment = os.environ | {
            "ANLAN_NODE": own.node,
            "ANLAN_DATABASE_URL": own.database_url,
            "ANLAN_HOME": str(home),
            "ANLAN_NATS_URL": own.nats_url,
            "ANLAN_NATS_PASSWORD_FILE": str(own.nats_password_file),
            "ANLAN_READY_FILE": str(self.ready_file),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Worker":
        """Start it and wait until it says that it is ready."""
        self.ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "anlan", "worker"],
                env=self._environment,
                stdout=out,
                stderr=out,
            )
        wait(self.ready_file.exists)
        return self

    def end(self, how: signal.Signals) -> int:
        """End it and return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE_S)


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
