"""How the numbers are compiled: without the interpreter lock, kept on disk where a disk allows it."""

from collections.abc import Callable
from typing import Any

import numba

from anlan.engines.alarms import prefetch


def compiled(signatures: list[Any] | None = None) -> Callable[[Any], Any]:
    """Compile a function by numba, for these signatures at once or for any when it is called."""

    def compile_it(function: Any) -> Any:
        try:
            return numba.njit(signatures, nogil=True, cache=True)(function)
        except (RuntimeError, OSError):  # a read-only or full installation: compile at each start
            return numba.njit(signatures, nogil=True)(function)

    return compile_it


def _nothing(_records: Any, _number: int) -> None:
    """Do nothing: only compiled code can wait for memory."""


def hint() -> Any:
    """Return what asks for a record before its turn, of use in compiled code alone."""
    return _nothing if numba.config.DISABLE_JIT else prefetch.prefetch
