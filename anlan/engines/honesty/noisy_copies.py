"""The same hours of an earlier day with something added: what an instrument's own noise never does twice.

Of each stretch only the fast part is compared, value against the mean of its two neighbours: a process may do the same
every day at eight, its noise does not.
"""

import numpy as np

from anlan.engines.honesty.month import Floats, Ints

#: A correlation of the fast parts is a copy so many standard errors from none (Fisher 1915: artanh r by the root of
#: what is free). Neighbours share values of the curve, so about half of them are free.
SURE, FREE = 7.0, 0.5
DAY_S = 86_400.0
#: Stretches of a day that are compared apart, and how many in sequence make a finding.
STRETCHES = 12
#: Of noise a third of the values carry the variance; of a timer's edges a few do.
_LEAST_CARRIED = 1 / 8


def earlier_days(values: Floats, resolution: Floats, step_s: float) -> Ints:
    """Return (n, days, STRETCHES) the day that a stretch was copied from, -1 for none.

    `values` (n, m) from midnight on, `step_s` apart, which divides a day; an incomplete last day is not looked at.
    """
    per_day = round(DAY_S / step_s)
    if per_day % STRETCHES or abs(per_day * step_s - DAY_S) > 1e-6:
        raise ValueError(f"{step_s} s does not divide a twelfth of a day")
    days = values.shape[1] // per_day
    found = np.full((len(values), days, STRETCHES), -1, np.int64)
    for row, curve in enumerate(values):
        cut = curve[: days * per_day].reshape(days, STRETCHES, -1)
        for stretch in range(STRETCHES):
            found[row, :, stretch] = _earlier(_fast(cut[:, stretch], float(resolution[row])))
    return found


def _fast(part: Floats, resolution: float) -> Floats:
    """Return the fast parts (days, k) with mean 0 and length 1; all 0 where there is nothing to compare."""
    fast = part[:, 1:-1] - (part[:, :-2] + part[:, 2:]) / 2
    fast -= fast.mean(axis=1, keepdims=True)
    length = np.sqrt((fast**2).sum(axis=1, keepdims=True))
    fourth = (fast**4).sum(axis=1, keepdims=True)
    # not a line, a gap, rounding alone, nor jumps that outweigh all noise
    is_noise = (length > resolution * np.sqrt(fast.shape[1])) & (
        length**4 > _LEAST_CARRIED * fast.shape[1] * fourth
    )
    made: Floats = np.where(is_noise, fast / np.where(is_noise, length, 1.0), 0.0)
    return made


def _earlier(fast: Floats) -> Ints:
    likeness = np.tril(fast @ fast.T, -1)
    day = likeness.argmax(axis=1)
    best = likeness[np.arange(len(day)), day]
    least = np.tanh(SURE / np.sqrt(max(FREE * fast.shape[1] - 3, 1.0)))
    found: Ints = np.where(best > least, day, -1)
    return found
