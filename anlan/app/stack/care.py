"""Our side of the warden: tell it what to end and to remove should we die without a word."""

import contextlib
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from anlan.app.stack import warden


class Care:
    """A running warden. Leaving the block ends what is still registered, then the warden."""

    def __init__(self, *, keep_open: tuple[int, ...] = ()) -> None:
        """Start the warden; it holds the given descriptors (a lock) until it has cleaned up."""
        file = Path(warden.__file__)
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            text=True,
            pass_fds=keep_open,
        )

    @property
    def pid(self) -> int:
        """The process id of the warden."""
        return self._warden.pid

    def group(self, group: int, *, politely: str = "TERM") -> None:
        """End this process group when we are gone, first with the given signal, then by KILL."""
        self._order(f"group {group} {politely}")

    def forget(self, group: int) -> None:
        """The group has ended by itself; its number may soon be another's."""
        self._order(f"forget {group}")

    def folder(self, path: Path) -> None:
        """Remove this folder when we are gone."""
        self._order(f"folder {path}")

    def close(self) -> None:
        """Let the warden do its work now, and wait for it."""
        if self._warden.stdin is not None and not self._warden.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._warden.stdin.close()
        self._warden.wait(timeout=60)

    def _order(self, line: str) -> None:
        if self._warden.stdin is None:
            return
        self._warden.stdin.write(line + "\n")
        self._warden.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
