"""What is normal for a unit, learned from its own quiet hours: all its tags together, and how far a row is from that.

Four statistics, each of the row and of its exponential mean: Hotelling's T² in the plane of the principal components
and Q (SPE) beside it (Jackson and Mudholkar 1979, Technometrics 21:341), the largest residual of a tag from all others, and the
largest deviation of one tag alone. Limits come from rows that were held out while learning, in blocks: what was learned
from a row says too little of the next one.
"""

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from anlan.engines.compiling import compiled

Floats = NDArray[np.float64]

#: Fewer rows teach nothing.
FEWEST_ROWS = 100
#: How quickly a mean follows: the row itself, and about its last six.
FOLLOWS = (1.0, 0.3)
STATISTICS = 4
#: The plane holds this share of the variance.
PLANE = 0.9
HELD_OUT = 5
#: So much of each tag is its own: keeps the inverse of what the tags share calm where two are nearly one.
OWN = 0.05
DAY_S = 86_400.0
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Plane:
    """What the rows of a normal time have in common, in standard deviations of each tag (p tags, k components).

    `centre`, `scale` (p,) in the tags' own units, 0 in `scale` where a tag never moved: it is left out;
    `axes` (p, k), `variances` (k,); `inverse` (p, p) of the tags' correlation.
    """

    centre: Floats
    scale: Floats
    axes: Floats
    variances: Floats
    inverse: Floats


@dataclass(frozen=True, slots=True)
class Normal:
    """A unit's normal state: the plane, and `limits` (STATISTICS x FOLLOWS,) of what is seen against it."""

    plane: Plane
    limits: Floats


def learn(rows: Floats, *, period_s: float, false_per_day: float = 0.1) -> Normal:
    """Learn from `rows` (n, p) in the tags' own units, NaN where a reading is missing, `period_s` apart.

    `false_per_day` is how often all limits together may be passed in a normal day. Raises ValueError for too few rows
    or none of whose tags moves.
    """
    if rows.ndim != 2 or len(rows) < FEWEST_ROWS:
        raise ValueError(f"a unit is learned from rows by tags, at least {FEWEST_ROWS} rows")
    plane = _plane_of(rows)
    edges = np.linspace(0, len(rows), HELD_OUT + 1).astype(int)
    held_out = np.concatenate(
        [
            _seen(_plane_of(np.delete(rows, np.s_[first:last], axis=0)), rows[first:last])
            for first, last in pairwise(edges)
        ]
    )
    share = false_per_day * period_s / DAY_S / held_out.shape[1]
    return Normal(plane, _limits(held_out, min(share, 0.01)))


def distances(normal: Normal, rows: Floats) -> Floats:
    """Return (n, STATISTICS x FOLLOWS) how far each row is, in limits: above 1 is beyond. Rows follow each other."""
    return _seen(normal.plane, rows) / normal.limits


def blame(normal: Normal, rows: Floats) -> Floats:
    """Return (n, p) how much each tag would have to be put right for its row to be normal again.

    The part of T² and Q together that goes when the tag alone is reconstructed: equation 27 of Alcala and Qin 2009,
    Automatica 45:1593, for the index of Yue and Qin 2001.
    """
    plane = normal.plane
    away = _standard(plane, rows)
    t2, q = normal.limits[0], normal.limits[1]
    both = (plane.axes / plane.variances / t2) @ plane.axes.T
    both += (np.eye(len(both)) - plane.axes @ plane.axes.T) / q
    moves = plane.scale > 0
    found: Floats = np.where(moves, (away @ both) ** 2 / np.where(moves, np.diag(both), 1.0), 0.0)
    return found


