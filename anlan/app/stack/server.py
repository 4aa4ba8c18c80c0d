"""Start a server of the house beside us and wait until it answers."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from anlan.app.stack.errors import StackError

Server = subprocess.Popen[bytes]

#: How much of the log is told when a server does not come up.
TAIL_CHARACTERS = 2000


def launch(
    command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None
) -> Server:
    """Start a server in a session of its own; what it says goes to the log.

    Without an environment it inherits ours.
    """
    with log.open("ab") as out:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd="/",
            env=environment,
        )


def wait_for(
    server: Server, name: str, log: Path, *, is_ready: Callable[[], bool], timeout_s: float
) -> None:
    """Wait until a server answers.

    Raises StackError with the end of its log where it ended, or did not answer in time: then it
    still runs, and is the caller's to stop.
    """
    until = time.monotonic() + timeout_s
    while not is_ready():
        if server.poll() is not None or time.monotonic() > until:
            tail = log.read_text(encoding="utf-8", errors="replace")[-TAIL_CHARACTERS:]
            raise StackError(f"{name} 没有启动:{tail}", f"{name} is not up: {tail}")
        time.sleep(0.03)
