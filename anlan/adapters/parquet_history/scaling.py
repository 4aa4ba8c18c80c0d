"""Values as whole numbers of a declared step, where not a bit is lost by it."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

#: Whole numbers up to here are doubles too, so that scaling can be undone.
EXACT = 2.0**53
MOST_DECIMALS = 15


def scales_of(numbers: NDArray[np.int32], resolutions: Mapping[int, float]) -> NDArray[np.float64]:
    """Return for each row the power of ten that makes its datastream's steps whole, or NaN."""
    if not resolutions:
        return np.full(len(numbers), np.nan)
    known, place = np.unique(numbers, return_inverse=True)
    scale = np.array([_scale_of(resolutions.get(int(one), 0.0)) for one in known], float)
    return scale[place].reshape(len(numbers))


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
