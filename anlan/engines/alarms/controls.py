"""Changes of what is asked: limits, retirement, suppression by design; idempotent by version.

A change older than, or as old as, the one in force is ignored: a replay or a repeat alters nothing.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from anlan.engines.alarms.records import (
    CONDITIONS,
    DELAYED,
    FROZEN,
    HH,
    LL,
    NEVER,
    RAISED,
    RANGE,
    RATE,
    RETURNED,
    SILENT,
    TRACE,
    TRACE_POINTS,
    TRANSITION,
    Book,
    H,
    L,
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
    """One limit of one datastream from now on; `present=False` removes it.

    `value` is the limit; for RATE a change per second over `window_ms`, for RANGE the upper end above
    `low`, for FROZEN the spread that values must stay within for `window_ms`. `gateway` and `device` are
    what the datastream hangs on, "" where it is not known.
    """

    number: int
    condition: int
    version: int
    present: bool = True
    value: float = 0.0
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    silence_ms: int = 0
    low: float = 0.0
    window_ms: int = 0
    gateway: str = ""
    device: str = ""


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
    if not 0 <= change.condition < CONDITIONS:
        raise ControlError(f"condition {change.condition} is not known")
    if change.condition == SILENT:
        if not 0 < change.silence_ms <= _LONGEST_DELAY_MS:
            raise ControlError(f"a silence of {change.silence_ms} ms would never end or never come")
        return
    if not isfinite(change.value) or not isfinite(change.deadband) or change.deadband < 0:
        raise ControlError(f"limit {change.value} with deadband {change.deadband}")
    for delay_ms in (change.on_delay_ms, change.off_delay_ms, change.window_ms):
        if not 0 <= delay_ms <= _LONGEST_DELAY_MS:
            raise ControlError(f"a delay of {delay_ms} ms")
    _check_shape(change)


def _check_shape(change: LimitChange) -> None:
    """Refuse a rate, a range or a frozen signal that could not be told from its opposite."""
    if change.condition in {RATE, FROZEN} and not change.value > 0:
        raise ControlError(f"a change of {change.value} is none")
    if change.condition == RATE and change.window_ms < TRACE_POINTS - 1:
        raise ControlError(f"a rate over {change.window_ms} ms")
    if change.condition == FROZEN and change.window_ms < 1:
        raise ControlError(f"frozen after {change.window_ms} ms")
    if change.condition == FROZEN and (
        change.deadband,
        change.on_delay_ms,
        change.off_delay_ms,
    ) != (0, 0, 0):
        raise ControlError("a frozen signal has neither deadband nor delays")
    if change.condition == RANGE and not change.low < change.value:
        raise ControlError(f"a range from {change.low} to {change.value}")


def apply(change: Change, at_ms: int, book: Book) -> Records:
    """Bring a checked change into force; returns the transitions that it causes at `at_ms`."""
    rule: Any = book.config[change.number]
    row: Any = book.state[change.number]
    rule["registered"] = 1
    if isinstance(change, LimitChange):
        return _change_limit(change, at_ms, rule, row, book)
    if isinstance(change, Retirement):
        return _retire(change, at_ms, rule, row, book)
    return _suppress(change, at_ms, rule, row)


def _change_limit(change: LimitChange, at_ms: int, rule: Any, row: Any, book: Book) -> Records:
    """Replace or remove a limit.

    What is active stays so until a reading is judged by the new limit; what waited for a delay, a
    window or a stretch starts anew, because it waited for another limit. A removed limit returns at
    once.
    """
    condition, bit = change.condition, 1 << change.condition
    if change.version <= rule["version"][condition]:
        return no_transitions()
    transitions = no_transitions()
    if change.present:
        rule["present"] |= bit
    else:
        rule["present"] &= 255 ^ bit
        transitions = _give_back(change.number, bit, at_ms, rule, row)
    rule["version"][condition] = change.version
    if condition == SILENT:
        rule["silence_ms"] = change.silence_ms
        return transitions
    rule["limit"][condition] = change.value
    if condition < DELAYED:
        row["pending"] &= 255 ^ bit
        row["since_ms"][condition] = NEVER
        rule["deadband"][condition] = change.deadband
        rule["on_delay_ms"][condition] = change.on_delay_ms
        rule["off_delay_ms"][condition] = change.off_delay_ms
    if condition == RATE:
        rule["rate_window_ms"] = change.window_ms
        _begin_trace(change.number, book)
    elif condition == RANGE:
        rule["low"] = change.low
    elif condition == FROZEN:
        rule["frozen_ms"] = change.window_ms
        row["still_ms"] = NEVER
    _set_calm(rule)
    return transitions


def _begin_trace(number: int, book: Book) -> None:
    """Forget what a rate looked back to; give a trace to who never had one."""
    config: Any = book.config
    place = int(config["trace"][number])
    if place:
        book.traces[place] = np.zeros((), TRACE)
    else:
        book.give_traces(np.array([number]))


def _set_calm(rule: Any) -> None:
    """Say between which values no limit on the value is touched."""
    present = [condition for condition in (HH, H, L, LL) if rule["present"] & (1 << condition)]
    rule["calm_high"] = min((rule["limit"][c] for c in present if c < L), default=np.inf)
    rule["calm_low"] = max((rule["limit"][c] for c in present if c >= L), default=-np.inf)


def _retire(change: Retirement, at_ms: int, rule: Any, row: Any, book: Book) -> Records:
    """Take out of service: everything active returns at once. Back in service it starts anew.

    To say once more of what is in service that it is alters nothing: its alarms stand.
    """
    if change.version <= rule["retire_version"]:
        return no_transitions()
    rule["retire_version"] = change.version
    if not (change.retired or rule["retired"]):
        return no_transitions()
    rule["retired"] = change.retired
    transitions = _give_back(change.number, 255, at_ms, rule, row)
    row["pending"] = 0
    row["since_ms"][:] = NEVER
    row["heard_ms"] = row["still_ms"] = NEVER
    if rule["trace"]:
        _begin_trace(change.number, book)
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
        row["raised_ms"][condition] = at_ms
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
        limit = rule["silence_ms"] if condition == SILENT else rule["limit"][condition]
        stamp_ms = max(at_ms, int(row["raised_ms"][condition]))
        version = rule["version"][condition]
        rows.append((number, condition, kind, stamp_ms, row["last_value"], limit, version, 0))
    return np.array(rows, TRANSITION)


def _conditions(bits: int) -> list[int]:
    """Name the conditions of a bit mask in the order of their numbers."""
    return [condition for condition in range(CONDITIONS) if bits & (1 << condition)]
