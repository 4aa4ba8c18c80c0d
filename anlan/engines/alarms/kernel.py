"""The compiled judgement: one record per datastream, readings in log order (README.md has the rules).

Signatures are explicit and both the read-only and the writable form of an array is compiled at
import: `np.frombuffer` gives read-only arrays, which are another type to numba, and the first real
message must not wait a second for the compiler. Everything compiled stands in this file: numba's
cache on disk does not see that a function it has inlined from another file has changed.
"""

from math import isfinite
from typing import Any

import numba
import numpy as np
from numba import types

from anlan.engines.alarms import records
from anlan.engines.alarms.prefetch import hint
from anlan.engines.alarms.records import (
    BAD_QUALITY,
    BLOCK_BITS,
    CONDITIONS,
    DELAYED,
    DELAYED_BITS,
    FROZEN,
    FROZEN_BIT,
    LATER,
    MOST_TRANSITIONS,
    NEVER,
    RAISED,
    RANGE,
    RANGE_BIT,
    RATE,
    RATE_BIT,
    RETURNED,
    SILENT,
    SILENT_BIT,
    TRACE_POINTS,
    VALUE_BITS,
    VALUE_LIMITS,
    Book,
    L,
    Readings,
    Records,
)
from anlan.engines.compiling import compiled

#: Transitions that one pass of the kernel writes before it asks for the room to be emptied.
ROOM = 4096
#: So many readings before its turn a record is asked for: about the wait for memory.
AHEAD = 16
prefetch = hint()


