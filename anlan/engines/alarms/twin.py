"""The same judgement in numpy, whole columns at a time: a check on the kernel and a fall-back.

A datastream that stands in a batch several times needs one round for each time, so a burst of one
plant costs this twin a hundred times what it costs the kernel.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.engines.alarms.records import (
    BAD_QUALITY,
    MOST_TRANSITIONS,
    NEVER,
    RAISED,
    RETURNED,
    SILENT,
    SILENT_BIT,
    SILENT_SLOT,
    TRANSITION,
    VALUE_LIMITS,
    L,
    Readings,
    Records,
    no_transitions,
)

Numbers = NDArray[Any]


#: What one datastream may say of one message stands in this many places.
_ORDERS = 2 * MOST_TRANSITIONS


class _Sheet:
    """Collects transitions in any order and hands them out in the order of the log."""

    def __init__(self) -> None:
        self._keys: list[Numbers] = []
        self._parts: list[Records] = []

    def write(self, places: Numbers, order: int, part: Records) -> None:
        self._keys.append(places * _ORDERS + order)
        self._parts.append(part)

    def sorted(self) -> Records:
        return np.concatenate(self._parts)[np.argsort(np.concatenate(self._keys))]


def _turn(
    config: Any, state: Any, numbers: Numbers, condition: int, kind: int, at_ms: Any
) -> tuple[Records, NDArray[np.bool_]]:
    """Flip a condition of many datastreams; returns what may be told, and of whom."""
    bit = np.uint8(1 << condition)
    if kind == RAISED:
        state["active"][numbers] |= bit
        told = config["suppressed"][numbers] == 0
        state["reported"][numbers[told]] |= bit
    else:
        state["active"][numbers] &= ~bit
        told = state["reported"][numbers] & bit != 0
        state["reported"][numbers[told]] &= ~bit
    numbers = numbers[told]
    part: Any = np.zeros(len(numbers), TRANSITION)
    part["number"] = numbers
    part["condition"] = condition
    part["kind"] = kind
    part["at_ms"] = at_ms[told]
    part["value"] = state["last_value"][numbers]
    part["limit"] = (
        config["silence_ms"][numbers]
        if condition == SILENT
        else config["limit"][numbers, condition]
    )
    part["version"] = config["version"][numbers, min(condition, SILENT_SLOT)]
    return part, told


def _judge_limit(
    config: Any, state: Any, numbers: Numbers, places: Numbers, condition: int, sheet: _Sheet
) -> None:
    """Judge the last values of datastreams that have this limit."""
    mirror = 1.0 if condition < L else -1.0
    value = mirror * state["last_value"][numbers]
    limit = mirror * config["limit"][numbers, condition]
    active = state["active"][numbers] & np.uint8(1 << condition) != 0
    below = value < limit - config["deadband"][numbers, condition]
    turning = np.where(active, below, value >= limit)
    last_ms = state["last_ms"][numbers]
    since_ms = state["since_ms"][numbers, condition]
    since_ms = np.where(turning, np.where(since_ms == NEVER, last_ms, since_ms), NEVER)
    delay_ms = np.where(
        active,
        config["off_delay_ms"][numbers, condition],
        config["on_delay_ms"][numbers, condition],
    )
    waited = np.zeros(len(numbers), np.bool_)
    waited[turning] = (last_ms - since_ms)[turning] >= delay_ms[turning]
    state["since_ms"][numbers, condition] = np.where(waited, NEVER, since_ms)
    at_ms = since_ms + delay_ms
    raised_ms = state["raised_ms"][:, condition]
    at_ms = np.where(active, np.maximum(at_ms, raised_ms[numbers]), at_ms)
    for kind, chosen in ((RAISED, waited & ~active), (RETURNED, waited & active)):
        if kind == RAISED:
            raised_ms[numbers[chosen]] = at_ms[chosen]
        part, told = _turn(config, state, numbers[chosen], condition, kind, at_ms[chosen])
        sheet.write(places[chosen][told], 1 + condition, part)


def _round(
    columns: tuple[Numbers, ...], arrived_ms: int, config: Any, state: Any, sheet: _Sheet
) -> tuple[int, int]:
    """Judge readings of which no two belong to one datastream; returns (bad, late)."""
    numbers, times_ms, values, quality, places = columns
    state["heard_ms"][numbers] = np.maximum(state["heard_ms"][numbers], arrived_ms)
    back = state["active"][numbers] & np.uint8(SILENT_BIT) != 0
    at_ms = np.maximum(arrived_ms, state["raised_ms"][numbers[back], SILENT_SLOT])
    part, told = _turn(config, state, numbers[back], SILENT, RETURNED, at_ms)
    sheet.write(places[back][told], 0, part)
    bad = (quality == BAD_QUALITY) | ~np.isfinite(values)
    late = ~bad & (times_ms <= state["last_ms"][numbers])
    judged = ~bad & ~late & (config["retired"][numbers] == 0)
    numbers, places = numbers[judged], places[judged]
    state["last_ms"][numbers] = times_ms[judged]
    state["clock_ms"][numbers] = state["heard_ms"][numbers]
    state["last_value"][numbers] = values[judged]
    for condition in range(VALUE_LIMITS):
        has = config["present"][numbers] & np.uint8(1 << condition) != 0
        _judge_limit(config, state, numbers[has], places[has], condition, sheet)
    return int(bad.sum()), int(late.sum())


def _occurrence(numbers: Numbers) -> Numbers:
    """Tell for each entry how many equal ones stand before it."""
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    result = np.empty(len(numbers), np.int64)
    lengths = np.diff(np.r_[starts, len(numbers)])
    result[order] = np.arange(len(numbers)) - np.repeat(starts, lengths)
    return result


class Twin:
    """The numpy judgement behind the same face as `kernel.Kernel`."""

    def batch(
        self, readings: Readings, arrived_ms: int, config: Any, state: Any
    ) -> tuple[Records, int, int, int]:
        """Judge one batch; returns (transitions, unknown, bad, late)."""
        numbers = readings.numbers
        known = (numbers >= 0) & (numbers < len(config))
        known[known] = config["registered"][numbers[known]] != 0
        places = np.flatnonzero(known)
        unknown = len(numbers) - len(places)
        if not len(places):
            return no_transitions(), unknown, 0, 0
        columns = (*(column[places] for column in readings), places)
        rounds = _occurrence(columns[0])
        sheet, bad, late = _Sheet(), 0, 0
        for turn in range(int(rounds.max()) + 1):
            chosen = rounds == turn
            tally = _round(tuple(c[chosen] for c in columns), arrived_ms, config, state, sheet)
            bad, late = bad + tally[0], late + tally[1]
        return sheet.sorted(), unknown, bad, late

    def tick(self, tick_ms: int, *, restart: bool, config: Any, state: Any) -> Records:
        """Judge one tick over all datastreams."""
        numbers = np.flatnonzero((config["registered"] != 0) & (config["retired"] == 0))
        anew = numbers if restart else numbers[state["heard_ms"][numbers] == NEVER]
        state["heard_ms"][anew] = tick_ms
        state["clock_ms"][anew] = tick_ms
        sheet = _Sheet()
        self._suppress(tick_ms, config, state, numbers, sheet)
        for condition in range(VALUE_LIMITS):
            self._run_out(tick_ms, config, state, numbers, condition, sheet)
        active_or_absent = (state["active"] & SILENT_BIT != 0) | (
            config["present"] & SILENT_BIT == 0
        )
        waiting = numbers[~active_or_absent[numbers]]
        elapsed_ms = tick_ms - state["heard_ms"][waiting]
        silent = waiting[elapsed_ms >= config["silence_ms"][waiting]]
        state["raised_ms"][silent, SILENT_SLOT] = tick_ms
        at_ms = np.full(len(silent), tick_ms, np.int64)
        part, told = _turn(config, state, silent, SILENT, RAISED, at_ms)
        sheet.write(silent[told], MOST_TRANSITIONS + SILENT_SLOT, part)
        return sheet.sorted()

    @staticmethod
    def _suppress(tick_ms: int, config: Any, state: Any, numbers: Numbers, sheet: _Sheet) -> None:
        """Begin or end suppression when its time has come; its end tells what it had hidden."""
        begun = config["suppress_from_ms"][numbers] <= tick_ms
        suppressed = begun & (tick_ms < config["suppress_until_ms"][numbers])
        ended = numbers[~suppressed & (config["suppressed"][numbers] != 0)]
        config["suppressed"][numbers] = suppressed
        hidden = state["active"][ended] & ~state["reported"][ended]
        for slot, condition in enumerate((*range(VALUE_LIMITS), SILENT)):
            chosen = ended[hidden & np.uint8(1 << condition) != 0]
            state["raised_ms"][chosen, slot] = tick_ms
            at_ms = np.full(len(chosen), tick_ms, np.int64)
            part, told = _turn(config, state, chosen, condition, RAISED, at_ms)
            sheet.write(chosen[told], slot, part)

    @staticmethod
    def _run_out(
        tick_ms: int, config: Any, state: Any, numbers: Numbers, condition: int, sheet: _Sheet
    ) -> None:
        """Raise what waited for its on-delay while no new reading came."""
        inactive = state["active"][numbers] & np.uint8(1 << condition) == 0
        waiting = numbers[inactive & (state["since_ms"][numbers, condition] != NEVER)]
        since_ms = state["since_ms"][waiting, condition]
        reading_clock_ms = state["last_ms"][waiting] + (tick_ms - state["clock_ms"][waiting])
        delay_ms = config["on_delay_ms"][waiting, condition]
        due = reading_clock_ms - since_ms >= delay_ms
        waiting, at_ms = waiting[due], (since_ms + delay_ms)[due]
        state["since_ms"][waiting, condition] = NEVER
        state["raised_ms"][waiting, condition] = at_ms
        part, told = _turn(config, state, waiting, condition, RAISED, at_ms)
        sheet.write(waiting[told], MOST_TRANSITIONS + condition, part)
