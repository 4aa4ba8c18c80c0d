"""Values as whole numbers of a declared step, where not a bit is lost by it."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

#: Whole numbers up to here are doubles too, so that scaling can be undone.
EXACT = 2.0**53
MOST_DECIMALS = 15
#: More decimals than this are noise of a computation, not what an instrument says.
MOST_DECIMALS_FOUND = 9


def scales_of(numbers: NDArray[np.int32], resolutions: Mapping[int, float]) -> NDArray[np.float64]:
    """Return for each row the power of ten that makes its datastream's steps whole, or NaN."""
    if not resolutions:
        return np.full(len(numbers), np.nan)
    known, place = np.unique(numbers, return_inverse=True)
    scale = np.array([_scale_of(resolutions.get(int(one), 0.0)) for one in known], float)
    return scale[place].reshape(len(numbers))


def scales_found(
    numbers: NDArray[np.int32], values: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the scale, and where there is none the power of ten that a datastream's values show.

    Many instruments say a few decimals and declare no step. `numbers` is sorted; the scale is the
    least that loses nothing of any finite value of the datastream here.
    """
    open_ = np.flatnonzero(np.isnan(scale) & np.isfinite(values))
    if not len(open_):
        return scale
    some, who = values[open_], numbers[open_]
    starts = np.flatnonzero(np.append(True, np.diff(who) != 0))
    lengths = np.diff(np.append(starts, len(who)))
    chosen = np.full(len(starts), np.nan)
    for decimals in range(MOST_DECIMALS_FOUND, -1, -1):
        ten = float(10**decimals)
        _, lossless = scaled(some, np.full(len(some), ten))
        fits = np.logical_and.reduceat(lossless, starts)
        chosen[fits] = ten
    found = scale.copy()
    found[open_] = np.repeat(chosen, lengths)
    return found


def scaled(
    values: NDArray[np.float64], scale: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return whole numbers, and where dividing them by the scale gives each bit back."""
    with np.errstate(invalid="ignore", over="ignore"):
        counts = np.rint(values * scale)
        inside = np.abs(counts) < EXACT
        whole = np.where(inside, counts, 0.0).astype(np.int64)
        back = whole / scale
    same = back.view(np.int64) == np.ascontiguousarray(values).view(np.int64)
    return whole, inside & same


@cache
def _scale_of(resolution: float) -> float:
    """Return the power of ten that makes multiples of a step whole; NaN for no step."""
    if not 0 < resolution < EXACT:
        return float("nan")
    exponent = Decimal(repr(resolution)).normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    return float(10**decimals) if decimals <= MOST_DECIMALS else float("nan")
