"""The records of the alarm kernel: what is asked of a datastream, what it is like, what happened.

Arrays of CONFIG and STATE are indexed by datastream number. Times are int64 ms since the epoch, UTC.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]

#: Conditions of a limit; 4 rate, 5 range and 6 frozen are reserved, not judged yet.
HH, H, L, LL, RATE, RANGE, FROZEN, SILENT = range(8)
CONDITION_NAMES = ("HH", "H", "L", "LL", "rate", "range", "frozen", "silent")
#: The four limits on the value; a high one has a number below L.
VALUE_LIMITS = 4
#: Where `silent` stands in the arrays that hold one entry per judged condition.
SILENT_SLOT = 4
SILENT_BIT = 1 << SILENT

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
#: Silent returned and four limits: more cannot come from one reading or one tick of a datastream.
MOST_TRANSITIONS = 5
#: Ticks further apart than this mean that we were deaf (decision 9).
DEAF_AFTER_MS = 10_000

#: `present` has one bit per condition; the window of suppression is half-open, empty if there is none;
#: `suppressed` is what the last tick or control found; `version` is that of the limit in force, per slot.
#: What every reading and every tick looks at stands first, in one line of the processor's cache.
CONFIG = np.dtype(
    [
        ("present", "u1"),
        ("registered", "u1"),
        ("retired", "u1"),
        ("suppressed", "u1"),
        ("silence_ms", "i8"),
        ("suppress_from_ms", "i8"),
        ("suppress_until_ms", "i8"),
        ("limit", "f8", (4,)),
        ("deadband", "f8", (4,)),
        ("on_delay_ms", "i4", (4,)),
        ("off_delay_ms", "i4", (4,)),
        ("version", "i4", (5,)),
        ("retire_version", "i4"),
        ("suppress_version", "i4"),
    ],
    align=True,
)

#: `clock_ms` is the arrival time that belongs to `last_ms`; `since_ms` is when the change that waits
#: for its delay began (on-delay while inactive, off-delay while active); `reported` tells which
#: active conditions somebody was told of.
STATE = np.dtype(
    [
        ("active", "u1"),
        ("reported", "u1"),
        ("last_ms", "i8"),
        ("heard_ms", "i8"),
        ("clock_ms", "i8"),
        ("last_value", "f8"),
        ("since_ms", "i8", (4,)),
        ("raised_ms", "i8", (5,)),
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


def new_config(count: int) -> Records:
    """Return records that ask for nothing."""
    return np.zeros(count, CONFIG)


def new_state(count: int) -> Records:
    """Return records of datastreams that were never heard."""
    state = np.zeros(count, STATE)
    blank: Any = state
    for name in ("last_ms", "heard_ms", "clock_ms", "since_ms", "raised_ms"):
        blank[name] = NEVER
    blank["last_value"] = np.nan
    return state


def no_transitions(count: int = 0) -> Records:
    """Return room for transitions."""
    return np.zeros(count, TRANSITION)
