"""The same judgement in numpy, whole columns at a time: a check on the kernel and a fall-back.

A datastream that stands in a batch several times needs one round for each time, so a burst of one
plant costs this twin a hundred times what it costs the kernel.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.engines.alarms.records import (
    BAD_QUALITY,
    CONDITIONS,
    DELAYED,
    FROZEN,
    MOST_TRANSITIONS,
    NEVER,
    RAISED,
    RANGE,
    RATE,
    RETURNED,
    SILENT,
    SILENT_BIT,
    TRACE_POINTS,
    TRANSITION,
    VALUE_LIMITS,
    Book,
    L,
    Readings,
    Records,
    no_transitions,
)

Numbers = NDArray[Any]
Flags = NDArray[np.bool_]

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
    book: Any, numbers: Numbers, condition: int, kind: int, at_ms: Any
) -> tuple[Records, Flags]:
    """Flip a condition of many datastreams; returns what may be told, and of whom."""
    config, state = book.config, book.state
    bit = np.uint8(1 << condition)
    if kind == RAISED:
        state["raised_ms"][numbers, condition] = at_ms
        state["active"][numbers] |= bit
        told = config["suppressed"][numbers] == 0
        state["reported"][numbers[told]] |= bit
    else:
        at_ms = np.maximum(at_ms, state["raised_ms"][numbers, condition])
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
    asked = config["silence_ms"] if condition == SILENT else config["limit"][:, condition]
    part["limit"] = asked[numbers]
    part["version"] = config["version"][numbers, condition]
    return part, told


class _Round:
    """Judges readings of which no two belong to one datastream."""

    def __init__(self, book: Any, sheet: _Sheet) -> None:
        self.book, self.sheet = book, sheet

    def judge(self, columns: tuple[Numbers, ...], arrived_ms: int) -> tuple[int, int]:
        """Judge the columns (numbers, times, values, quality, places); returns (bad, late)."""
        numbers, times_ms, values, quality, places = columns
        config, state = self.book.config, self.book.state
        bad = (quality == BAD_QUALITY) | ~np.isfinite(values)
        late = ~bad & (times_ms <= state["last_ms"][numbers])
        self._hear(numbers[~bad & ~late], places[~bad & ~late], arrived_ms)
        judged = ~bad & ~late & (config["retired"][numbers] == 0)
        numbers, places = numbers[judged], places[judged]
        state["last_ms"][numbers] = times_ms[judged]
        state["clock_ms"][numbers] = state["heard_ms"][numbers]
        state["last_value"][numbers] = values[judged]
        judges = (*[self._limit] * VALUE_LIMITS, self._rate, self._range, self._frozen)
        for condition, judge in enumerate(judges):
            has = config["present"][numbers] & np.uint8(1 << condition) != 0
            judge(numbers[has], places[has], condition)
        return int(bad.sum()), int(late.sum())

    def _hear(self, numbers: Numbers, places: Numbers, arrived_ms: int) -> None:
        """Take what can be judged as the only sign of life; it ends silence."""
        state = self.book.state
        state["heard_ms"][numbers] = np.maximum(state["heard_ms"][numbers], arrived_ms)
        back = state["active"][numbers] & np.uint8(SILENT_BIT) != 0
        at_ms = np.full(int(back.sum()), arrived_ms)
        self._turn(numbers[back], places[back], SILENT, RETURNED, at_ms, order=0)

    def _turn(
        self,
        numbers: Numbers,
        places: Numbers,
        condition: int,
        kind: int,
        at_ms: Any,
        *,
        order: int,
    ) -> None:
        part, told = _turn(self.book, numbers, condition, kind, at_ms)
        self.sheet.write(places[told], order, part)

    def _active(self, numbers: Numbers, condition: int) -> Flags:
        found: Flags = self.book.state["active"][numbers] & np.uint8(1 << condition) != 0
        return found

    def _wait(self, numbers: Numbers, places: Numbers, condition: int, turning: Flags) -> None:
        """Hold changes back until they have lasted for their delays; forget what did not last."""
        config, state = self.book.config, self.book.state
        bit = np.uint8(1 << condition)
        active = self._active(numbers, condition)
        last_ms = state["last_ms"][numbers]
        fresh = state["pending"][numbers] & bit == 0
        since_ms = np.where(fresh, last_ms, state["since_ms"][numbers, condition])
        delays = (config["on_delay_ms"], config["off_delay_ms"])
        on_ms, off_ms = (delay[numbers, condition] for delay in delays)
        at_ms = since_ms + np.where(active, off_ms, on_ms)
        waited = turning & (last_ms >= at_ms)
        waits = turning & ~waited
        state["pending"][numbers[waits]] |= bit
        state["pending"][numbers[~waits]] &= ~bit
        state["since_ms"][numbers, condition] = np.where(waits, since_ms, NEVER)
        for kind, chosen in ((RAISED, waited & ~active), (RETURNED, waited & active)):
            order = 1 + condition
            self._turn(numbers[chosen], places[chosen], condition, kind, at_ms[chosen], order=order)

    def _limit(self, numbers: Numbers, places: Numbers, condition: int) -> None:
        config, state = self.book.config, self.book.state
        mirror = 1.0 if condition < L else -1.0
        value = mirror * state["last_value"][numbers]
        limit = mirror * config["limit"][numbers, condition]
        back = value < limit - config["deadband"][numbers, condition]
        turning = np.where(self._active(numbers, condition), back, value >= limit)
        self._wait(numbers, places, condition, turning)

    def _range(self, numbers: Numbers, places: Numbers, condition: int) -> None:
        config, value = self.book.config, self.book.state["last_value"][numbers]
        low, high = config["low"][numbers], config["limit"][numbers, RANGE]
        deadband = config["deadband"][numbers, RANGE]
        back = (low + deadband <= value) & (value <= high - deadband)
        turning = np.where(self._active(numbers, condition), back, (value < low) | (value > high))
        self._wait(numbers, places, condition, turning)

    def _rate(self, numbers: Numbers, places: Numbers, condition: int) -> None:
        config, state = self.book.config, self.book.state
        mine = config["trace"][numbers]
        traces: Any = self.book.traces[mine]
        now_ms, value = state["last_ms"][numbers], state["last_value"][numbers]
        window_ms = config["rate_window_ms"][numbers]
        ages = np.arange(TRACE_POINTS)
        rows = np.arange(len(numbers))
        ring = (traces["newest"][:, None] - ages) % TRACE_POINTS
        span_ms = now_ms[:, None] - traces["time_ms"][rows[:, None], ring]
        old = (span_ms >= window_ms[:, None]) & (ages < traces["count"][:, None])
        has, first = old.any(axis=1), old.argmax(axis=1)
        chosen = rows[has], first[has]
        past = traces["value"][rows[has], ring[chosen]]
        rate = np.abs(value[has] - past) / (span_ms[chosen] / 1000.0)
        limit = config["limit"][numbers[has], RATE]
        back = rate < limit - config["deadband"][numbers[has], RATE]
        turning = np.where(self._active(numbers[has], condition), back, rate >= limit)
        self._wait(numbers[has], places[has], condition, turning)
        newest_ms = traces["time_ms"][rows, traces["newest"]]
        due = now_ms - newest_ms >= window_ms // (TRACE_POINTS - 1)
        due |= traces["count"] == 0
        newest = (traces["newest"][due] + 1) % TRACE_POINTS
        table: Any = self.book.traces
        table["newest"][mine[due]] = newest
        table["count"][mine[due]] = np.minimum(traces["count"][due] + 1, TRACE_POINTS)
        table["time_ms"][mine[due], newest] = now_ms[due]
        table["value"][mine[due], newest] = value[due]

    def _frozen(self, numbers: Numbers, places: Numbers, condition: int) -> None:
        config, state = self.book.config, self.book.state
        value, last_ms = state["last_value"][numbers], state["last_ms"][numbers]
        first = state["still_ms"][numbers] == NEVER
        low = np.where(first, value, np.minimum(state["still_low"][numbers], value))
        high = np.where(first, value, np.maximum(state["still_high"][numbers], value))
        moved = high - low >= config["limit"][numbers, FROZEN]
        anew = first | moved
        still_ms = np.where(anew, last_ms, state["still_ms"][numbers])
        state["still_ms"][numbers] = still_ms
        state["still_low"][numbers] = np.where(anew, value, low)
        state["still_high"][numbers] = np.where(anew, value, high)
        active = self._active(numbers, condition)
        frozen_ms = config["frozen_ms"][numbers]
        raised = ~active & (last_ms - still_ms >= frozen_ms)
        for kind, chosen, at_ms in (
            (RAISED, raised, still_ms + frozen_ms),
            (RETURNED, active & moved, last_ms),
        ):
            order = 1 + condition
            self._turn(numbers[chosen], places[chosen], condition, kind, at_ms[chosen], order=order)


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
        self, readings: Readings, arrived_ms: int, book: Book
    ) -> tuple[Records, int, int, int]:
        """Judge one batch; returns (transitions, unknown, bad, late)."""
        numbers, config = readings.numbers, self._any(book.config)
        known = (numbers >= 0) & (numbers < len(config))
        known[known] = config["registered"][numbers[known]] != 0
        places = np.flatnonzero(known)
        unknown = len(numbers) - len(places)
        if not len(places):
            return no_transitions(), unknown, 0, 0
        columns = (*(column[places] for column in readings), places)
        rounds = _occurrence(columns[0])
        sheet, bad, late = _Sheet(), 0, 0
        for at in range(int(rounds.max()) + 1):
            chosen = rounds == at
            tally = _Round(book, sheet).judge(tuple(c[chosen] for c in columns), arrived_ms)
            bad, late = bad + tally[0], late + tally[1]
        return sheet.sorted(), unknown, bad, late

    @staticmethod
    def _any(records: Records) -> Any:
        return records

    def tick(self, tick_ms: int, *, restart: bool, book: Book) -> Records:
        """Judge one tick over all datastreams."""
        config, state = self._any(book.config), self._any(book.state)
        numbers = np.flatnonzero((config["registered"] != 0) & (config["retired"] == 0))
        anew = numbers if restart else numbers[state["heard_ms"][numbers] == NEVER]
        state["heard_ms"][anew] = tick_ms
        state["clock_ms"][anew] = tick_ms
        sheet = _Sheet()
        self._suppress(tick_ms, book, numbers, sheet)
        for condition in range(DELAYED):
            self._run_out(tick_ms, book, numbers, condition, sheet)
        active_or_absent = (state["active"] & SILENT_BIT != 0) | (
            config["present"] & SILENT_BIT == 0
        )
        waiting = numbers[~active_or_absent[numbers]]
        elapsed_ms = tick_ms - state["heard_ms"][waiting]
        silent = waiting[elapsed_ms >= config["silence_ms"][waiting]]
        at_ms = np.full(len(silent), tick_ms, np.int64)
        part, told = _turn(book, silent, SILENT, RAISED, at_ms)
        sheet.write(silent[told], MOST_TRANSITIONS + SILENT, part)
        return sheet.sorted()

    @staticmethod
    def _suppress(tick_ms: int, book: Any, numbers: Numbers, sheet: _Sheet) -> None:
        """Begin or end suppression when its time has come; its end tells what it had hidden."""
        config, state = book.config, book.state
        begun = config["suppress_from_ms"][numbers] <= tick_ms
        suppressed = begun & (tick_ms < config["suppress_until_ms"][numbers])
        ended = numbers[~suppressed & (config["suppressed"][numbers] != 0)]
        config["suppressed"][numbers] = suppressed
        hidden = state["active"][ended] & ~state["reported"][ended]
        for condition in range(CONDITIONS):
            chosen = ended[hidden & np.uint8(1 << condition) != 0]
            at_ms = np.full(len(chosen), tick_ms, np.int64)
            part, told = _turn(book, chosen, condition, RAISED, at_ms)
            sheet.write(chosen[told], condition, part)

    @staticmethod
    def _run_out(tick_ms: int, book: Any, numbers: Numbers, condition: int, sheet: _Sheet) -> None:
        """Raise what waited for its on-delay while no new reading came."""
        config, state = book.config, book.state
        bit = np.uint8(1 << condition)
        waiting = numbers[state["pending"][numbers] & ~state["active"][numbers] & bit != 0]
        reading_clock_ms = state["last_ms"][waiting] + (tick_ms - state["clock_ms"][waiting])
        at_ms = state["since_ms"][waiting, condition] + config["on_delay_ms"][waiting, condition]
        due = reading_clock_ms >= at_ms
        waiting, at_ms = waiting[due], at_ms[due]
        state["pending"][waiting] &= ~bit
        state["since_ms"][waiting, condition] = NEVER
        part, told = _turn(book, waiting, condition, RAISED, at_ms)
        sheet.write(waiting[told], MOST_TRANSITIONS + condition, part)
