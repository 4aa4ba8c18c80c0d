"""The compiled judgement: one record per datastream, readings in log order (README.md has the rules).

Signatures are explicit and both the read-only and the writable form of an array is compiled at
import: `np.frombuffer` gives read-only arrays, which are another type to numba, and the first real
message must not wait a second for the compiler.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

import numba
import numpy as np
from numba import types

from anlan.engines.alarms import records
from anlan.engines.alarms.records import (
    BAD_QUALITY,
    MOST_TRANSITIONS,
    NEVER,
    RAISED,
    RETURNED,
    SILENT,
    SILENT_BIT,
    SILENT_SLOT,
    VALUE_LIMITS,
    L,
    Readings,
    Records,
)

#: Transitions that one pass of the kernel writes before it asks for the room to be emptied.
ROOM = 4096


def compiled(signatures: list[Any] | None = None) -> Callable[[Any], Any]:
    """Compile without the interpreter lock, keeping the machine code on disk where a disk allows it."""

    def compile_it(function: Any) -> Any:
        try:
            return numba.njit(signatures, nogil=True, cache=True)(function)
        except (RuntimeError, OSError):  # a read-only or full installation: compile at each start
            return numba.njit(signatures, nogil=True)(function)

    return compile_it


@compiled()
def _turn(row, rule, number, condition, kind, at_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Flip a condition and write it down, unless suppression hides the raise; return the new count."""
    bit = 1 << condition
    if kind == RAISED:
        row["active"] = row["active"] | bit
        if rule["suppressed"]:
            return count
        row["reported"] = row["reported"] | bit
    else:
        row["active"] = row["active"] & (255 ^ bit)
        if not row["reported"] & bit:
            return count
        row["reported"] = row["reported"] & (255 ^ bit)
    slot = out[count]
    slot["number"] = number
    slot["condition"] = condition
    slot["kind"] = kind
    slot["at_ms"] = at_ms
    slot["value"] = row["last_value"]
    slot["limit"] = rule["silence_ms"] if condition == SILENT else rule["limit"][condition]
    slot["version"] = rule["version"][min(condition, SILENT_SLOT)]
    return count + 1


