"""Early signs in the rows of a unit: before any limit, that something is not as it was, and which tags say so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engines.early_signs.change import limits_of, shifts
from anlan.engines.early_signs.normal import Floats, Normal, blame, distances, learn, woken

#: One row so far beyond a limit is a sign; less far, two in sequence are.
AT_ONCE = 1.15
#: How far a tag is beyond its limit that never moved before: two rows in sequence are a sign.
WOKEN = 1.1
#: The first rows say whether the unit runs where it was learned: their middle may be this many limits away.
FIRST, ELSEWHERE = 10, 10.0
#: A sign is over when this many rows were quiet.
QUIET_ROWS = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """What was learned of a unit of p tags: its normal state, the limits of a change (p,), the spread (p,)."""

    normal: Normal
    change_limits: Floats


@dataclass(frozen=True, slots=True)
class Signs:
    """What is seen in n rows.

    `strength` (n,): how far beyond normal in limits, above 1 is a sign; `is_sign` (n,) after persistence; `blame` (n, p):
    the share of each tag, largest first to look at; `is_elsewhere`: the unit runs where nobody taught it, so only
    changes are told.
    """

    strength: Floats
    is_sign: NDArray[np.bool_]
    blame: Floats
    is_elsewhere: bool


def learn_unit(rows: Floats, *, period_s: float, false_per_day: float = 0.1) -> Unit:
    """Learn from rows (n, p) of a normal time, as `normal.learn`, which says what it raises."""
    normal = learn(rows, period_s=period_s, false_per_day=false_per_day)
    return Unit(normal, limits_of(rows, normal.plane.scale))


def signs_in(unit: Unit, rows: Floats) -> Signs:
    """Look at rows (n, p) that follow each other, the first of them a quiet time."""
    away = distances(unit.normal, rows).max(axis=1)
    moved = np.abs(shifts(rows, unit.normal.plane.scale)) / unit.change_limits
    moved = np.where(np.isnan(moved), 0.0, moved)
    # a detector that stood at nought for all the time that was learned: that it moves at all is a change
    moved = np.where(woken(unit.normal.plane, rows), np.maximum(moved, WOKEN), moved)
    change = moved.max(axis=1)
    if len(away) and np.median(away[:FIRST]) > ELSEWHERE:
        return Signs(change, _persistent(change), _shares(moved), is_elsewhere=True)
    blamed = np.where((away >= change)[:, None], _shares(blame(unit.normal, rows)), _shares(moved))
    return Signs(
        np.maximum(away, change),
        _persistent(away) | _persistent(change),
        blamed,
        is_elsewhere=False,
    )


def _shares(blamed: Floats) -> Floats:
    found: Floats = blamed / np.maximum(blamed.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return found


def begins(is_sign: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the rows at which signs begin; one that was quiet for less than `QUIET_ROWS` goes on."""
    at = np.flatnonzero(is_sign)
    if not len(at):
        return at
    is_new = np.r_[True, np.diff(at) > QUIET_ROWS]
    return at[is_new]


def _persistent(strength: Floats) -> NDArray[np.bool_]:
    beyond = strength > 1
    found: NDArray[np.bool_] = (strength > AT_ONCE) | (beyond & np.r_[False, beyond[:-1]])
    return found
