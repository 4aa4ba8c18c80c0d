"""From what a gateway says to what the log keeps: tags become numbers, values get their resolution.

One bad row is refused with its reason and the rows beside it go on; nothing here raises for a row.
Pure: columns and plain values, no Django. What a message looks like is `docs/protocol/observations.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from anlan.engines.readings import columns
from anlan.engines.readings.columns import fixed
from anlan.kernel.sensing.batch import (
    BAD,
    CLOCK,
    GOOD,
    NUMBER,
    QUALITY,
    TIME,
    UNCERTAIN,
    VALUE,
    Batch,
)

#: A reading later than this after its arrival comes from a wrong clock (7.9).
FUTURE_MS = 10_000
#: Readings older than this that no backfill announced are counted: a gateway that caught up in silence.
#: The setting `late_seconds` says otherwise.
LATE_MS = 300_000
#: Nothing was measured for us before 2000-01-01; an earlier time is a clock that was never set.
EARLIEST_MS = 946_684_800_000
#: Beyond this a value is the "no value" of some controller, and no physical quantity.
LARGEST_VALUE = 1e300
#: Lists of tags whose places are remembered of a gateway, and the longest of them.
LISTS_REMEMBERED, LISTED_TAGS = 64, 1_000
#: More decimals than this in a resolution mean that it is not a decimal step.
MOST_DECIMALS = 9

TAG_UNKNOWN = "tag_unknown"
UNIT_DIFFERS = "unit_differs"
VALUE_BAD = "value_bad"
TIME_BAD = "time_bad"
QUALITY_BAD = "quality_bad"
ROW_BAD = "row_bad"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that does not go on: its place in the message, why, and the tag if it had one."""

    row: int
    code: str
    tag: str | None = None


class RawBatch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A message as read at a door, before anybody knows its tags.

    `tag_at[i]` is the place in `tags` (and `units`) of reading i, `rows[i]` its row in the message;
    rows that could not be read at all are in `refusals` and in no column.
    """

    gateway: str
    seq: int
    tags: Sequence[str]
    tag_at: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    rows: NDArray[np.int32]
    units: Sequence[str | None] | None = None
    refusals: tuple[Refusal, ...] = ()
    sent_ms: int | None = None
    exercise_id: str | None = None
    backfill_ms: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A datastream as the door must know it; `resolution` 0 keeps values bit for bit."""

    number: int
    tag: str
    unit: str
    resolution: float = 0.0
    time_resolution_ms: int = 1