@compiled()
def _hear(row, rule, number, arrived_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Something arrived, good or bad: the datastream is not silent."""
    row["heard_ms"] = max(row["heard_ms"], arrived_ms)
    if row["active"] & SILENT_BIT:
        at_ms = max(arrived_ms, row["raised_ms"][SILENT_SLOT])
        return _turn(row, rule, number, SILENT, RETURNED, at_ms, out, count)
    return count


@compiled()
def _judge_limit(row, rule, number, condition, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge the last value against one limit; a low limit is a high one seen in a mirror."""
    mirror = 1.0 if condition < L else -1.0
    value = mirror * row["last_value"]
    limit = mirror * rule["limit"][condition]
    active = row["active"] & (1 << condition)
    turning = value < limit - rule["deadband"][condition] if active else value >= limit
    since = row["since_ms"]
    if not turning:
        since[condition] = NEVER
        return count
    if since[condition] == NEVER:
        since[condition] = row["last_ms"]
    delay_ms = rule["off_delay_ms"][condition] if active else rule["on_delay_ms"][condition]
    if row["last_ms"] - since[condition] < delay_ms:
        return count
    at_ms = since[condition] + delay_ms
    since[condition] = NEVER
    if active:  # a tick may have raised it ahead of this reading's time
        at_ms = max(at_ms, row["raised_ms"][condition])
        return _turn(row, rule, number, condition, RETURNED, at_ms, out, count)
    row["raised_ms"][condition] = at_ms
    return _turn(row, rule, number, condition, RAISED, at_ms, out, count)


@compiled()
def _judge(row, rule, number, time_ms, value, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Take one good reading and judge it against every limit of its datastream."""
    row["last_ms"] = time_ms
    row["clock_ms"] = row["heard_ms"]
    row["last_value"] = value
    for condition in range(VALUE_LIMITS):
        if rule["present"] & (1 << condition):
            count = _judge_limit(row, rule, number, condition, out, count)
    return count


@compiled()
def _run_out(row, rule, number, tick_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Raise what waited for its on-delay while no new reading came."""
    for condition in range(VALUE_LIMITS):
        since_ms = row["since_ms"][condition]
        if since_ms == NEVER or row["active"] & (1 << condition):
            continue
        reading_clock_ms = row["last_ms"] + (tick_ms - row["clock_ms"])
        if reading_clock_ms - since_ms >= rule["on_delay_ms"][condition]:
            at_ms = since_ms + rule["on_delay_ms"][condition]
            row["since_ms"][condition] = NEVER
            row["raised_ms"][condition] = at_ms
            count = _turn(row, rule, number, condition, RAISED, at_ms, out, count)
    return count


@compiled()
def _fall_silent(row, rule, number, tick_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Raise `silent` for a datastream that was not heard for its time of silence."""
    if not rule["present"] & SILENT_BIT or row["active"] & SILENT_BIT:
        return count
    if tick_ms - row["heard_ms"] < rule["silence_ms"]:
        return count
    row["raised_ms"][SILENT_SLOT] = tick_ms
    return _turn(row, rule, number, SILENT, RAISED, tick_ms, out, count)


@compiled()
def _suppress(row, rule, number, tick_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Begin or end suppression when its time has come; its end tells what it had hidden."""
    suppressed = rule["suppress_from_ms"] <= tick_ms < rule["suppress_until_ms"]
    if suppressed == (rule["suppressed"] != 0):
        return count
    rule["suppressed"] = suppressed
    hidden = row["active"] & (255 ^ row["reported"])
    if suppressed or not hidden:
        return count
    for slot in range(SILENT_SLOT + 1):
        condition = SILENT if slot == SILENT_SLOT else slot
        if hidden & (1 << condition):
            row["raised_ms"][slot] = tick_ms
            count = _turn(row, rule, number, condition, RAISED, tick_ms, out, count)
    return count


def _arrays(readonly: bool) -> list[Any]:  # noqa: FBT001 - numba's own word
    kinds = (types.int32, types.int64, types.float64, types.uint8)
    return [types.Array(kind, 1, "C", readonly=readonly) for kind in kinds]


_CONFIG = numba.from_dtype(records.CONFIG)[::1]
_STATE = numba.from_dtype(records.STATE)[::1]
_OUT = numba.from_dtype(records.TRANSITION)[::1]
_HEARD = types.UniTuple(types.int64, 5)
_TICKED = types.UniTuple(types.int64, 2)
BATCH_SIGNATURES = [
    _HEARD(*_arrays(readonly), types.int64, _CONFIG, _STATE, _OUT, types.int64)
    for readonly in (True, False)
]
TICK_SIGNATURES = [_TICKED(types.int64, types.boolean, _CONFIG, _STATE, _OUT, types.int64)]


@compiled(BATCH_SIGNATURES)
def step_batch(  # noqa: PLR0913, PLR0917 - numba knows no dataclasses
    numbers: Any,
    times_ms: Any,
    values: Any,
    quality: Any,
    arrived_ms: int,
    config: Any,
    state: Any,
    out: Any,
    start: int,
) -> tuple[int, int, int, int, int]:
    """Judge readings from `start` until the end or until `out` is full.

    Returns (next reading, transitions written, unknown, bad, late or repeated).
    """
    count, unknown, bad, late = 0, 0, 0, 0
    for at in range(start, len(numbers)):
        if count > len(out) - MOST_TRANSITIONS:
            return at, count, unknown, bad, late
        number = numbers[at]
        if number < 0 or number >= len(config) or not config[number]["registered"]:
            unknown += 1
            continue
        row, rule = state[number], config[number]
        count = _hear(row, rule, number, arrived_ms, out, count)
        if quality[at] == BAD_QUALITY or not isfinite(values[at]):
            bad += 1
        elif times_ms[at] <= row["last_ms"]:
            late += 1
        elif not rule["retired"]:
            count = _judge(row, rule, number, times_ms[at], values[at], out, count)
    return len(numbers), count, unknown, bad, late


@compiled(TICK_SIGNATURES)
def step_tick(
    tick_ms: int,
    restart: bool,  # noqa: FBT001
    config: Any,
    state: Any,
    out: Any,
    start: int,
) -> tuple[int, int]:
    """Judge what time alone decides, from datastream `start`; `restart` sets all timers anew.

    Returns (next datastream, transitions written).
    """
    count = 0
    for number in range(start, len(config)):
        if count > len(out) - MOST_TRANSITIONS:
            return number, count
        row, rule = state[number], config[number]
        if not rule["registered"] or rule["retired"]:
            continue
        if restart or row["heard_ms"] == NEVER:
            row["heard_ms"] = tick_ms
            row["clock_ms"] = tick_ms
        count = _suppress(row, rule, number, tick_ms, out, count)
        count = _run_out(row, rule, number, tick_ms, out, count)
        count = _fall_silent(row, rule, number, tick_ms, out, count)
    return len(config), count


def _column(array: Any, kind: Any) -> Any:
    """Return the column as the compiled signature wants it; copies only what is odd or unaligned."""
    return np.require(array, kind, ["C", "A"])


class Kernel:
    """The compiled judgement behind the face that the numpy twin shares."""

    def __init__(self, room: int = ROOM) -> None:
        self._out = records.no_transitions(max(room, MOST_TRANSITIONS))

    def batch(
        self, readings: Readings, arrived_ms: int, config: Records, state: Records
    ) -> tuple[Records, int, int, int]:
        """Judge one message; returns (transitions, unknown, bad, late)."""
        columns = (
            _column(readings.numbers, np.int32),
            _column(readings.times_ms, np.int64),
            _column(readings.values, np.float64),
            _column(readings.quality, np.uint8),
        )
        parts: list[Records] = []
        start, unknown, bad, late = 0, 0, 0, 0
        while start < len(columns[0]):
            start, count, *tally = step_batch(*columns, arrived_ms, config, state, self._out, start)
            parts.append(self._out[:count].copy())
            unknown, bad, late = unknown + tally[0], bad + tally[1], late + tally[2]
        return joined(parts), unknown, bad, late

    def tick(self, tick_ms: int, *, restart: bool, config: Records, state: Records) -> Records:
        """Judge one tick over all datastreams."""
        parts: list[Records] = []
        start = 0
        while start < len(config):
            start, count = step_tick(tick_ms, restart, config, state, self._out, start)
            parts.append(self._out[:count].copy())
        return joined(parts)


def joined(parts: list[Records]) -> Records:
    """Put the parts of one message's transitions together, without a copy when there is one part."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else records.no_transitions()


def warm() -> None:
    """Run every compiled signature once, so that the first real message finds warm code."""
    config, state = records.new_config(1), records.new_state(1)
    kernel = Kernel()
    kinds = (np.int32, np.int64, np.float64, np.uint8)
    columns = Readings._make(np.zeros(1, kind) for kind in kinds)
    kernel.batch(columns, 0, config, state)
    for column in columns:
        column.flags.writeable = False
    kernel.batch(columns, 0, config, state)
    kernel.tick(0, restart=False, config=config, state=state)
