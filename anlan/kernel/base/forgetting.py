"""Personal data goes by class and date (P21; GB/T 22239-2019, 8.1.4.11): slices say here how theirs does.

A class has a setting that says for how many days its data are kept (0: for ever); once an hour the
worker lets go what has outlived them, and `anlan people forget` does it for a date at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

#: How many rows one call may take; there is another call at once while this many were due.
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetter:
    """`act(before, limit)` lets up to `limit` rows of a class go that are older than a moment."""

    kind: str
    setting: str
    act: Callable[[datetime, int], int]


_forgetters: dict[str, Forgetter] = {}


def register(forgetter: Forgetter) -> None:
    """Add a class at start-up (`apps.ready`); a name is given once."""
    if forgetter.kind in _forgetters:
        raise ValueError(f"class {forgetter.kind!r} of personal data is let go already")
    _forgetters[forgetter.kind] = forgetter


def forgetters() -> dict[str, Forgetter]:
    """Return every class by its name."""
    return dict(_forgetters)
