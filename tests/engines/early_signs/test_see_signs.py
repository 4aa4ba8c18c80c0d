"""Changes of level where nobody has taught what is normal, and what becomes of all that is seen."""

import numpy as np
import pytest

from anlan.engines.early_signs.change import BEFORE, LEAST, LEVEL, limits_of, shifts
from anlan.engines.early_signs.normal import Floats
from anlan.engines.early_signs.signs import QUIET_ROWS, begins, learn_unit, signs_in

FIRST = LEVEL + BEFORE - 1


def _noise(rows: int, seed: int, tags: int = 3) -> Floats:
    made: Floats = np.random.default_rng(seed).normal(size=(rows, tags))
    return made


def test_a_shift_is_a_level_against_its_own_past() -> None:
    rows = _noise(500, 1)
    found = shifts(rows, np.ones(3))
    assert np.isnan(found[:FIRST]).all()
    at = 420
    level = rows[at - LEVEL + 1 : at + 1]
    before = rows[at - LEVEL - BEFORE + 1 : at - LEVEL + 1]
    assert found[at] == pytest.approx(
        (level.mean(axis=0) - before.mean(axis=0)) / before.std(axis=0)
    )
    assert np.isnan(shifts(rows[:FIRST], np.ones(3))).all()


def test_what_stood_still_has_a_spread_from_its_learning_and_what_never_moved_has_none() -> None:
    rows = np.full((400, 2), 7.0)
    rows[370:] = 7.5
    found = shifts(rows, np.array([1.0, 0.0]))
    assert found[399] == pytest.approx([0.5 / 0.02, 0.0])


def test_limits_of_a_change_are_never_low_and_follow_a_restless_tag() -> None:
    rows = _noise(4_000, 2)
    rows[::500, 1] += 40
    steps = np.repeat(np.random.default_rng(3).normal(scale=30, size=20), 200)
    rows[:, 2] += steps
    quiet, spiked, stepped = limits_of(rows, np.ones(3))
    assert quiet == spiked == LEAST
    assert stepped > 5
    assert (limits_of(rows[:50], np.ones(3)) == LEAST).all()


def test_a_unit_that_runs_elsewhere_tells_changes_only() -> None:
    unit = learn_unit(_noise(2_000, 4), period_s=1.0)
    rows = _noise(900, 5) * 0.5 + 200  # nobody has taught this load
    rows[600:, 1] += 6
    signs = signs_in(unit, rows)
    assert signs.is_elsewhere
    [at] = begins(signs.is_sign)
    assert 600 <= at < 600 + LEVEL
    assert signs.blame[at].argmax() == 1
    assert signs.blame[at].sum() == pytest.approx(1)


def test_where_it_was_learned_both_are_told() -> None:
    unit = learn_unit(_noise(2_000, 4), period_s=1.0)
    rows = _noise(900, 6)
    rows[500:, 2] += 9
    signs = signs_in(unit, rows)
    assert not signs.is_elsewhere
    [at] = begins(signs.is_sign[:510])
    assert at == 500
    assert signs.blame[at].argmax() == 2
    assert (signs.strength[480:500] < 1).all()


def test_a_detector_that_never_moved_is_seen_when_it_does() -> None:
    learned = _noise(2_000, 7)
    learned[:, 1] = 0.0
    unit = learn_unit(learned, period_s=1.0)
    rows = _noise(400, 8)
    rows[:, 1] = 0.0
    assert not signs_in(unit, rows).is_sign.any()
    rows[100, 1] = 1.0  # once is a flicker
    rows[300:, 1] = 20.0
    signs = signs_in(unit, rows)
    assert begins(signs.is_sign).tolist() == [301]
    assert signs.blame[301].argmax() == 1


def test_signs_that_follow_closely_are_one() -> None:
    seen = np.zeros(60, bool)
    seen[[5, 6, 6 + QUIET_ROWS, 40]] = True
    assert begins(seen).tolist() == [5, 40]
    assert begins(np.zeros(9, bool)).tolist() == []
