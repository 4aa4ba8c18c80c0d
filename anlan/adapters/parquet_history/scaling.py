"""Values as whole numbers of a declared step, where not a bit is lost by it."""

from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.sensing.resolutions import Resolutions

#: Whole numbers up to here are doubles too, so that scaling can be undone.
EXACT = 2.0**53
MOST_DECIMALS = 15
#: More decimals than this are noise of a computation, not what an instrument says.
MOST_DECIMALS_FOUND = 10
#: A datastream that moves at most this often, and then so many steps, is kept as one that holds:
#: each difference would cost the bits of the largest beside it, also where nothing moves. Of a few
#: readings nobody can tell.
MOVES_MOST, FAR, HELD_LEAST = 0.6, 32.0, 64


def scales_of(numbers: NDArray[np.int32], resolutions: Resolutions) -> NDArray[np.float64]:
    """Return for each row the power of ten that makes its datastream's steps whole, or NaN."""
    # of a million datastreams a handful of steps are different
    known, place = np.unique(resolutions.steps_of(numbers), return_inverse=True)
    scale = np.array([_scale_of(one) for one in known.tolist()], float)
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


def held(
    numbers: NDArray[np.int32], whole: NDArray[np.int64], lossless: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which rows lie in datastreams that hold a value for readings and then step far.

    Analysers and gateways that report by exception do. `numbers` is sorted.
    """
    starts = np.flatnonzero(np.append(True, np.diff(numbers) != 0))
    lengths = np.diff(np.append(starts, len(numbers)))
    steps = np.abs(np.diff(whole.astype(float), prepend=0.0))
    steps[starts[: len(steps)]] = 0
    if not len(steps):
        return np.zeros(0, bool)
    moves = np.add.reduceat(steps > 0, starts, dtype=np.int64)
    far = np.add.reduceat(steps, starts) >= FAR * np.maximum(moves, 1)
    rests = (moves <= MOVES_MOST * lengths) & (lengths >= HELD_LEAST)
    return np.repeat(far & rests, lengths) & lossless


@cache
def _scale_of(resolution: float) -> float:
    """Return the power of ten that makes multiples of a step whole; NaN for no step."""
    if not 0 < resolution < EXACT:
        return float("nan")
    exponent = Decimal(repr(resolution)).normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    return float(10**decimals) if decimals <= MOST_DECIMALS else float("nan")
