"""Major hazard installations: what makes a unit one, and of which grade (GB 18218-2018 clause 4).

S = sum of q/Q, and from 1 on the unit is a major hazard installation (4.2). R = alpha times the sum of beta q/Q
gives its grade, 1 the gravest (4.3). Every row that went in comes out again as a part of the sum, so that the
working can be shown and checked by hand.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Grades = NDArray[np.int8]

#: The grade of a unit that is no major hazard installation.
NO_GRADE: Final = 0
#: A sum of shares that is 1 on paper may be a little less in binary: it counts as reached.
_REACHED: Final = 1e-9
#: For comparing: a unit without a grade comes after those of the mildest.
_MILDEST: Final = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """The tables that a grade is read from; data of a bureau, as the standard gives them or as corrected.

    `people` (k,) ascending from 0: permanent residents within 500 m from which on `alpha` (k,) holds
    (table 5). `grade_r` (3,) descending: R from which on the grade is 1, 2, 3 (table 6).
    """

    people: Ints
    alpha: Floats
    grade_r: Floats

    def __post_init__(self) -> None:
        """Raise ValueError where the tables cannot be read one way only."""
        if not len(self.people) or len(self.people) != len(self.alpha) or self.people[0] != 0:
            raise ValueError("people and alpha are columns of one table that begins with nobody")
        if np.any(np.diff(self.people) <= 0):
            raise ValueError("people must ascend")
        if len(self.grade_r) != _MILDEST - 1 or np.any(np.diff(self.grade_r) >= 0):
            raise ValueError("grade_r must be three values that descend")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the units hold, one row a chemical of a unit.

    `unit` (n,) 0..units-1; `quantity_t` (n,) q, NaN where it is not known; `critical_t` (n,) Q > 0
    (tables 1 and 2); `beta` (n,) (tables 3 and 4).
    """

    unit: Ints
    quantity_t: Floats
    critical_t: Floats
    beta: Floats


@dataclass(frozen=True, slots=True)
class Grading:
    """The working and its outcome.

    `share` (n,) q/Q and `weighted` (n,) beta q/Q of each holding; `s`, `alpha`, `r` (units,); `grade` (units,)
    1..4 or NO_GRADE. A unit with an unknown quantity has what is known of it: `is_whole` (units,) is False, its
    sums are the least that they can be.
    """

    share: Floats
    weighted: Floats
    s: Floats
    alpha: Floats
    r: Floats
    grade: Grades
    is_whole: NDArray[np.bool_]


def graded(holdings: Holdings, people: Ints, rules: Rules) -> Grading:
    """Return S, R and grade of each unit; `people` (units,) permanent residents within 500 m of its site.

    Raises ValueError for a negative quantity, a critical one that is not positive, or negative people.
    """
    known = ~np.isnan(holdings.quantity_t)
    if np.any(holdings.quantity_t[known] < 0) or not np.all(holdings.critical_t > 0):
        raise ValueError("a quantity is at least 0 t, a critical one more than that")
    if np.any(people < 0):
        raise ValueError("people cannot be fewer than nobody")
    units = len(people)
    share = holdings.quantity_t / holdings.critical_t
    weighted = holdings.beta * share
    s = _summed(np.where(known, share, 0.0), holdings.unit, units)
    sum_weighted = _summed(np.where(known, weighted, 0.0), holdings.unit, units)
    alpha = rules.alpha[np.searchsorted(rules.people, people, side="right") - 1]
    r = alpha * sum_weighted
    missing = np.bincount(holdings.unit, ~known, minlength=units)
    return Grading(share, weighted, s, alpha, r, grade_of(s, r, rules), missing == 0)


def _summed(part: Floats, unit: Ints, units: int) -> Floats:
    return np.bincount(unit, part, minlength=units).astype(np.float64)


def grade_of(s: Floats, r: Floats, rules: Rules) -> Grades:
    """Return the grade that S and R (units,) make: 1..4, NO_GRADE where S is below 1."""
    reached = np.stack([r >= bound * (1 - _REACHED) for bound in rules.grade_r])
    grade = _MILDEST - reached.sum(axis=0)
    return np.where(s >= 1 - _REACHED, grade, NO_GRADE).astype(np.int8)


def held_grade(before: Grades, s: Floats, r: Floats, rules: Rules, margin: float) -> Grades:
    """Return the grade of a live stock, which goes up and down past its bounds all day.

    A graver grade holds at once. A milder one holds when S and R are below its bound by `margin` (share
    of the bound, 0 <= margin < 1), so that pumping to and fro turns no grade. `before` (units,) is what held.
    """
    if not 0 <= margin < 1:
        raise ValueError("margin is a share of the bound")
    was, now, easy = (
        np.where(one == NO_GRADE, _MILDEST + 1, one)
        for one in (
            before,
            grade_of(s, r, rules),
            grade_of(s / (1 - margin), r / (1 - margin), rules),
        )
    )
    held = np.where(now <= was, now, np.maximum(easy, was))
    return np.where(held > _MILDEST, NO_GRADE, held).astype(np.int8)
