"""Times as a datastream's own beat and how far off it a reading came: `time = beat + off`.

An instrument that is read every minute is off its beat by some milliseconds, at random. Kept as
differences of times, that chance is paid for twice (each jitter stands in two differences) and in
whole bits; kept as `off`, an entropy coder takes it near what it is worth, and the beat costs
nothing. Where a datastream has no beat, `beat` is the time and `off` 0.
"""

import numpy as np
from numpy.typing import NDArray

from anlan.adapters.parquet_history.rows import Rows

#: `off` lies in (-MOST, MOST), so that a reader may narrow files by `beat` alone.
MOST = 32_768
#: A beat is looked for in the first steps of a datastream; fewer readings are not worth it.
_SAMPLE, _LEAST = 32, 16
#: `off` lies round the middle of a byte: one byte of it varies, the others are still.
_MIDDLE = 128


def beats_of(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return `beat` and `off` in ms for rows sorted by (number, time)."""
    times = rows.times_ms
    beat, off = times.copy(), np.zeros(len(times), np.int32)
    if len(times) < _LEAST:
        return beat, off
    starts = np.flatnonzero(np.append(True, np.diff(rows.numbers) != 0))
    lengths = np.diff(np.append(starts, len(times)))
    period = np.repeat(_periods(times, starts, lengths), lengths)
    since = times - np.repeat(times[starts], lengths)
    has_beat = period > 0
    turns = np.rint(since / np.where(has_beat, period, 1)).astype(np.int64)
    away = since - turns * period
    middle = np.rint(np.add.reduceat(away, starts) / lengths).astype(np.int64)
    away -= np.repeat(middle, lengths)
    usable = has_beat & _is_narrower(times, away, starts, lengths)
    found = away + _MIDDLE
    # a datastream that keeps time to the millisecond needs no middle
    found[~np.repeat(np.maximum.reduceat(np.abs(away), starts) > 0, lengths)] = 0
    off[usable] = found[usable]
    beat[usable] -= found[usable]
    return beat, off


def _periods(
    times: NDArray[np.int64], starts: NDArray[np.intp], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return each datastream's period in ms, 0 for none: the middle step, made exact by the ends."""
    place = starts[:, None] + np.arange(_SAMPLE)
    ends = (starts + lengths - 1)[:, None]
    steps = times[np.minimum(place + 1, ends)] - times[np.minimum(place, ends)]
    taken = np.minimum(lengths - 1, _SAMPLE)
    steps = np.where(np.arange(_SAMPLE) < taken[:, None], steps, np.iinfo(np.int64).max)
    steps.sort(axis=1)
    guess = steps[np.arange(len(starts)), np.maximum(taken - 1, 0) // 2]
    usable = (lengths >= _LEAST) & (guess > 0)
    guess = np.where(usable, guess, 1)
    whole = np.repeat(guess, lengths)
    steps_each = np.diff(times, prepend=times[0])
    steps_each[starts] = 0
    turns = np.add.reduceat(np.rint(steps_each / whole).astype(np.int64), starts)
    span = times[starts + lengths - 1] - times[starts]
    exact = np.rint(span / np.maximum(turns, 1)).astype(np.int64)
    return np.where(usable & (turns > 0), exact, 0)


def _is_narrower(
    times: NDArray[np.int64],
    away: NDArray[np.int64],
    starts: NDArray[np.intp],
    lengths: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Tell for each row whether its datastream varies less round its beat than from step to step."""
    steps = np.diff(times, prepend=times[0])
    steps[starts] = steps[np.minimum(starts + 1, len(times) - 1)]
    uneven = np.abs(np.diff(steps, prepend=steps[0]))
    uneven[starts] = 0
    inside = np.maximum.reduceat(np.abs(away), starts) < MOST - _MIDDLE
    narrow = np.add.reduceat(np.abs(away), starts) <= np.add.reduceat(uneven, starts)
    return np.repeat(inside & narrow, lengths)
