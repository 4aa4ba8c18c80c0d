"""From what a gateway says to what the log keeps: tags become numbers, values get their resolution.

One bad row is refused with its reason and the rows beside it go on; nothing here raises for a row.
Pure: numpy and plain values, no Django. What a message looks like is `docs/protocol/observations.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.sensing.batch import BAD, CLOCK, GOOD, NUMBER, QUALITY, UNCERTAIN, Batch

#: A reading later than this after its arrival comes from a wrong clock (7.9).
FUTURE_MS = 10_000
#: Nothing was measured for us before 2000-01-01; an earlier time is a clock that was never set.
EARLIEST_MS = 946_684_800_000
#: Beyond this a value is the "no value" of some controller, and no physical quantity.
LARGEST_VALUE = 1e300
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawBatch:
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
    _numbers: NDArray[np.int32] = field(init=False, repr=False)
    _time_steps: NDArray[np.int64] = field(init=False, repr=False)
    _steps: "Steps" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the columns; the last place belongs to the tag that nobody knows."""
        put = object.__setattr__
        put(self, "_at", {point.tag: place for place, point in enumerate(self.points)})
        put(self, "_numbers", np.array([*(p.number for p in self.points), -1], NUMBER))
        time_steps = [*(max(1, p.time_resolution_ms) for p in self.points), 1]
        put(self, "_time_steps", np.array(time_steps, np.int64))
        put(self, "_steps", Steps.of(np.array([*(p.resolution for p in self.points), 0.0])))

    def places(self, tags: Sequence[str]) -> NDArray[np.intp]:
        """Return the place of each tag; an unknown one has the last place."""
        nowhere = len(self.points)
        at = self._at
        return np.array([at.get(tag, nowhere) for tag in tags], np.intp)

    def differs(self, tag: str, unit: str | None) -> bool:
        """Tell whether a unit was named that is not the datastream's."""
        place = self._at.get(tag)
        return unit is not None and place is not None and unit != self.points[place].unit

    def numbers(self, places: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the datastream numbers; -1 where there is none."""
        return self._numbers[places]

    def cut(self, times_ms: NDArray[np.int64], places: NDArray[np.intp]) -> NDArray[np.int64]:
        """Cut times to the declared time resolutions."""
        return times_ms - times_ms % self._time_steps[places]

    def round(self, values: NDArray[np.float64], places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Round values to the declared resolutions."""
        return self._steps.at(places).round(values)


@dataclass(frozen=True, slots=True)
class Steps:
    """Resolutions as two columns of whole numbers, step = unit / scale; scale 0: keep the value."""

    scale: NDArray[np.float64]
    unit: NDArray[np.float64]

    @classmethod
    def of(cls, resolutions: NDArray[np.float64]) -> "Steps":
        """Take decimal steps apart; 0 stands for none."""
        both = [_decimal_step(float(step)) for step in resolutions]
        return cls(np.array([scale for scale, _ in both]), np.array([unit for _, unit in both]))

    def at(self, places: NDArray[np.intp]) -> "Steps":
        """Return the steps of some places."""
        return Steps(self.scale[places], self.unit[places])

    def round(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Round each value half even to its step.

        The result is the double nearest to the decimal number (9.3, never 9.300000000000001), and
        zero has no sign, so that kernel, history and screen hold the same bits.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            scaled = values * self.scale
            rounded = np.rint(scaled / self.unit) * self.unit / self.scale + 0.0
        # from 2^53 steps on doubles are further apart than the step: there is nothing to round
        return np.where((self.scale > 0) & (np.abs(scaled) < 2.0**53), rounded, values)


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


def round_to_resolution(
    values: NDArray[np.float64], resolutions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Round each value half even to its resolution; 0 keeps it bit for bit."""
    return Steps.of(resolutions).round(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What goes to READINGS, and what was refused, row by row."""

    batch: Batch
    refusals: tuple[Refusal, ...]


def accept_batch(raw: RawBatch, table: TagTable, gateway_id: str, arrived_ms: int) -> Accepted:
    """Number the tags, round, judge the clock; refuse what cannot be a reading.

    `arrived_ms` is when the message was kept (MQTT) or came in (HTTP).
    """
    of_tag = table.places(raw.tags)
    places = of_tag[raw.tag_at]
    codes = _refusal_codes(raw, table, places)
    good = codes == 0
    places, values, quality = places[good], raw.values[good], raw.quality[good]
    times = raw.times_ms[good]

    early = times > arrived_ms + FUTURE_MS
    times = np.where(early, arrived_ms, times)
    # a bad value stays bad whatever its clock says: it must not be judged
    quality = _KNOWN_QUALITY[quality].astype(QUALITY)
    quality = np.where(early & (quality != BAD), CLOCK, quality).astype(QUALITY)
    batch = Batch(
        gateway=gateway_id,
        seq=raw.seq,
        arrived_ms=arrived_ms,
        exercise_id=raw.exercise_id,
        numbers=table.numbers(places),
        times_ms=table.cut(times, places),
        values=table.round(values, places),
        quality=quality,
    )
    return Accepted(batch=batch, refusals=_refusals(raw, codes))


def _known_quality() -> NDArray[np.int16]:
    """Bring the 256 OPC DA codes (two bits of quality, six of detail) to the four that we judge by."""
    known = np.full(256, -1, np.int16)  # 128-191 are not assigned
    known[0:64], known[64:128], known[192:256] = BAD, UNCERTAIN, GOOD
    known[CLOCK] = CLOCK
    return known


_KNOWN_QUALITY = _known_quality()
_CODES = ("", TAG_UNKNOWN, VALUE_BAD, TIME_BAD, QUALITY_BAD, UNIT_DIFFERS)


def _refusal_codes(raw: RawBatch, table: TagTable, places: NDArray[np.intp]) -> NDArray[np.int8]:
    """Return for each reading the place of its reason in `_CODES`, 0 for a good one."""
    codes = np.zeros(len(places), np.int8)
    # the reason found last stands: the earlier in the row's reading, the later here
    if raw.units is not None:
        differing = [
            table.differs(tag, unit) for tag, unit in zip(raw.tags, raw.units, strict=True)
        ]
        codes[np.array(differing, bool)[raw.tag_at]] = _CODES.index(UNIT_DIFFERS)
    codes[_KNOWN_QUALITY[raw.quality] < 0] = _CODES.index(QUALITY_BAD)
    codes[raw.times_ms < EARLIEST_MS] = _CODES.index(TIME_BAD)
    codes[~(np.abs(raw.values) < LARGEST_VALUE)] = _CODES.index(VALUE_BAD)  # NaN fails it too
    codes[table.numbers(places) < 0] = _CODES.index(TAG_UNKNOWN)
    return codes


def _refusals(raw: RawBatch, codes: NDArray[np.int8]) -> tuple[Refusal, ...]:
    found = [
        Refusal(int(raw.rows[i]), _CODES[codes[i]], raw.tags[raw.tag_at[i]])
        for i in np.flatnonzero(codes)
    ]
    if not raw.refusals:
        return tuple(found)
    return tuple(sorted((*raw.refusals, *found), key=lambda refusal: refusal.row))