@compiled()
def _turn(row, rule, number, condition, kind, at_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Flip a condition and write it down, unless suppression hides the raise; return the new count."""
    bit = 1 << condition
    if kind == RAISED:
        row["raised_ms"][condition] = at_ms
        row["active"] = row["active"] | bit
        if rule["suppressed"]:
            return count
        row["reported"] = row["reported"] | bit
    else:
        # a tick may have raised it ahead of this reading's time
        at_ms = max(at_ms, row["raised_ms"][condition])
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
    slot["version"] = rule["version"][condition]
    return count + 1


@compiled()
def _wait(row, rule, number, condition, turning, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Hold a change back until it has lasted for its delay, in reading time; else forget it."""
    bit = 1 << condition
    if not turning:
        row["pending"] = row["pending"] & (255 ^ bit)
        row["since_ms"][condition] = NEVER
        return count
    if not row["pending"] & bit:
        row["pending"] = row["pending"] | bit
        row["since_ms"][condition] = row["last_ms"]
    active = row["active"] & bit
    delay_ms = rule["off_delay_ms"][condition] if active else rule["on_delay_ms"][condition]
    at_ms = row["since_ms"][condition] + delay_ms
    if row["last_ms"] < at_ms:
        return count
    row["pending"] = row["pending"] & (255 ^ bit)
    row["since_ms"][condition] = NEVER
    kind = RETURNED if active else RAISED
    return _turn(row, rule, number, condition, kind, at_ms, out, count)


@compiled()
def _judge_limit(row, rule, number, condition, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge the last value against one limit; a low limit is a high one seen in a mirror."""
    mirror = 1.0 if condition < L else -1.0
    value = mirror * row["last_value"]
    limit = mirror * rule["limit"][condition]
    active = row["active"] & (1 << condition)
    turning = value < limit - rule["deadband"][condition] if active else value >= limit
    return _wait(row, rule, number, condition, turning, out, count)


@compiled()
def _judge_range(row, rule, number, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge whether the last value is one that the instrument can measure."""
    value, low, high = row["last_value"], rule["low"], rule["limit"][RANGE]
    deadband = rule["deadband"][RANGE]
    if row["active"] & RANGE_BIT:
        turning = low + deadband <= value <= high - deadband
    else:
        turning = value < low or value > high
    return _wait(row, rule, number, RANGE, turning, out, count)


@compiled()
def _judge_rate(row, rule, trace, number, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge the change a second since the newest traced reading that is a window old, if there is one."""
    now_ms, window_ms = row["last_ms"], rule["rate_window_ms"]
    at = trace["newest"]
    for _ in range(trace["count"]):
        span_ms = now_ms - trace["time_ms"][at]
        if span_ms >= window_ms:
            rate = abs(row["last_value"] - trace["value"][at]) / (span_ms / 1000.0)
            limit = rule["limit"][RATE]
            active = row["active"] & RATE_BIT
            turning = rate < limit - rule["deadband"][RATE] if active else rate >= limit
            count = _wait(row, rule, number, RATE, turning, out, count)
            break
        at = at - 1 if at else TRACE_POINTS - 1
    newest = trace["newest"]
    if not trace["count"] or now_ms - trace["time_ms"][newest] >= window_ms // (TRACE_POINTS - 1):
        newest = newest + 1 if newest < TRACE_POINTS - 1 else 0
        trace["newest"] = newest
        trace["count"] = min(trace["count"] + 1, TRACE_POINTS)
        trace["time_ms"][newest] = now_ms
        trace["value"][newest] = row["last_value"]
    return count


@compiled()
def _judge_frozen(row, rule, number, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge whether all values since some reading lie closer together than the spread."""
    value = row["last_value"]
    is_first = row["still_ms"] == NEVER
    low = value if is_first else min(row["still_low"], value)
    high = value if is_first else max(row["still_high"], value)
    has_moved = high - low >= rule["limit"][FROZEN]
    if is_first or has_moved:
        row["still_ms"] = row["last_ms"]
        low, high = value, value
    row["still_low"], row["still_high"] = low, high
    if row["active"] & FROZEN_BIT:
        if has_moved:
            count = _turn(row, rule, number, FROZEN, RETURNED, row["last_ms"], out, count)
    elif row["last_ms"] - row["still_ms"] >= rule["frozen_ms"]:
        at_ms = row["still_ms"] + rule["frozen_ms"]
        count = _turn(row, rule, number, FROZEN, RAISED, at_ms, out, count)
    return count


@compiled()
def _judge(row, rule, traces, number, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Judge the last value against every limit of its datastream."""
    value, present = row["last_value"], rule["present"]
    is_calm = rule["calm_low"] < value < rule["calm_high"]
    if not is_calm or (row["active"] | row["pending"]) & VALUE_BITS:
        for condition in range(VALUE_LIMITS):
            if present & (1 << condition):
                count = _judge_limit(row, rule, number, condition, out, count)
    if present & RATE_BIT:
        count = _judge_rate(row, rule, traces[rule["trace"]], number, out, count)
    if present & RANGE_BIT:
        count = _judge_range(row, rule, number, out, count)
    if present & FROZEN_BIT:
        count = _judge_frozen(row, rule, number, out, count)
    return count


@compiled()
def _run_out(row, rule, number, tick_ms, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Raise what waited for its on-delay while no new reading came."""
    waiting = row["pending"] & DELAYED_BITS & (255 ^ row["active"])
    if not waiting:
        return count
    reading_clock_ms = row["last_ms"] + (tick_ms - row["clock_ms"])
    for condition in range(DELAYED):
        at_ms = row["since_ms"][condition] + rule["on_delay_ms"][condition]
        if waiting & (1 << condition) and reading_clock_ms >= at_ms:
            row["pending"] = row["pending"] & (255 ^ (1 << condition))
            row["since_ms"][condition] = NEVER
            count = _turn(row, rule, number, condition, RAISED, at_ms, out, count)
    return count


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
    for condition in range(CONDITIONS):
        if hidden & (1 << condition):
            count = _turn(row, rule, number, condition, RAISED, tick_ms, out, count)
    return count


@compiled()
def _next(row, rule, tick_ms):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the first tick after this one that may change a datastream if nothing else comes."""
    next_ms = LATER
    if tick_ms < rule["suppress_until_ms"]:
        begins_ms = rule["suppress_from_ms"]
        next_ms = begins_ms if tick_ms < begins_ms else rule["suppress_until_ms"]
    if rule["present"] & SILENT_BIT and not row["active"] & SILENT_BIT:
        next_ms = min(next_ms, row["heard_ms"] + rule["silence_ms"])
    waiting = row["pending"] & DELAYED_BITS & (255 ^ row["active"])
    if waiting:
        behind_ms = row["clock_ms"] - row["last_ms"]
        for condition in range(DELAYED):
            if waiting & (1 << condition):
                at_ms = row["since_ms"][condition] + rule["on_delay_ms"][condition]
                next_ms = min(next_ms, at_ms + behind_ms)
    return next_ms


def _arrays(readonly: bool) -> list[Any]:  # noqa: FBT001 - numba's own word
    kinds = (types.int32, types.int64, types.float64, types.uint8)
    return [types.Array(kind, 1, "C", readonly=readonly) for kind in kinds]


_BOOK = [numba.from_dtype(kind)[::1] for kind in (records.CONFIG, records.STATE, records.TRACE)]
_DUE = types.int64[::1]
_OUT = numba.from_dtype(records.TRANSITION)[::1]
_HEARD = types.UniTuple(types.int64, 5)
_TICKED = types.UniTuple(types.int64, 2)
BATCH_SIGNATURES = [
    _HEARD(*_arrays(readonly), types.int64, *_BOOK, _DUE, _OUT, types.int64)
    for readonly in (True, False)
]
TICK_SIGNATURES = [_TICKED(types.int64, types.boolean, *_BOOK[:2], _DUE, _OUT, types.int64)]


@compiled(BATCH_SIGNATURES)
def step_batch(  # noqa: PLR0913, PLR0917 - numba knows no dataclasses
    numbers: Any,
    times_ms: Any,
    values: Any,
    quality: Any,
    arrived_ms: int,
    config: Any,
    state: Any,
    traces: Any,
    due: Any,
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
        if at + AHEAD < len(numbers) and 0 <= numbers[at + AHEAD] < len(config):
            prefetch(config, numbers[at + AHEAD])
            prefetch(state, numbers[at + AHEAD])
        number = numbers[at]
        if number < 0 or number >= len(config) or not config[number]["registered"]:
            unknown += 1
            continue
        row, rule = state[number], config[number]
        if quality[at] == BAD_QUALITY or not isfinite(values[at]):
            bad += 1
        elif times_ms[at] <= row["last_ms"]:
            late += 1
        else:  # only what can be judged is a sign of life: a line that repeats "bad", or the past, watches nothing
            row["heard_ms"] = max(row["heard_ms"], arrived_ms)
            if row["active"] & SILENT_BIT:
                count = _turn(row, rule, number, SILENT, RETURNED, arrived_ms, out, count)
                due[number >> BLOCK_BITS] = NEVER
            if not rule["retired"]:
                row["last_ms"], row["clock_ms"] = times_ms[at], row["heard_ms"]
                row["last_value"] = values[at]
                count = _judge(row, rule, traces, number, out, count)
                if row["pending"]:  # what it waits for may come sooner with each reading
                    due[number >> BLOCK_BITS] = NEVER
    return len(numbers), count, unknown, bad, late


@compiled(TICK_SIGNATURES)
def step_tick(  # noqa: PLR0913, PLR0917
    tick_ms: int,
    restart: bool,  # noqa: FBT001
    config: Any,
    state: Any,
    due: Any,
    out: Any,
    start: int,
) -> tuple[int, int]:
    """Judge what time alone decides, from datastream `start`; `restart` sets all timers anew.

    Blocks that are not due are passed over. Returns (next datastream, transitions written).
    """
    count, number = 0, start
    while number < len(config):
        block = number >> BLOCK_BITS
        is_whole = number == block << BLOCK_BITS
        end = min((block + 1) << BLOCK_BITS, len(config))
        if is_whole and not restart and tick_ms < due[block]:
            number = end
            continue
        next_ms = LATER
        while number < end:
            if count > len(out) - MOST_TRANSITIONS:
                return number, count
            if number + AHEAD < len(config):
                prefetch(config, number + AHEAD)
                prefetch(state, number + AHEAD)
            row, rule = state[number], config[number]
            number += 1
            if not rule["registered"] or rule["retired"]:
                continue
            if restart or row["heard_ms"] == NEVER:
                row["heard_ms"] = tick_ms
                row["clock_ms"] = tick_ms
            count = _suppress(row, rule, number - 1, tick_ms, out, count)
            count = _run_out(row, rule, number - 1, tick_ms, out, count)
            asked = rule["present"] & SILENT_BIT and not row["active"] & SILENT_BIT
            if asked and tick_ms - row["heard_ms"] >= rule["silence_ms"]:
                count = _turn(row, rule, number - 1, SILENT, RAISED, tick_ms, out, count)
            next_ms = min(next_ms, _next(row, rule, tick_ms))
        due[block] = next_ms if is_whole else NEVER  # of a part nobody knows the rest
    return len(config), count


class Kernel:
    """The compiled judgement behind the face that the numpy twin shares."""

    def __init__(self, room: int = ROOM) -> None:
        self._out = records.no_transitions(max(room, MOST_TRANSITIONS))

    def batch(
        self, readings: Readings, arrived_ms: int, book: Book
    ) -> tuple[Records, int, int, int]:
        """Judge one message; returns (transitions, unknown, bad, late)."""
        columns = (
            records.column(readings.numbers, np.int32),
            records.column(readings.times_ms, np.int64),
            records.column(readings.values, np.float64),
            records.column(readings.quality, np.uint8),
        )
        all_of_it = (book.config, book.state, book.traces, book.due, self._out)
        parts: list[Records] = []
        start, unknown, bad, late = 0, 0, 0, 0
        while start < len(columns[0]):
            start, count, *tally = step_batch(*columns, arrived_ms, *all_of_it, start)
            parts.append(self._out[:count].copy())
            unknown, bad, late = unknown + tally[0], bad + tally[1], late + tally[2]
        return records.joined(parts), unknown, bad, late

    def tick(self, tick_ms: int, *, restart: bool, book: Book) -> Records:
        """Judge one tick over all datastreams."""
        parts: list[Records] = []
        start = 0
        while start < len(book.config):
            start, count = step_tick(
                tick_ms, restart, book.config, book.state, book.due, self._out, start
            )
            parts.append(self._out[:count].copy())
        return records.joined(parts)


def warm() -> None:
    """Run every compiled signature once, so that the first real message finds warm code."""
    book = Book(records.new_config(1), records.new_state(1))
    kernel = Kernel()
    kinds = (np.int32, np.int64, np.float64, np.uint8)
    columns = Readings._make(np.zeros(1, kind) for kind in kinds)
    kernel.batch(columns, 0, book)
    for column in columns:
        column.flags.writeable = False
    kernel.batch(columns, 0, book)
    kernel.tick(0, restart=False, book=book)
