"""Each cheat is found where it is, and what a plant does by itself is none."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from anlan.engines.honesty import noisy_copies
from anlan.engines.honesty.look import findings
from anlan.engines.honesty.month import Finding, Floats, Kind, Month

DAY = 1_440
STEP = 0.1


def _noise(days: int, seed: int, rows: int = 1) -> Floats:
    dice = np.random.default_rng(seed)
    walk = np.cumsum(dice.normal(size=(rows, days * DAY)) * 0.05, axis=1)
    return np.rint((60 + walk + 0.5 * dice.normal(size=walk.shape)) / STEP) * STEP


def _month(values: Floats, high: float = np.nan, unit: int = 0) -> Month:
    rows = len(values)
    return Month(
        values=values,
        step_s=60.0,
        resolution=np.full(rows, STEP),
        high=np.full(rows, high),
        unit=np.full(rows, unit),
    )


def _only(month: Month) -> Finding:
    [found] = findings(month)
    return found


def test_a_copied_night_is_found_with_where_it_came_from() -> None:
    values = _noise(10, 1)
    first, long, lag = 7 * DAY + 100, 600, 3 * DAY + 217
    values[0, first : first + long] = values[0, first - lag : first - lag + long] + 1.2
    found = _only(_month(values))
    assert found.kind is Kind.COPIED
    assert (found.first, found.last) == (first, first + long - 1)
    assert found.earlier == first - lag


def test_a_copy_with_noise_of_another_day_is_found_at_the_same_hours() -> None:
    values = _noise(10, 2)
    dice = np.random.default_rng(3)
    copy = values[0, 2 * DAY : 3 * DAY] + 0.2 * dice.normal(size=DAY)
    values[0, 8 * DAY : 9 * DAY] = np.rint(copy / STEP) * STEP
    found = _only(_month(values))
    assert found.kind is Kind.COPIED_WITH_NOISE
    assert (found.first, found.last, found.earlier) == (8 * DAY, 9 * DAY - 1, 2 * DAY)


def test_a_sawtooth_is_found_and_a_timer_is_not() -> None:
    values = _noise(6, 4)
    long = 400
    values[0, 3_000 : 3_000 + long] = np.resize(60 + STEP * np.arange(50), long)
    found = _only(_month(values))
    assert found.kind is Kind.REPEATED
    assert abs(found.first - 3_000) <= 1
    assert abs(found.last - 3_399) <= 1
    timer = np.resize(np.repeat([0.0, 100.0], 30), (1, 6 * DAY))
    assert not list(findings(_month(timer)))


def test_a_value_that_stands_where_it_always_moved_is_found_and_a_full_tank_is_not() -> None:
    values = _noise(6, 5)
    values[0, 4_000:4_500] = 60.0
    found = _only(_month(values))
    assert (found.kind, found.first, found.last) == (Kind.CONSTANT, 4_000, 4_499)
    full = np.minimum(_noise(6, 5), 60.0)
    full[0, 4_000:4_500] = 60.0
    assert not list(findings(_month(full)))


def test_tops_cut_just_under_the_limit_are_found_and_tops_far_below_it_are_not() -> None:
    values = np.minimum(_noise(6, 6), 60.0)
    values[0] = np.where(np.random.default_rng(1).random(6 * DAY) < 0.3, values[0], values[0] - 0.1)
    values[0, 1_000:1_020] = values[0, 2_000:2_020] = values[0, 3_000:3_020] = 60.0
    found = _only(_month(values, high=60.1))
    assert (found.kind, found.first) == (Kind.CLIPPED, 1_000)
    assert found.last >= 3_019
    assert not list(findings(_month(values, high=70.0)))


def test_twins_are_found_within_a_unit_only() -> None:
    values = _noise(4, 7, rows=2)
    values[1, 500:2_200] = values[0, 500:2_200]
    found = _only(_month(values))
    assert (found.kind, found.row, found.other) == (Kind.TWIN, 1, 0)
    assert (found.first, found.last) == (500, 2_199)
    apart = replace(_month(values), unit=np.array([0, 1]))
    assert not list(findings(apart))


def test_honest_noise_with_gaps_and_stops_is_not_accused() -> None:
    values = _noise(31, 8, rows=12)
    values[:, 5_000:5_060] = np.nan
    values[3:6, 20_000:23_000] = 0.0
    values[7] = np.nan
    assert not list(findings(_month(values, high=80.0)))


def test_a_real_machine_is_not_accused(shared: Path) -> None:
    """79 days of a bearing's temperature every 5 min (NAB), which fails in them and does not lie."""
    file = shared / "data" / "sensors" / "nab" / "machine_temperature_system_failure.csv"
    lines = file.read_text(encoding="utf-8").splitlines()[1:]
    moments = [datetime.fromisoformat(line.split(",")[0]).timestamp() for line in lines]
    at = np.rint((np.array(moments) - moments[0]) / 300).astype(int)
    values = np.full((1, (at.max() // 288 + 1) * 288), np.nan)
    values[0, at] = [float(line.split(",")[1]) for line in lines]
    month = replace(
        _month(np.rint(values / 0.01) * 0.01), step_s=300.0, resolution=np.array([0.01])
    )
    assert not list(findings(month))


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="one of each"):
        replace(_month(_noise(1, 1)), high=np.ones(3))
    with pytest.raises(ValueError, match="above 0"):
        replace(_month(_noise(1, 1)), resolution=np.zeros(1))
    with pytest.raises(ValueError, match="divide"):
        noisy_copies.earlier_days(_noise(2, 1), np.ones(1), 70.0)
