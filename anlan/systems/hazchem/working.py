"""The calculation sheet (GB 18218-2018 4.2, 4.3): every figure with the table and row that it is from.

By the design maximum it is the legal grade; by the live stock it says how things stand now. Both are one sum over
the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np

from anlan.engines.major_hazards.grading import (
    NO_GRADE,
    Grading,
    Holdings,
    graded,
    held_grade,
)
from anlan.systems.hazchem.rules import Found, Standard, read_standard

#: By how much below its bound S and R must fall before a milder live grade holds.
MARGIN: Final = 0.05
#: Over a maximum by less than this share of it is the instrument's doing.
_EXACT: Final = 1e-9
#: For comparing: what has no grade comes after the mildest.
_LAST: Final = 9
#: Beyond which maximum a stock may be, the gravest last.
OVER_ORDER: Final = ("", "permit", "design")
#: The mark of a figure that a person has set with a reason.
BY_HAND: Final = "H"
OVERRIDE_TABLE: Final = 0


@cache
def standard() -> Standard:
    """Return the standard as shipped."""
    return read_standard()


def _by_hand(value: float) -> Found:
    return Found(value=value, table=OVERRIDE_TABLE, row="", mark=BY_HAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a version of a chemical says for the sum."""

    cas: str = ""
    form: int | None = None
    classes: tuple[str, ...] = ()
    critical_override_t: float | None = None
    beta_override: float | None = None

    def critical(self) -> Found:
        """Return Q (t). Raises InvalidError where the standard cannot tell."""
        if self.critical_override_t is not None:
            return _by_hand(self.critical_override_t)
        return standard().critical(cas=self.cas, number=self.form, symbols=self.classes)

    def beta(self) -> Found:
        """Return beta. Raises InvalidError where the standard cannot tell."""
        if self.beta_override is not None:
            return _by_hand(self.beta_override)
        return standard().beta_of(cas=self.cas, symbols=self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row of the sheet: quantities q by the design and now (None where it is not known), Q and beta.

    A stock that is not sure is counted, but makes no grade milder.
    """

    critical: Found
    beta: Found
    design_t: float
    stock_t: float | None
    is_sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What lies between a unit and the next graver grade: which it is, and how much of S or R is missing.

    `of` says which sum decides: "s" for a unit that is none yet, "r" for one that is.
    """

    grade: int
    of: str
    bound: float
    missing: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One basis of the sheet: the parts of each row, the sums, the grade, the next one.

    `grade` of a live stock is the held one; `grade_now` what the sums say at this moment.
    """

    share: tuple[float | None, ...]
    weighted: tuple[float | None, ...]
    s: float
    r: float
    grade: int
    grade_now: int
    is_whole: bool
    to_next: Next | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """The whole sheet of a unit."""

    alpha: Found
    people: int
    design: Total
    live: Total


def alpha_of(people: int) -> Found:
    """Return alpha for permanent residents within 500 m (table 5)."""
    rules = standard().grading
    at = int(np.searchsorted(rules.people, people, side="right")) - 1
    low = int(rules.people[at])
    if low == 0:
        row = "0"
    elif at + 1 == len(rules.people):
        row = f"≥{low}"
    else:
        row = f"{low}–{int(rules.people[at + 1]) - 1}"
    return Found(value=float(rules.alpha[at]), table=5, row=row, mark="V")


def worked(terms: Sequence[Term], people: int, live_before: int | None = None) -> Working:
    """Return the sheet of one unit; `live_before` is the live grade that held last, None where none did."""
    design = _graded([one.design_t for one in terms], terms, people)
    now = _graded([one.stock_t for one in terms], terms, people)
    grade_now = int(now.grade[0])
    is_whole = bool(now.is_whole[0]) and all(one.is_sure for one in terms)
    held = grade_now if live_before is None else _held(live_before, now)
    if live_before is not None and not is_whole:
        # what is not known makes no grade milder
        held = min(held, live_before, key=_gravity)
    return Working(
        alpha=alpha_of(people),
        people=people,
        design=_total(design, int(design.grade[0])),
        live=replace(_total(now, held), is_whole=is_whole),
    )


def _graded(quantities: Sequence[float | None], terms: Sequence[Term], people: int) -> Grading:
    holdings = Holdings(
        np.zeros(len(terms), np.int64),
        np.array([np.nan if one is None else one for one in quantities], np.float64),
        np.array([one.critical.value for one in terms], np.float64),
        np.array([one.beta.value for one in terms], np.float64),
    )
    return graded(holdings, np.array([people]), standard().grading)


def _gravity(grade: int) -> int:
    return _LAST if grade == NO_GRADE else grade


def _held(before: int, now: Grading) -> int:
    rules = standard().grading
    return int(held_grade(np.array([before], np.int8), now.s, now.r, rules, MARGIN)[0])


def _total(of: Grading, grade: int) -> Total:
    s, r = float(of.s[0]), float(of.r[0])
    return Total(
        share=tuple(None if np.isnan(one) else float(one) for one in of.share),
        weighted=tuple(None if np.isnan(one) else float(one) for one in of.weighted),
        s=s,
        r=r,
        grade=grade,
        grade_now=int(of.grade[0]),
        is_whole=bool(of.is_whole[0]),
        to_next=next_of(s, r, int(of.grade[0])),
    )


def next_of(s: float, r: float, grade: int) -> Next | None:
    """Return what is missing until the next graver grade; None for grade 1."""
    if grade == 1:
        return None
    if grade == NO_GRADE:
        # which grade it then has depends on R; that it has one at all depends on S
        after = 4 - sum(1 for bound in standard().grading.grade_r if r >= bound)
        return Next(grade=after, of="s", bound=1.0, missing=1.0 - s, share=s)
    bound = float(standard().grading.grade_r[grade - 2])
    return Next(grade=grade - 1, of="r", bound=bound, missing=bound - r, share=r / bound)


def over_of(stock_t: float | None, design_t: float, permit_t: float | None) -> str | None:
    """Tell beyond which maximum a stock is: "design", "permit", "" for neither; None where it is not known."""
    if stock_t is None:
        return None
    if stock_t > design_t * (1 + _EXACT):
        return "design"
    if permit_t is not None and stock_t > permit_t * (1 + _EXACT):
        return "permit"
    return ""
