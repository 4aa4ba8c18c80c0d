"""A message's readings in one compiled pass: what is refused, rounded, cut, and out of its order.

The rules are the door's (`kernel/sensing/intake.py` names the reasons and gives the tables); here they
are applied to all readings of a message at once, for a message costs what its calls cost. All
columns come read-only and of the declared types (`fixed`), so that one signature is enough;
everything compiled stands in this file.
"""

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from anlan.engines.compiling import compiled

#: Reasons by which a reading is refused, as `read` numbers them; of several the highest stands.
GOOD, UNIT_DIFFERS, QUALITY_BAD, TIME_BAD, VALUE_BAD, TAG_UNKNOWN = range(6)
#: From 2^53 steps on doubles are further apart than the step: there is nothing to round.
EXACT = 2.0**53


def fixed(column: NDArray[Any], kind: "np.dtype[Any]") -> NDArray[Any]:
    """Return a column of that type, contiguous and read-only; the caller's stays as it is."""
    found = np.ascontiguousarray(column, kind)
    if found.flags.writeable:
        found = found.view()
        found.flags.writeable = False
    return found


def _given(kind: Any) -> Any:
    return types.Array(kind, 1, "C", readonly=True)


_READ = types.UniTuple(types.int64, 4)(
    *map(
        _given, (types.int64, types.int32, types.int64, types.float64, types.uint8, types.boolean)
    ),
    *map(_given, (types.int32, types.int64, types.float64, types.float64, types.int16)),
    types.int64,
    types.int64,
    types.int64,
    types.int64,
    types.float64,
    types.uint8,
    types.uint8,
    types.int32[::1],
    types.int64[::1],
    types.float64[::1],
    types.uint8[::1],
    types.int8[::1],
)


@compiled()
def _rounded(value, scale, unit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Round half even to the step `unit / scale`, both whole; scale 0 keeps the value bit for bit.

    The result is the double nearest to the decimal number (9.3, never 9.300000000000001), and zero
    has no sign, so that kernel, history and screen hold the same bits.
    """
    scaled = value * scale
    if scale > 0 and abs(scaled) < EXACT:
        return np.rint(scaled / unit) * unit / scale + 0.0
    return value


@compiled([_READ])
def read(  # noqa: PLR0913, PLR0917 - numba knows no dataclasses
    of_tag: Any,
    tag_at: Any,
    times_ms: Any,
    values: Any,
    quality: Any,
    differs: Any,
    numbers: Any,
    time_steps: Any,
    scales: Any,
    units: Any,
    known_quality: Any,
    arrived_ms: int,
    latest_ms: int,
    earliest_ms: int,
    late_ms: int,
    largest: float,
    bad: int,
    clock: int,
    out_numbers: Any,
    out_times: Any,
    out_values: Any,
    out_quality: Any,
    reasons: Any,
) -> tuple[int, int, int, int]:
    """Write the good readings to the `out_` columns and each reading's reason to `reasons`.

    `tag_at` names a reading's tag, `of_tag` the tag's place in the four tables, `differs` (empty:
    none) the tags that were said with another unit. A time above `latest_ms` becomes `arrived_ms`
    and the quality `clock`, unless it is `bad`. Returns (good, refused), and of the good how many
    are earlier than `late_ms` and how many are of quality `clock`.
    """
    good, refused, late, replaced = 0, 0, 0, 0
    for at in range(len(tag_at)):
        place = of_tag[tag_at[at]]
        judged = known_quality[quality[at]]
        reason = GOOD
        if numbers[place] < 0:
            reason = TAG_UNKNOWN
        elif not abs(values[at]) < largest:  # NaN fails it too
            reason = VALUE_BAD
        elif times_ms[at] < earliest_ms:
            reason = TIME_BAD
        elif judged < 0:
            reason = QUALITY_BAD
        elif len(differs) and differs[tag_at[at]]:
            reason = UNIT_DIFFERS
        reasons[at] = reason
        if reason != GOOD:
            refused += 1
            continue
        time = times_ms[at]
        if time > latest_ms:
            time = arrived_ms
            if judged != bad:
                judged = clock
        time -= time % time_steps[place]
        late += time < late_ms
        replaced += judged == clock
        out_numbers[good] = numbers[place]
        out_times[good] = time
        out_values[good] = _rounded(values[at], scales[place], units[place])
        out_quality[good] = judged
        good += 1
    return good, refused, late, replaced


@compiled([types.boolean(_given(types.int32), types.int64)])
def within(places: Any, count: int) -> bool:
    """Tell whether every place is one of `count`."""
    outside = 0
    for at in range(len(places)):
        outside += places[at] < 0 or places[at] >= count
    return outside == 0


_NOTE = types.UniTuple(types.int64, 2)(
    _given(types.int32),
    _given(types.int64),
    _given(types.int32),
    types.int64[::1],
    types.int64[::1],
    types.int64[::1],
    types.int64,
)
#: What `note` returns when it meets a number without a place.
NO_PLACE = -1


@compiled([_NOTE])
def note(  # noqa: PLR0913, PLR0917 - numba knows no dataclasses
    numbers: Any,
    times_ms: Any,
    places: Any,
    newest: Any,
    before: Any,
    said_in: Any,
    message: int,
) -> tuple[int, int]:
    """Count readings that are earlier than, and at the time of, the one of their tag before them.

    `places` are the known numbers, ascending; `newest` their latest times, `before` and `said_in`
    their last time said and the message that said it. Before the first of a tag in a message
    stands the newest of all. Returns (out of order, repeated), or NO_PLACE twice, nothing noted.
    """
    found = np.searchsorted(places, numbers)
    for at in range(len(numbers)):
        if found[at] == len(places) or places[found[at]] != numbers[at]:
            return NO_PLACE, NO_PLACE
    out_of_order, repeated = 0, 0
    for at in range(len(numbers)):
        place, time = found[at], times_ms[at]
        last = before[place] if said_in[place] == message else newest[place]
        if time < last:
            out_of_order += 1
        elif time == last:
            repeated += 1
        before[place], said_in[place] = time, message
        newest[place] = max(newest[place], time)
    return out_of_order, repeated
