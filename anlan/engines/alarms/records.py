"""The records of the alarm kernel: what is asked of a datastream, what it is like, what happened.

Arrays of CONFIG and STATE are indexed by datastream number. Times are int64 ms since the epoch, UTC.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]

#: Conditions of a limit; the order is that of their telling.
HH, H, L, LL, RATE, RANGE, FROZEN, SILENT = range(8)
CONDITION_NAMES = ("HH", "H", "L", "LL", "rate", "range", "frozen", "silent")
CONDITIONS = len(CONDITION_NAMES)
#: The four limits on the value; a high one has a number below L.
VALUE_LIMITS = 4
VALUE_BITS = (1 << VALUE_LIMITS) - 1
#: The conditions that a delay may hold back: all that compare a value or its change with a limit.
DELAYED = 6
DELAYED_BITS = (1 << DELAYED) - 1
RATE_BIT, RANGE_BIT, FROZEN_BIT, SILENT_BIT = 1 << RATE, 1 << RANGE, 1 << FROZEN, 1 << SILENT

RAISED, RETURNED, UNCONFIRMED, REAFFIRMED = 1, 2, 3, 4
KIND_NAMES = {
    RAISED: "raised",
    RETURNED: "returned",
    UNCONFIRMED: "unconfirmed",
    REAFFIRMED: "reaffirmed",
}

#: "There was none": earlier than any reading.
NEVER = int(np.iinfo(np.int64).min)
#: A bad reading says that the sensor lives, nothing else.
BAD_QUALITY = 0
#: More cannot come from one reading or one tick of a datastream.
MOST_TRANSITIONS = CONDITIONS
#: Ticks further apart than this mean that we were deaf (decision 9).
DEAF_AFTER_MS = 10_000

#: Neighbours by number share the moment at which time alone may next decide something: so many (2^).
BLOCK_BITS = 8
#: Later than any tick.
LATER = int(np.iinfo(np.int64).max)

#: A line of the processor's cache; records are whole lines, and arrays begin at one.
LINE = 64

#: `present` has one bit per condition; between `calm_low` and `calm_high` no limit on the value is
#: touched; the window of suppression is half-open, empty if there is none; `suppressed` is what the
#: last tick or control found. What every reading and every tick looks at stands in the first line.
#: `limit` is for RATE a change per second, for RANGE the upper end (`low` the lower one), for FROZEN the
#: spread that is none; `rate_window_ms` is over which the rate is taken, `frozen_ms` how long no change
#: is frozen; `trace` is the place in the traces, 0 for none; `version` is that of the limit in force.
CONFIG = np.dtype(
    [
        ("present", "u1"),
        ("registered", "u1"),
        ("retired", "u1"),
        ("suppressed", "u1"),
        ("silence_ms", "i4"),
        ("calm_low", "f8"),
        ("calm_high", "f8"),
        ("suppress_from_ms", "i8"),
        ("suppress_until_ms", "i8"),
        ("limit", "f8", (7,)),
        ("low", "f8"),
        ("deadband", "f8", (DELAYED,)),
        ("on_delay_ms", "i4", (DELAYED,)),
        ("off_delay_ms", "i4", (DELAYED,)),
        ("rate_window_ms", "i4"),
        ("frozen_ms", "i4"),
        ("version", "i4", (CONDITIONS,)),
        ("retire_version", "i4"),
        ("suppress_version", "i4"),
        ("trace", "i4"),
        ("spare", "i4"),
    ],
    align=True,
)

#: `clock_ms` is the arrival time that belongs to `last_ms`; `pending` are the changes that wait for their
#: delay since `since_ms` (on-delay while inactive, off-delay while active); `reported` tells which active
#: conditions somebody was told of; since `still_ms` all values lay between `still_low` and `still_high`.
STATE = np.dtype(
    [
        ("active", "u1"),
        ("reported", "u1"),
        ("pending", "u1"),
        ("last_ms", "i8"),
        ("heard_ms", "i8"),
        ("clock_ms", "i8"),
        ("last_value", "f8"),
        ("since_ms", "i8", (DELAYED,)),
        ("raised_ms", "i8", (CONDITIONS,)),
        ("still_ms", "i8"),
        ("still_low", "f8"),
        ("still_high", "f8"),
        ("spare", "i8", (2,)),
    ],
    align=True,
)

#: Readings that a rate looks back to, about an eighth of its window apart; `newest` is a place in the ring.
TRACE_POINTS = 9
TRACE = np.dtype(
    [
        ("newest", "i4"),
        ("count", "i4"),
        ("time_ms", "i8", (TRACE_POINTS,)),
        ("value", "f8", (TRACE_POINTS,)),
    ],
    align=True,
)

#: `index` counts the transitions of one message of the log; `limit` is the value in force, for
#: `silent` its ms; `value` is the last one judged, NaN if there was none.
TRANSITION = np.dtype(
    [
        ("number", "i4"),
        ("condition", "i1"),
        ("kind", "i1"),
        ("at_ms", "i8"),
        ("value", "f8"),
        ("limit", "f8"),
        ("version", "i4"),
        ("index", "i4"),
    ],
    align=True,
)


class Readings(NamedTuple):
    """The columns of one message: int32 numbers, int64 times, float64 values, uint8 qualities."""

    numbers: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]


def in_lines(records: Records) -> Records:
    """Return a copy that begins at a line of the processor's cache."""
    kind = records.dtype
    room = np.empty(len(records) * kind.itemsize + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    copy = room[start : start + len(records) * kind.itemsize].view(kind)
    copy[:] = records
    return copy


def new_config(count: int) -> Records:
    """Return records that ask for nothing."""
    config: Any = np.zeros(count, CONFIG)
    config["calm_low"], config["calm_high"] = -np.inf, np.inf
    return in_lines(config)


def new_state(count: int) -> Records:
    """Return records of datastreams that were never heard."""
    state: Any = np.zeros(count, STATE)
    for name in ("last_ms", "heard_ms", "clock_ms", "since_ms", "raised_ms", "still_ms"):
        state[name] = NEVER
    for name in ("last_value", "still_low", "still_high"):
        state[name] = np.nan
    return in_lines(state)


def no_transitions(count: int = 0) -> Records:
    """Return room for transitions."""
    return np.zeros(count, TRANSITION)


def column(array: Any, kind: Any) -> Any:
    """Return the column as the compiled signature wants it; copies only what is odd or unaligned."""
    return np.require(array, kind, ["C", "A"])


def joined(parts: list[Records]) -> Records:
    """Put the parts of one message's transitions together, without a copy when there is one part."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else no_transitions()


@dataclass(slots=True)
class Book:
    """All records of a judge. Of the traces the first is nobody's.

    `due` is one moment (ms) for each block of datastreams: before it no tick changes anything there,
    unless a reading or a control comes first. It is worked out from the rest and never kept.
    """

    config: Records = field(default_factory=lambda: new_config(0))
    state: Records = field(default_factory=lambda: new_state(0))
    traces: Records = field(default_factory=lambda: np.zeros(1, TRACE))
    due: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Begin by looking at everything."""
        self.look_at_all()

    def look_at(self, number: int) -> None:
        """Let the next tick look at a datastream that was changed from outside."""
        self.due[number >> BLOCK_BITS] = NEVER

    def look_at_all(self) -> None:
        """Let the next tick look at every datastream."""
        self.due = np.full(-(-len(self.config) >> BLOCK_BITS), NEVER, np.int64)

    def make_room(self, number: int) -> None:
        """Grow by doubling; a record without `registered` is as if it were not there."""
        if number >= len(self.config):
            count = max(LINE, 1 << number.bit_length()) - len(self.config)
            self.append(new_config(count))

    def append(self, config: Records) -> None:
        """Add datastreams that are asked something and were never heard."""
        first = len(self.config)
        self.config = in_lines(np.concatenate([self.config, config]))
        self.state = in_lines(np.concatenate([self.state, new_state(len(config))]))
        self.look_at_all()
        rules: Any = self.config
        self.give_traces(first + np.flatnonzero(rules["trace"][first:]))

    def give_traces(self, numbers: NDArray[Any]) -> None:
        """Give each of these datastreams an empty trace of its own."""
        config: Any = self.config
        config["trace"][numbers] = len(self.traces) + np.arange(len(numbers))
        self.traces = np.concatenate([self.traces, np.zeros(len(numbers), TRACE)])
