"""How the numbers are compiled: without the interpreter lock, kept on disk where a disk allows it."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(signatures: list[Any] | None = None) -> Callable[[Any], Any]:
    """Compile a function by numba, for these signatures at once or for any when it is called."""

    def compile_it(function: Any) -> Any:
        try:
            return numba.njit(signatures, nogil=True, cache=True)(function)
        except (RuntimeError, OSError):  # a read-only or full installation: compile at each start
            return numba.njit(signatures, nogil=True)(function)

    return compile_it
