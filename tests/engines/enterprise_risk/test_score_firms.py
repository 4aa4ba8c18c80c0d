"""The score is a sum that can be done by hand; levels hold at their bounds; lifts lift; silence is not calm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.enterprise_risk.model import Factor, Lift, Model, RiskLevel
from anlan.engines.enterprise_risk.score import Risk, risk_of

GRADE = Factor(code="grade", weight=2, at=(0, 4), points=(0, 100))
LATE = Factor(code="late", weight=1, at=(0, 1, 5), points=(0, 40, 100))
OFFLINE = Factor(code="offline_share", weight=1, at=(0, 0.05, 0.2), points=(0, 20, 100))
GAS = Lift(code="gas_unanswered_min", least=10, level=RiskLevel.ORANGE)
FIRE = Lift(code="fires", least=1, level=RiskLevel.RED)
MODEL = Model(
    name="样例", version=3, factors=(GRADE, LATE, OFFLINE), lifts=(GAS, FIRE),
    bounds=(25.0, 50.0, 75.0), margin=5.0,
)  # fmt: skip
CALM = {"grade": 0.0, "late": 0.0, "offline_share": 0.0, "gas_unanswered_min": 0.0, "fires": 0.0}


def _risk(*firms: dict[str, float], before: list[int] | None = None, model: Model = MODEL) -> Risk:
    said = [CALM | one for one in firms]
    columns = {code: np.array([one[code] for one in said]) for code in CALM}
    return risk_of(model, columns, None if before is None else np.array(before))


def test_the_score_is_the_sum_by_hand() -> None:
    found = _risk({"grade": 3, "late": 3, "offline_share": 0.1})
    # 3 of 4 by half; 40 + 2/4 of 60 by a quarter; 20 + a third of 80 by a quarter
    by_hand = [75 / 2, 70 / 4, (20 + 80 / 3) / 4]
    assert found.shares[0] == pytest.approx(by_hand)
    assert found.score[0] == pytest.approx(sum(by_hand))
    assert found.level.tolist() == [RiskLevel.ORANGE]


def test_beyond_the_last_value_the_points_stay() -> None:
    found = _risk({"late": 5}, {"late": 500}, {"late": -3})
    assert found.score.tolist() == [25, 25, 0]


def test_graver_is_at_once_and_milder_below_the_margin() -> None:
    at = [{"grade": bound / 12.5} for bound in (25.0, 24.9, 20.1, 20.0, 19.9)]
    assert _risk(*at).level.tolist() == [2, 1, 1, 1, 1]
    assert _risk(*at, before=[1, 2, 2, 2, 2]).level.tolist() == [2, 2, 2, 2, 1]
    # from red it falls through all that its score is well below
    assert _risk({"grade": 0}, before=[4]).level.tolist() == [1]


def test_a_lift_lifts_whatever_the_score_and_lets_go_with_its_cause() -> None:
    found = _risk({"gas_unanswered_min": 10}, {"gas_unanswered_min": 9.9}, {"fires": 1})
    assert found.level.tolist() == [RiskLevel.ORANGE, RiskLevel.BLUE, RiskLevel.RED]
    assert found.lifted.tolist() == [3, 0, 4]
    assert _risk({}, before=[4]).level.tolist() == [RiskLevel.BLUE]


def test_an_input_that_nobody_knows_adds_nothing_and_is_said() -> None:
    found = _risk({"grade": np.nan, "late": 5, "gas_unanswered_min": np.nan})
    assert found.unknown.tolist() == [[True, False, False]]
    assert found.score[0] == pytest.approx(25)
    assert found.lifted[0] == 0


@given(
    st.lists(st.tuples(st.floats(0, 4), st.floats(0, 9), st.floats(0, 1)), min_size=2, max_size=9),
    st.integers(0, 4),
)
def test_more_of_anything_is_never_milder(
    rows: list[tuple[float, float, float]], stood: int
) -> None:
    firms = [{"grade": a, "late": b, "offline_share": c} for a, b, c in rows]
    worse = [{code: value * 1.5 for code, value in one.items()} for one in firms]
    before = [stood] * len(firms)
    calm, grave = _risk(*firms, before=before), _risk(*worse, before=before)
    assert (grave.score >= calm.score - 1e-9).all()
    assert (grave.level >= calm.level).all()
    alone = [_risk(one, before=[stood]) for one in firms]
    assert calm.level.tolist() == [int(one.level[0]) for one in alone]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (replace(MODEL, factors=()), "factors"),
        (replace(MODEL, factors=(GRADE, GRADE)), "once"),
        (replace(MODEL, factors=(replace(GRADE, weight=0.0),)), "weight"),
        (replace(MODEL, factors=(replace(GRADE, at=(1.0, 1.0)),)), "ascend"),
        (replace(MODEL, factors=(replace(GRADE, at=(1.0,)),)), "points"),
        (replace(MODEL, factors=(replace(GRADE, points=(0.0, 101.0)),)), "0 to 100"),
        (replace(MODEL, lifts=(replace(GAS, least=np.nan),)), "lifts"),
        (replace(MODEL, bounds=(50.0, 25.0, 75.0)), "bounds"),
        (replace(MODEL, margin=30.0), "margin"),
    ],
)
def test_a_model_that_cannot_be_is_refused(model: Model, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _risk({}, model=model)


def test_inputs_that_do_not_belong_together_are_refused() -> None:
    one = {code: np.zeros(2) for code in MODEL.inputs}
    with pytest.raises(ValueError, match="late is missing"):
        risk_of(MODEL, {code: value for code, value in one.items() if code != "late"})
    with pytest.raises(ValueError, match="each firm"):
        risk_of(MODEL, one | {"late": np.zeros(3)})
    with pytest.raises(ValueError, match="each firm"):
        risk_of(MODEL, one, np.zeros(3, np.int64))
