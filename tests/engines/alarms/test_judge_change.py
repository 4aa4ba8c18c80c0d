"""What the judge says of change itself: too fast, none at all, and beyond what can be measured."""

import pytest

from anlan.engines.alarms.controls import Retirement
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.records import RANGE
from tests.engines.alarms.plant import (
    change_rate,
    frozen,
    hear,
    limit,
    measuring_range,
    told,
)

SECOND = 1000


def steady(from_s: int, upto_s: int, value: float = 50.0) -> list[tuple[int, float]]:
    """Say one value each second."""
    return [(at_s * SECOND, value) for at_s in range(from_s, upto_s)]


def test_a_jump_is_a_rate_over_the_window_at_once(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    assert hear(judge, *steady(0, 20)) == []
    assert hear(judge, (20_000, 57.9)) == []  # 7.9 in 8 s
    assert hear(judge, (21_000, 58.0)) == [(21_000, "rate", "raised")]


def test_a_fall_is_as_fast_as_a_rise(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    assert hear(judge, *steady(0, 10), (10_000, 42.0)) == [(10_000, "rate", "raised")]


def test_a_rate_returns_when_the_window_has_left_the_jump_behind(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    hear(judge, *steady(0, 10))
    assert hear(judge, *steady(10, 18, 60.0)) == [(10_000, "rate", "raised")]
    assert hear(judge, *steady(18, 25, 60.0)) == [(18_000, "rate", "returned")]


def test_before_a_window_has_passed_there_is_no_rate(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    assert hear(judge, (0, 0.0), (1000, 90.0), (7999, 0.0)) == []


def test_a_rate_is_taken_over_as_long_as_nothing_was_heard(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    hear(judge, (0, 0.0))
    assert hear(judge, (60_000, 59.0)) == []  # less than 1 a second
    assert hear(judge, (120_000, 119.0)) == [(120_000, "rate", "raised")]


def test_a_rate_keeps_its_delays_and_they_run_out_at_a_tick(judge: Judge) -> None:
    judge.control(change_rate(on_delay_ms=3000), 0)
    hear(judge, *steady(0, 10))
    assert hear(judge, (10_000, 70.0)) == []
    judge.tick(10_000)
    assert told(judge.tick(13_000)) == [(13_000, "rate", "raised")]


def test_fast_readings_leave_the_rate_as_it_is(judge: Judge) -> None:
    """A hundred readings a second are traced an eighth of a window apart, and no window is lost."""
    judge.control(change_rate(), 0)
    assert hear(judge, *[(at_ms, at_ms * 0.00099) for at_ms in range(0, 20_000, 10)]) == []
    assert hear(judge, (20_000, 27.9)) == [(20_000, "rate", "raised")]


def test_a_new_limit_of_the_rate_looks_back_to_nothing(judge: Judge) -> None:
    judge.control(change_rate(), 0)
    hear(judge, *steady(0, 10))
    judge.control(change_rate(version=2, value=2.0), 10_000)
    assert hear(judge, (10_000, 90.0), *steady(11, 18, 90.0)) == []
    assert hear(judge, (18_000, 106.0)) == [(18_000, "rate", "raised")]


@pytest.mark.parametrize(
    ("value", "outside"), [(-0.1, True), (0.0, False), (85.0, False), (85.1, True)]
)
def test_out_of_range_is_beyond_what_the_instrument_measures(
    judge: Judge,
    value: float,
    outside: bool,  # noqa: FBT001
) -> None:
    judge.control(measuring_range(), 0)
    assert hear(judge, (0, value)) == ([(0, "range", "raised")] if outside else [])


def test_back_in_range_is_inside_by_the_deadband(judge: Judge) -> None:
    judge.control(measuring_range(), 0)
    assert hear(judge, (0, 90.0), (1, 84.0), (2, 83.0)) == [
        (0, "range", "raised"),
        (2, "range", "returned"),
    ]


def test_a_signal_that_does_not_move_is_frozen_after_its_time(judge: Judge) -> None:
    judge.control(frozen(), 0)
    assert hear(judge, *steady(0, 10)) == []
    assert hear(judge, (10_500, 50.3)) == [(10_000, "frozen", "raised")]
    assert hear(judge, (11_000, 49.9)) == []
    assert hear(judge, (12_000, 49.8)) == [(12_000, "frozen", "returned")]


def test_a_signal_that_drifts_is_not_frozen(judge: Judge) -> None:
    judge.control(frozen(), 0)
    assert hear(judge, *[(at_s * SECOND, 50 + at_s * 0.06) for at_s in range(60)]) == []


def test_silence_is_not_frozen_and_a_tick_freezes_nothing(judge: Judge) -> None:
    judge.control(frozen(), 0)
    hear(judge, (0, 50.0))
    assert [told(judge.tick(at_s * SECOND)) for at_s in range(0, 60, 5)] == [[]] * 12


def test_a_new_limit_lets_a_frozen_signal_be_until_it_moves(judge: Judge) -> None:
    judge.control(frozen(), 0)
    hear(judge, *steady(0, 11))
    assert told(judge.control(frozen(version=2, value=5.0), 11_000)) == []
    assert hear(judge, (12_000, 52.0), (13_000, 48.0)) == []
    assert hear(judge, (14_000, 53.0)) == [(14_000, "frozen", "returned")]


def test_back_in_service_nothing_is_remembered_of_change(judge: Judge) -> None:
    judge.control(frozen(), 0)
    judge.control(change_rate(), 0)
    hear(judge, *steady(0, 9))
    judge.control(Retirement(number=1, version=1), 9000)
    judge.control(Retirement(number=1, version=2, retired=False), 9000)
    assert hear(judge, (10_000, 50.0), *steady(11, 18, 90.0)) == []


def test_all_that_one_reading_can_say_is_said_in_order(judge: Judge) -> None:
    for change in (change_rate(), measuring_range(), frozen(), limit(0), limit(1, value=80.0)):
        judge.control(change, 0)
    hear(judge, *steady(0, 10))
    assert hear(judge, (10_000, 99.0)) == [
        (10_000, "HH", "raised"),
        (10_000, "H", "raised"),
        (10_000, "rate", "raised"),
        (10_000, "range", "raised"),
    ]
    judge.control(limit(RANGE, present=False, version=2), 11_000)
    assert hear(judge, (12_000, 98.0)) == []
