"""Say what is being done, in Chinese and English, on the terminal; time behind it when done."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """One line a step; on a terminal the line is finished in place."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Announce a step, then say how long it took, or that it failed."""
        started = time.monotonic()
        self._write(f"  … {zh} · {en}", end="" if self._out.isatty() else "\n")
        try:
            yield
        except BaseException:
            self._write(f"{self._again()}  ✗ {zh} · {en}")
            raise
        self._write(f"{self._again()}  ✓ {zh} · {en}  {time.monotonic() - started:.1f} s")

    def line(self, text: str = "") -> None:
        """Write a line of its own."""
        self._write(text)

    def _again(self) -> str:
        return "\r\033[K" if self._out.isatty() else ""

    def _write(self, text: str, end: str = "\n") -> None:
        self._out.write(text + end)
        self._out.flush()
