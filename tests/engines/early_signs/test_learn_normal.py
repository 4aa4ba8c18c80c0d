"""What a unit's normal state is, and that what leaves it is seen and blamed on the right tag."""

import numpy as np
import pytest

from anlan.engines.early_signs.normal import (
    FOLLOWS,
    STATISTICS,
    Floats,
    _limits,
    _standard,
    blame,
    distances,
    learn,
)

PERIOD_S = 60.0
TAGS = 8


def _made(rows: int, seed: int) -> Floats:
    """Three causes move eight tags, each with noise of its own: levels, flows, temperatures of one unit."""
    dice = np.random.default_rng(seed)
    mix = np.random.default_rng(1).normal(size=(3, TAGS))
    made: Floats = dice.normal(size=(rows, 3)) @ mix + 0.2 * dice.normal(size=(rows, TAGS))
    return 50 + 7 * made


def test_a_normal_day_is_quiet() -> None:
    normal = learn(_made(1_500, 2), period_s=PERIOD_S, false_per_day=1.0)
    days = 40
    beyond = distances(normal, _made(days * 1_440, 3)) > 1
    # one a day was allowed for all together; rows follow each other, so that they come in clumps
    assert 0 < beyond.any(axis=1).sum() / days < 6


def test_a_tag_that_leaves_the_others_is_seen_within_its_own_limits() -> None:
    normal = learn(_made(1_500, 2), period_s=PERIOD_S)
    rows = _made(400, 4)
    assert (distances(normal, rows) < 1).all()
    spread = rows.std(axis=0)
    rows[200:, 5] += 1.5 * spread[5]  # a drift that no limit of the tag would tell
    assert np.abs((rows - 50) / normal.plane.scale).max() < 5
    seen = distances(normal, rows).max(axis=1) > 1
    assert seen[:200].sum() == 0
    assert seen[200:].mean() > 0.8
    assert np.bincount(blame(normal, rows[200:]).argmax(axis=1)).argmax() == 5


def test_blame_is_what_putting_the_tag_right_takes_away() -> None:
    """By hand: the value of each tag for which the index is least, against the closed form."""
    normal = learn(_made(600, 2), period_s=PERIOD_S)
    plane = normal.plane
    row = _made(1, 9) + np.linspace(-20, 20, TAGS)

    def index(away: Floats) -> float:
        along = away @ plane.axes
        beside = away - along @ plane.axes.T
        t2 = float((along**2 / plane.variances).sum()) / normal.limits[0]
        return float(t2 + (beside**2).sum() / normal.limits[1])

    away = _standard(plane, row)[0]
    for tag, found in enumerate(blame(normal, row)[0]):
        tried = np.repeat(away[None], 3, axis=0)
        tried[:, tag] = (-1.0, 0.0, 1.0)
        left, middle, right = (index(one) for one in tried)
        # the index is a parabola of one tag: its lowest point from three of its values
        bend, slope = (left + right) / 2 - middle, (right - left) / 2
        least = middle - slope**2 / (4 * bend)
        assert found == pytest.approx(index(away) - least, rel=1e-6)


@pytest.mark.parametrize("share", [1e-2, 1e-3])
def test_limits_are_passed_as_often_as_asked(share: float) -> None:
    dice = np.random.default_rng(5)

    def sample(rows: int) -> Floats:
        seen = dice.normal(size=(rows, 20))
        squares, most = (seen**2).sum(axis=1), np.abs(seen).max(axis=1)
        return np.column_stack([squares, squares, most, most] * len(FOLLOWS))

    limits = _limits(sample(20_000), share)
    passed = (sample(400_000) > limits).mean(axis=0)
    assert limits.shape == (STATISTICS * len(FOLLOWS),)
    assert (passed < share * 3).all()
    assert (passed > share / 10).all()


def test_a_missing_reading_and_a_tag_that_never_moved_blame_nobody() -> None:
    rows = _made(600, 2)
    rows[:, 3] = 4.0
    normal = learn(rows, period_s=PERIOD_S)
    now = _made(50, 3)
    now[:, 3] = 1e6
    now[10:, 0] = np.nan
    assert np.isfinite(distances(normal, now)).all()
    assert (blame(normal, now)[:, 3] == 0).all()
    assert normal.plane.scale[3] == 0


def test_a_single_tag_is_a_unit_too() -> None:
    normal = learn(_made(600, 2)[:, :1], period_s=PERIOD_S)
    rows = _made(100, 3)[:, :1]
    assert (distances(normal, rows) < 1).all()
    rows[50:] += 12 * normal.plane.scale
    assert (distances(normal, rows).max(axis=1)[50:] > 1).all()


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 100 rows"):
        learn(_made(99, 2), period_s=PERIOD_S)
    with pytest.raises(ValueError, match="no tag"):
        learn(np.ones((200, 4)), period_s=PERIOD_S)
