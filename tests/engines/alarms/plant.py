"""A small plant for the tests: messages in few words, transitions as words again."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from anlan.engines.alarms.controls import LimitChange
from anlan.engines.alarms.judge import Judge, Judged
from anlan.engines.alarms.records import (
    CONDITION_NAMES,
    FROZEN,
    HH,
    KIND_NAMES,
    RANGE,
    RATE,
    SILENT,
    Readings,
    Records,
)
from tests.engines.alarms.oracle import Event

Row = tuple[int, int, float, int]
GOOD, CLOCK, BAD = 192, 72, 0


def columns(rows: Iterable[Row]) -> Readings:
    """Turn rows into the columns of a message."""
    listed = list(rows)
    kinds = (np.int32, np.int64, np.float64, np.uint8)
    table: list[list[Any]] = [[row[at] for row in listed] for at in range(4)]
    return Readings._make(np.array(column, kind) for column, kind in zip(table, kinds, strict=True))


def events(transitions: Records) -> list[Event]:
    """Put transitions into the oracle's words."""
    return [
        Event(
            number=int(row["number"]),
            condition=CONDITION_NAMES[row["condition"]],
            kind=KIND_NAMES[int(row["kind"])],
            at_ms=int(row["at_ms"]),
            value=None if math.isnan(row["value"]) else float(row["value"]),
            limit=float(row["limit"]),
            version=int(row["version"]),
            index=int(row["index"]),
        )
        for row in transitions
    ]


def told(judged: Judged) -> list[tuple[int, str, str]]:
    """Shorten transitions to (time in ms, condition, kind)."""
    return [(e.at_ms, e.condition, e.kind) for e in events(judged.transitions)]


def limit(condition: int = HH, **given: Any) -> LimitChange:
    """Ask for a limit of datastream 1: 85 with a deadband of 2, unless told otherwise."""
    asked: dict[str, Any] = {"number": 1, "version": 1, "value": 85.0, "deadband": 2.0} | given
    return LimitChange(condition=condition, **asked)


def silence(ms: int, **given: Any) -> LimitChange:
    """Ask for `silent` after so many ms."""
    return limit(SILENT, silence_ms=ms, **given)


def change_rate(**given: Any) -> LimitChange:
    """Ask for a change of 1 a second over 8 s, back below 0.5."""
    return limit(RATE, **{"value": 1.0, "deadband": 0.5, "window_ms": 8000} | given)


def measuring_range(**given: Any) -> LimitChange:
    """Ask for an instrument that measures from 0 to 85."""
    return limit(RANGE, **{"low": 0.0} | given)


def frozen(**given: Any) -> LimitChange:
    """Ask for a signal that moves by at least 0.5 within 10 s."""
    return limit(FROZEN, **{"value": 0.5, "deadband": 0.0, "window_ms": 10_000} | given)


def hear(
    judge: Judge, *samples: tuple[int, float], quality: int = GOOD
) -> list[tuple[int, str, str]]:
    """Let datastream 1 say (time, value), one message each, arriving at their own times."""
    result: list[tuple[int, str, str]] = []
    for at_ms, value in samples:
        result += told(judge.readings(columns([(1, at_ms, value, quality)]), at_ms))
    return result


def assert_same(judge: Judge, other: Judge) -> None:
    """Two judges are in one state, field by field (a NaN is a NaN)."""
    books = (judge.book, other.book)
    for part in ("config", "state", "traces"):
        mine, theirs = (getattr(book, part) for book in books)
        for name in mine.dtype.names or ():
            np.testing.assert_array_equal(mine[name], theirs[name])
    assert judge.last_tick_ms == other.last_tick_ms