def _plane_of(rows: Floats) -> Plane:
    with np.errstate(invalid="ignore"):
        centre, scale = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    # what stands still teaches nothing of how it moves; a tag of rounding errors stands still
    moves = scale > _rounding(centre)
    if not moves.any():
        raise ValueError("no tag of the unit moves")
    scale = np.where(moves, scale, 0.0)
    plane = Plane(centre, scale, np.empty((0, 0)), np.empty(0), np.empty((0, 0)))
    away = _standard(plane, rows)
    correlation = away.T @ away / (len(away) - 1)
    variances, axes = np.linalg.eigh(correlation)
    variances, axes = variances[::-1], axes[:, ::-1]
    # one direction stays beside the plane, so that there is a Q
    held = int(np.searchsorted(np.cumsum(variances), PLANE * variances.sum())) + 1
    upto = max(1, min(held, int(moves.sum()) - 1))
    inverse = np.asarray(np.linalg.inv(correlation + OWN * np.eye(len(correlation))), np.float64)
    return Plane(centre, scale, axes[:, :upto], variances[:upto], inverse)


def woken(plane: Plane, rows: Floats) -> NDArray[np.bool_]:
    """Tell (n, p) where a tag that never moved while the unit was learned stands elsewhere than it always did."""
    away = np.abs(rows - plane.centre) > _rounding(plane.centre)
    found: NDArray[np.bool_] = (plane.scale == 0) & np.isfinite(rows) & away
    return found


def _rounding(centre: Floats) -> Floats:
    found: Floats = 1e-9 * np.maximum(np.abs(centre), 1e-9)
    return found


def _standard(plane: Plane, rows: Floats) -> Floats:
    """Return rows in standard deviations; 0 where nothing is known, so that it blames nobody."""
    moves = plane.scale > 0
    away = (rows - plane.centre) / np.where(moves, plane.scale, 1.0)
    known: Floats = np.where(np.isfinite(away) & moves, away, 0.0)
    return known


def _seen(plane: Plane, rows: Floats) -> Floats:
    away = _standard(plane, rows)
    return np.column_stack([_statistics(plane, _followed(away, one)) for one in FOLLOWS])


def _statistics(plane: Plane, away: Floats) -> Floats:
    along = away @ plane.axes
    t2 = (along**2 / plane.variances).sum(axis=1)
    q = ((away - along @ plane.axes.T) ** 2).sum(axis=1)
    residual = np.abs(away @ plane.inverse) / np.sqrt(np.diag(plane.inverse))
    return np.column_stack([t2, q, residual.max(axis=1), np.abs(away).max(axis=1)])


@compiled()
def _followed(away: Floats, share: float) -> Floats:  # pragma: no cover - compiled
    """Return the exponential mean of rows, with the variance that a single row has."""
    made = np.empty_like(away)
    mean = np.zeros(away.shape[1])
    widen = np.sqrt((2.0 - share) / share)
    for row in range(len(away)):
        mean += share * (away[row] - mean)
        made[row] = mean * widen
    return made


def _limits(held_out: Floats, share: float) -> Floats:
    """Return what a share of normal rows passes at most: sums of squares by Box 1954 (g χ²_h), largest values by Gumbel.

    The tail of Gumbel is longer than that of the largest of normal values: at a thousandth a fifth passes, and less
    further out. Of a single tag nothing is beside the plane: that limit is infinite.
    """
    mean, variance = held_out.mean(axis=0), held_out.var(axis=0)
    is_none = variance < 1e-18
    mean, variance = np.where(is_none, 1.0, mean), np.where(is_none, 1.0, variance)
    free = 2 * mean**2 / variance
    # the quantile of χ² by Wilson and Hilferty 1931
    far, part = NormalDist().inv_cdf(1 - share), 2 / (9 * free)
    squares = mean * (1 - part + far * np.sqrt(part)) ** 3
    wide = np.sqrt(6 * variance) / np.pi
    largest = mean - _EULER * wide - wide * np.log(-np.log1p(-share))
    is_square = np.arange(held_out.shape[1]) % STATISTICS < 2
    found: Floats = np.where(is_none, np.inf, np.where(is_square, squares, largest))
    return found
