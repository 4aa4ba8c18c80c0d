"""One house a folder: a second start is told who is there already."""

import fcntl
import os
import time
from pathlib import Path

from anlan.app.stack.errors import AlreadyRunningError

#: how long the warden of a run that was killed may need to clean up
PATIENCE_S = 12.0


class HouseLock:
    """A lock on a folder, held as long as this process or its warden lives."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def descriptor(self) -> int:
        """To be handed to the warden, so that nobody starts while it still cleans up."""
        return self._descriptor

    def acquire(self) -> None:
        """Take the lock; wait only while its last holder is dead and being cleaned up after."""
        until = time.monotonic() + PATIENCE_S
        while not self._taken():
            holder, address = self._holder()
            if _lives(holder) or time.monotonic() > until:
                raise AlreadyRunningError(
                    f"这个文件夹里已有一套在运行(进程 {holder}){address}。用 Ctrl-C 停它,或换一个文件夹。",
                    f"Anlan already runs in this folder (process {holder}){address}. "
                    "Stop that one with Ctrl-C, or use another folder.",
                )
            time.sleep(0.1)
        self.note("")

    def note(self, address: str) -> None:
        """Write down who we are and where we answer, for who comes second."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n{address}\n".encode(), 0)

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> tuple[int, str]:
        words = self._file.read_text(encoding="utf-8").splitlines()
        if not words or not words[0].isdigit():
            return 0, ""
        return int(words[0]), f", {words[1]}" if len(words) > 1 and words[1] else ""


def is_held(file: Path) -> bool:
    """Tell whether a house runs that holds this lock; a look leaves nothing behind."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lives(pid: int) -> bool:
    return pid > 0 and Path(f"/proc/{pid}").exists()
