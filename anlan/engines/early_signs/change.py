"""How far each tag's level has moved from its own last hour, in the spread that it had there.

For a unit that does not run where it was learned, another load, another product: what is normal there nobody has
taught, but a level that leaves its own spread within minutes is a sign wherever it stands.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Rows of the level, and of what it is held against just before.
LEVEL, BEFORE = 30, 300
#: A level may wander so many of its own standard deviations, and never has to less than this to be a sign.
LEAST = 4.0
#: Of the windows of the normal time this share stays below a tag's limit.
QUIET = 0.9
#: A spread is at least this share of what it was while learning: a rounded tag that stood still has none.
LEAST_SPREAD = 0.02


def shifts(rows: Floats, spread: Floats) -> Floats:
    """Return (n, p) shifts of `rows` (n, p), NaN until there are `LEVEL + BEFORE` rows; `spread` (p,) while learning."""
    found = np.full(rows.shape, np.nan)
    first = LEVEL + BEFORE - 1
    if len(rows) <= first:
        return found
    level = sliding_window_view(rows, LEVEL, axis=0).mean(axis=-1)
    before = sliding_window_view(rows, BEFORE, axis=0)
    mean, wide = before.mean(axis=-1), before.std(axis=-1)
    least = np.where(spread > 0, LEAST_SPREAD * spread, np.inf)
    upto = len(rows) - first
    found[first:] = (level[BEFORE : BEFORE + upto] - mean[:upto]) / np.maximum(wide[:upto], least)
    return found


def limits_of(rows: Floats, spread: Floats) -> Floats:
    """Return (p,) limits of the size of a shift, from the rows of a normal time."""
    seen = np.abs(shifts(rows, spread))[LEVEL + BEFORE - 1 :]
    blocks = len(seen) // (LEVEL + BEFORE)
    least = np.full(rows.shape[1], LEAST)
    if not blocks:
        return least
    most = seen[: blocks * (LEVEL + BEFORE)].reshape(blocks, -1, rows.shape[1]).max(axis=1)
    found: Floats = np.maximum(least, np.quantile(most, QUIET, axis=0))
    return found
