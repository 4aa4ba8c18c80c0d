"""Changes of what is asked: limits, retirement, suppression by design; idempotent by version.

A change older than, or as old as, the one in force is ignored: a replay or a repeat alters nothing.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from anlan.engines.alarms.records import (
    NEVER,
    RAISED,
    RETURNED,
    SILENT,
    SILENT_SLOT,
    TRANSITION,
    VALUE_LIMITS,
    Records,
    no_transitions,
)

#: A guard against a wrong number that would ask for terabytes; numbers come from a dense sequence.
MAX_NUMBER = 1 << 24
_LONGEST_DELAY_MS = 2**31 - 1


class ControlError(ValueError):
    """A control message that cannot be applied; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """One limit of one datastream from now on; `present=False` removes it."""

    number: int
    condition: int
    version: int
    present: bool = True
    value: float = 0.0
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    silence_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """A datastream leaves service (停用), or comes back with `retired=False`."""

    number: int
    version: int
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Raises are suppressed by design (抑制) from `starts_ms` until before `ends_ms`.

    It replaces the window that stood before it; an empty one ends suppression.
    """

    number: int
    version: int
    starts_ms: int = 0
    ends_ms: int = 0


Change = LimitChange | Retirement | Suppression


def check(change: Change) -> None:
    """Refuse a change that no array could hold or no reading could be judged by."""
    if not 0 <= change.number < MAX_NUMBER:
        raise ControlError(f"datastream number {change.number} is outside 0..{MAX_NUMBER - 1}")
    if not 0 < change.version <= _LONGEST_DELAY_MS:
        raise ControlError(f"version {change.version} is not a positive int32")
    if not isinstance(change, LimitChange) or not change.present:
        return
    if change.condition == SILENT:
        if change.silence_ms <= 0:
            raise ControlError(f"a silence of {change.silence_ms} ms would never end")
        return
    if not 0 <= change.condition < VALUE_LIMITS:
        raise ControlError(f"condition {change.condition} is not judged by limits")
    if not isfinite(change.value) or not isfinite(change.deadband) or change.deadband < 0:
        raise ControlError(f"limit {change.value} with deadband {change.deadband}")
    for delay_ms in (change.on_delay_ms, change.off_delay_ms):
        if not 0 <= delay_ms <= _LONGEST_DELAY_MS:
            raise ControlError(f"a delay of {delay_ms} ms")


def apply(change: Change, at_ms: int, config: Any, state: Any) -> Records:
    """Bring a checked change into force; returns the transitions that it causes at `at_ms`."""
    rule, row = config[change.number], state[change.number]
    rule["registered"] = 1
    if isinstance(change, LimitChange):
        return _change_limit(change, at_ms, rule, row)
    if isinstance(change, Retirement):
        return _retire(change, at_ms, rule, row)
    return _suppress(change, at_ms, rule, row)


def _change_limit(change: LimitChange, at_ms: int, rule: Any, row: Any) -> Records:
    """Replace or remove a limit.

    What is active stays so until a reading is judged by the new limit; what waited for a delay
    starts anew, because it waited for another limit. A removed limit returns at once.
    """
    slot = min(change.condition, SILENT_SLOT)
    if change.version <= rule["version"][slot]:
        return no_transitions()
    bit = 1 << change.condition
    transitions = no_transitions()
    if change.present:
        rule["present"] |= bit
    else:
        rule["present"] &= 255 ^ bit
        transitions = _give_back(change.number, bit, at_ms, rule, row)
    rule["version"][slot] = change.version
    if change.condition == SILENT:
        rule["silence_ms"] = change.silence_ms
        return transitions
    row["since_ms"][change.condition] = NEVER
    rule["limit"][change.condition] = change.value
    rule["deadband"][change.condition] = change.deadband
    rule["on_delay_ms"][change.condition] = change.on_delay_ms
    rule["off_delay_ms"][change.condition] = change.off_delay_ms
    return transitions


def _retire(change: Retirement, at_ms: int, rule: Any, row: Any) -> Records:
    """Take out of service: everything active returns at once. Back in service it starts anew."""
    if change.version <= rule["retire_version"]:
        return no_transitions()
    rule["retire_version"] = change.version
    rule["retired"] = change.retired
    transitions = _give_back(change.number, 255, at_ms, rule, row)
    row["since_ms"][:] = NEVER
    row["heard_ms"] = NEVER
    return transitions


def _suppress(change: Suppression, at_ms: int, rule: Any, row: Any) -> Records:
    """Set the window of suppression; if that ends one, what it had hidden is told."""
    if change.version <= rule["suppress_version"]:
        return no_transitions()
    rule["suppress_version"] = change.version
    rule["suppress_from_ms"], rule["suppress_until_ms"] = change.starts_ms, change.ends_ms
    rule["suppressed"] = change.starts_ms <= at_ms < change.ends_ms
    if rule["suppressed"]:
        return no_transitions()
    hidden = int(row["active"]) & ~int(row["reported"])
    row["reported"] = row["active"]
    for condition in _conditions(hidden):
        row["raised_ms"][min(condition, SILENT_SLOT)] = at_ms
    return written(change.number, hidden, RAISED, at_ms, rule, row)


def _give_back(number: int, bits: int, at_ms: int, rule: Any, row: Any) -> Records:
    """Return the active conditions among `bits`; told only where the raise was told."""
    told = int(row["reported"]) & bits
    row["active"] &= 255 ^ bits
    row["reported"] &= 255 ^ bits
    return written(number, told, RETURNED, at_ms, rule, row)


def written(number: int, bits: int, kind: int, at_ms: int, rule: Any, row: Any) -> Records:
    """Write the transitions of one datastream's conditions, stamped not before their raise."""
    rows = []
    for condition in _conditions(bits):
        slot = min(condition, SILENT_SLOT)
        limit = rule["silence_ms"] if condition == SILENT else rule["limit"][condition]
        stamp_ms = max(at_ms, int(row["raised_ms"][slot]))
        version = rule["version"][slot]
        rows.append((number, condition, kind, stamp_ms, row["last_value"], limit, version, 0))
    return np.array(rows, TRANSITION)


def _conditions(bits: int) -> list[int]:
    """Name the conditions of a bit mask in the order of their numbers."""
    return [c for c in (*range(VALUE_LIMITS), SILENT) if bits & (1 << c)]