@dataclass(frozen=True, slots=True)
class TagTable:
    """The points of one gateway as columns, built once and asked for every message."""

    points: tuple[Point, ...]
    _at: dict[str, int] = field(init=False, repr=False)
    _asked: dict[tuple[str, ...], NDArray[np.int64]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    #: Numbers (-1: none), time steps, scales and units of the steps of value, one entry a place.
    columns: tuple[NDArray[Any], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the columns; the last place belongs to the tag that nobody knows."""
        put = object.__setattr__
        put(self, "_at", {point.tag: place for place, point in enumerate(self.points)})
        steps = [*(_decimal_step(p.resolution) for p in self.points), (0.0, 1.0)]
        columns = (
            ([*(p.number for p in self.points), -1], NUMBER),
            ([*(max(1, p.time_resolution_ms) for p in self.points), 1], TIME),
            ([scale for scale, _ in steps], VALUE),
            ([unit for _, unit in steps], VALUE),
        )
        put(self, "columns", tuple(fixed(np.array(one), kind) for one, kind in columns))

    @property
    def numbers(self) -> NDArray[np.int32]:
        """The datastream numbers of the points."""
        return self.columns[0][:-1]

    def places(self, tags: Sequence[str]) -> NDArray[np.int64]:
        """Return the place of each tag, read-only; an unknown one has the last place.

        A box names the same tags again and again, so the answer is remembered.
        """
        asked = tuple(tags)
        if (known := self._asked.get(asked)) is None:
            nowhere = len(self.points)
            at = self._at
            known = fixed(np.array([at.get(tag, nowhere) for tag in asked]), TIME)
            if len(asked) <= LISTED_TAGS:
                if len(self._asked) >= LISTS_REMEMBERED:
                    self._asked.clear()
                self._asked[asked] = known
        return known

    def differs(self, tag: str, unit: str | None) -> bool:
        """Tell whether a unit was named that is not the datastream's."""
        place = self._at.get(tag)
        return unit is not None and place is not None and unit != self.points[place].unit


@cache
def _decimal_step(step: float) -> tuple[float, float]:
    """Return (10^decimals, step * 10^decimals): both whole, so that products stay exact."""
    if not step > 0:
        return 0.0, 1.0
    exponent = Decimal(repr(step)).normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    if decimals > MOST_DECIMALS:
        return 1.0, step
    return float(10**decimals), float(round(step * 10**decimals))


class Accepted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What goes to READINGS, and what was refused, row by row.

    `late` of its readings are older than is in time, `clock` have got their arrival for a time.
    """

    batch: Batch
    refusals: tuple[Refusal, ...]
    late: int = 0
    clock: int = 0


def accept_batch(
    raw: RawBatch, table: TagTable, gateway_id: str, arrived_ms: int, late_ms: int = LATE_MS
) -> Accepted:
    """Number the tags, round, judge the clock; refuse what cannot be a reading.

    `arrived_ms` is when the message was kept (MQTT) or came in (HTTP); a reading older than `late_ms` is late.
    """
    count = len(raw.tag_at)
    numbers, times = np.empty(count, NUMBER), np.empty(count, TIME)
    values, quality = np.empty(count, VALUE), np.empty(count, QUALITY)
    reasons = np.empty(count, np.int8)
    good, refused, late, clock = columns.read(
        table.places(raw.tags),
        fixed(raw.tag_at, NUMBER),
        fixed(raw.times_ms, TIME),
        fixed(raw.values, VALUE),
        fixed(raw.quality, QUALITY),
        _NO_UNITS if raw.units is None else _differing(raw, table),
        *table.columns,
        _KNOWN_QUALITY,
        arrived_ms,
        arrived_ms + FUTURE_MS,
        EARLIEST_MS,
        arrived_ms - late_ms,
        LARGEST_VALUE,
        BAD,
        CLOCK,
        numbers,
        times,
        values,
        quality,
        reasons,
    )
    batch = Batch(
        gateway=gateway_id,
        seq=raw.seq,
        arrived_ms=arrived_ms,
        exercise_id=raw.exercise_id,
        numbers=numbers[:good],
        times_ms=times[:good],
        values=values[:good],
        quality=quality[:good],
    )
    is_whole = not refused and not raw.refusals
    refusals = () if is_whole else _refusals(raw, reasons)
    return Accepted(batch=batch, refusals=refusals, late=late, clock=clock)


def _known_quality() -> NDArray[np.int16]:
    """Bring the 256 OPC DA codes (two bits of quality, six of detail) to the four that we judge by."""
    known = np.full(256, -1, np.int16)  # 128-191 are not assigned
    known[0:64], known[64:128], known[192:256] = BAD, UNCERTAIN, GOOD
    known[CLOCK] = CLOCK
    return known


_KNOWN_QUALITY = fixed(_known_quality(), np.dtype(np.int16))
_NO_UNITS = fixed(np.empty(0), np.dtype(np.bool_))
#: The reasons of `columns.read`, by their numbers.
_CODES = ("", UNIT_DIFFERS, QUALITY_BAD, TIME_BAD, VALUE_BAD, TAG_UNKNOWN)


def _differing(raw: RawBatch, table: TagTable) -> NDArray[np.bool_]:
    """Return which tags of a message were said with a unit that is not theirs."""
    units = raw.units or ()
    pairs = zip(raw.tags, units, strict=True)
    return fixed(np.array([table.differs(tag, unit) for tag, unit in pairs]), np.dtype(np.bool_))


def _refusals(raw: RawBatch, codes: NDArray[np.int8]) -> tuple[Refusal, ...]:
    found = [
        Refusal(int(raw.rows[i]), _CODES[codes[i]], raw.tags[raw.tag_at[i]])
        for i in np.flatnonzero(codes)
    ]
    if not raw.refusals:
        return tuple(found)
    return tuple(sorted((*raw.refusals, *found), key=lambda refusal: refusal.row))
