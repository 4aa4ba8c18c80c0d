"""Deadlines are `due_at` columns, not jobs: slices say here how theirs are swept (7.19).

The worker calls every sweep once a second inside a unit of work of its own. A sweep claims its due
rows with `select_for_update(skip_locked=True)`, so that two workers never do the same row. One that may
take longer than a moment `is_long`: those are swept beside the others, which wait for none of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

#: How many rows one call may take; there is another call at once while this many were due.
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """`act(limit)` handles up to `limit` due rows through a service and returns how many it was."""

    name: str
    act: Callable[[int], int]
    is_long: bool = False


_sweeps: dict[str, Sweep] = {}


def register(sweep: Sweep) -> None:
    """Add a sweep at start-up (`apps.ready`); a name is given once."""
    if sweep.name in _sweeps:
        raise ValueError(f"deadlines {sweep.name!r} are swept already")
    _sweeps[sweep.name] = sweep


def sweeps(*, are_long: bool = False) -> list[Sweep]:
    """Return every sweep of a moment, or every long one, in the order of registration."""
    return [one for one in _sweeps.values() if one.is_long is are_long]
