"""What is kept of a failure: what it was and where it came up, never what it said.

PostgreSQL quotes the row that it refuses ("Failing row contains (…)"), and a library the value: names and
phones. What was said stands in the log, which is kept for days and read by who runs the house.
"""

from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

import psycopg

from anlan.kernel.base.errors import DomainError

#: Of a file's path so many parts tell which one it is.
PARTS = 3


def failure_text(error: BaseException) -> str:
    """Return each exception of a chain, the first cause first: its frames, then its kind and code.

    A frame is `file:line function`; the code is SQLSTATE where PostgreSQL refused, and that of a refusal
    of ours.
    """
    return "\n".join(line for one in _chain(error) for line in (*_frames(one), _kind(one)))


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found[::-1]


def _frames(error: BaseException) -> Iterator[str]:
    for frame, line in walk_tb(error.__traceback__):
        code = frame.f_code
        file = "/".join(Path(code.co_filename).parts[-PARTS:])
        yield f"  {file}:{line} {code.co_qualname}"


def _kind(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return f"{name}: SQLSTATE {error.sqlstate}"
    return f"{name}: {error.code}" if isinstance(error, DomainError) else name
