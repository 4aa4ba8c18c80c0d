"""S, R and grade by GB 18218-2018: the fact sheet's worked case, every bound, and what may not be guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.major_hazards.grading import (
    NO_GRADE,
    Grading,
    Holdings,
    Rules,
    grade_of,
    graded,
    held_grade,
)

#: Tables 5 and 6 of the standard.
RULES = Rules(
    people=np.array([0, 1, 30, 50, 100]),
    alpha=np.array([0.5, 1.0, 1.2, 1.5, 2.0]),
    grade_r=np.array([100.0, 50.0, 10.0]),
)
AMOUNTS = st.floats(0, 1e5)


def of(*rows: tuple[int, float, float, float], people: tuple[int, ...] = (0,)) -> Grading:
    """Grade rows of (unit, q, Q, beta)."""
    unit, quantity, critical, beta = (np.array(one) for one in zip(*rows, strict=True))
    return graded(Holdings(unit, quantity, critical, beta), np.array(people), RULES)


def test_ammonia_chlorine_and_methanol_beside_sixty_people() -> None:
    found = of((0, 60.0, 10.0, 2.0), (0, 20.0, 5.0, 4.0), (0, 2000.0, 500.0, 1.0), people=(60,))
    assert (found.s[0], found.alpha[0], found.r[0], found.grade[0]) == (14.0, 1.5, 48.0, 3)
    assert found.share.tolist() == [6.0, 4.0, 4.0]
    assert found.weighted.tolist() == [12.0, 16.0, 4.0]


@pytest.mark.parametrize(
    ("people", "alpha"),
    [(0, 0.5), (1, 1.0), (29, 1.0), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2.0), (9999, 2.0)],
)  # fmt: skip
def test_people_make_alpha(people: int, alpha: float) -> None:
    assert of((0, 1.0, 1.0, 1.0), people=(people,)).alpha[0] == alpha


@pytest.mark.parametrize(
    ("r", "grade"),
    [(0.1, 4), (9.999, 4), (10.0, 3), (49.999, 3), (50.0, 2), (99.999, 2), (100.0, 1), (1e6, 1)],
)
def test_a_bound_belongs_to_the_graver_grade(r: float, grade: int) -> None:
    assert grade_of(np.array([1.0]), np.array([r]), RULES)[0] == grade


def test_below_one_a_unit_is_none_however_great_r_is() -> None:
    found = of((0, 0.999, 1.0, 20.0), people=(100,))
    assert (found.r[0] > 39, found.grade[0]) == (True, NO_GRADE)


def test_ten_tenths_are_one() -> None:
    assert sum([0.1] * 10) < 1  # in binary
    assert of(*[(0, 1.0, 10.0, 1.0)] * 10).grade[0] == 4


def test_units_do_not_mix() -> None:
    found = of((1, 5.0, 5.0, 4.0), (0, 20.0, 10.0, 2.0), (1, 5.0, 5.0, 4.0), people=(0, 200, 1))
    assert found.s.tolist() == [2.0, 2.0, 0.0]
    assert found.r.tolist() == [2.0, 16.0, 0.0]
    assert found.grade.tolist() == [4, 3, NO_GRADE]


def test_what_is_not_known_is_said_and_the_rest_counts() -> None:
    found = of((0, float("nan"), 10.0, 2.0), (0, 60.0, 5.0, 4.0), (1, 5.0, 5.0, 4.0), people=(0, 0))
    assert found.is_whole.tolist() == [False, True]
    assert (found.s[0], found.grade[0]) == (12.0, 3)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), AMOUNTS, st.integers(0, 300))
def test_more_of_anything_is_never_milder(amounts: list[float], more: float, people: int) -> None:
    rows = [(0, amount, 10.0, 2.0) for amount in amounts]
    before = of(*rows, people=(people,))
    after = of(*rows, (0, more, 5.0, 4.0), people=(people + 1,))
    rank = [4 if one == NO_GRADE else one - 1 for one in (before.grade[0], after.grade[0])]
    assert rank[1] <= rank[0]


def held(before: int, r: float, s: float = 5.0, margin: float = 0.05) -> int:
    return int(
        held_grade(np.array([before], np.int8), np.array([s]), np.array([r]), RULES, margin)[0]
    )


def test_a_live_grade_rises_at_once_and_falls_when_it_is_clear() -> None:
    assert held(3, 50.0) == 2
    assert held(2, 49.0) == 2  # within five in a hundred of the bound
    assert held(2, 47.0) == 3
    assert held(1, 9.8) == 3  # well below two bounds, not clear of the third
    assert held(4, 5.0, s=0.97) == 4
    assert held(4, 5.0, s=0.94) == NO_GRADE
    assert held(NO_GRADE, 5.0, s=1.0) == 4


@given(st.integers(0, 4), st.floats(0, 300), st.floats(0, 3))
def test_without_a_margin_what_holds_is_what_is_graded(before: int, r: float, s: float) -> None:
    now = int(grade_of(np.array([s]), np.array([r]), RULES)[0])
    assert held(before, r, s, margin=0.0) == now


@given(st.integers(0, 4), st.floats(0, 300), st.floats(0, 3))
def test_held_twice_is_held_once_and_never_milder_than_it_is(
    before: int, r: float, s: float
) -> None:
    once = held(before, r, s)
    assert held(once, r, s) == once
    now = int(grade_of(np.array([s]), np.array([r]), RULES)[0])
    assert (once or 5) <= (now or 5)


@pytest.mark.parametrize(
    "row", [(0, -1.0, 10.0, 1.0), (0, 1.0, 0.0, 1.0), (0, 1.0, float("nan"), 1.0)]
)
def test_a_row_that_cannot_be_is_refused(row: tuple[int, float, float, float]) -> None:
    with pytest.raises(ValueError, match="quantity"):
        of(row)


def test_tables_that_cannot_be_read_are_refused() -> None:
    people, alpha, grade_r = RULES.people, RULES.alpha, RULES.grade_r
    for broken in (
        (people[1:], alpha[1:], grade_r),
        (people, alpha[1:], grade_r),
        (people[::-1], alpha, grade_r),
        (people, alpha, grade_r[::-1]),
        (people, alpha, grade_r[1:]),
    ):
        with pytest.raises(ValueError, match=r"people|grade_r"):
            Rules(*broken)
    with pytest.raises(ValueError, match="people"):
        of((0, 1.0, 1.0, 1.0), people=(-1,))
    with pytest.raises(ValueError, match="margin"):
        held(1, 1.0, margin=1.0)
