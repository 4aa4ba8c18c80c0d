"""What the judge says of single sensors, one rule of README.md after the other."""

from types import ModuleType

import numpy as np
import pytest

from anlan.engines.alarms.controls import ControlError, LimitChange, Retirement, Suppression
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.records import HH, LL, SILENT, H, L
from tests.engines.alarms.plant import (
    BAD,
    CLOCK,
    change_rate,
    columns,
    events,
    frozen,
    hear,
    limit,
    measuring_range,
    silence,
    told,
)

SECOND = 1000


def ask(judge: Judge, *changes: LimitChange) -> None:
    for change in changes:
        judge.control(change, 0)


def test_a_value_trembling_at_the_limit_raises_one_alarm(judge: Judge) -> None:
    ask(judge, limit(HH))
    assert hear(judge, (0, 86.0), (1, 84.5), (2, 85.5), (3, 83.0), (4, 85.0)) == [
        (0, "HH", "raised")
    ]


def test_it_returns_only_below_the_deadband(judge: Judge) -> None:
    ask(judge, limit(HH))
    assert hear(judge, (0, 85.0), (1, 83.0), (2, 82.9)) == [
        (0, "HH", "raised"),
        (2, "HH", "returned"),
    ]


def test_low_limits_are_high_limits_in_a_mirror(judge: Judge) -> None:
    ask(judge, limit(L, value=10.0), limit(LL, value=5.0))
    assert hear(judge, (0, 10.0), (1, 4.0), (2, 7.1), (3, 12.0), (4, 12.1)) == [
        (0, "L", "raised"),
        (1, "LL", "raised"),
        (2, "LL", "returned"),
        (4, "L", "returned"),
    ]


def test_one_reading_beyond_two_limits_raises_both_in_order(judge: Judge) -> None:
    ask(judge, limit(H, value=80.0), limit(HH))
    found = events(judge.readings(columns([(1, 0, 91.0, 192)]), 0).transitions)
    assert [(e.condition, e.index, e.value, e.limit) for e in found] == [
        ("HH", 0, 91.0, 85.0),
        ("H", 1, 91.0, 80.0),
    ]


def test_an_on_delay_waits_in_reading_time_and_is_stamped_when_it_ran_out(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=5 * SECOND))
    assert hear(judge, (0, 86.0), (4999, 86.0)) == []
    assert hear(judge, (6000, 90.0)) == [(5000, "HH", "raised")]


def test_an_on_delay_starts_again_after_a_normal_reading(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=5 * SECOND))
    assert hear(judge, (0, 86.0), (3000, 84.0), (4000, 86.0), (8000, 86.0)) == []
    assert hear(judge, (9000, 86.0)) == [(9000, "HH", "raised")]


def test_an_on_delay_runs_out_at_a_tick_without_a_new_reading(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=5 * SECOND))
    judge.readings(columns([(1, 0, 86.0, 192)]), 100_000)
    assert [told(judge.tick(at_ms)) for at_ms in (100_000, 104_999, 105_000)] == [
        [],
        [],
        [(5000, "HH", "raised")],
    ]


def test_bad_readings_do_not_stop_the_reading_clock(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=2 * SECOND))
    hear(judge, (0, 86.0))
    hear(judge, (1000, 0.0), (2000, 0.0), quality=BAD)
    assert told(judge.tick(2000)) == [(2000, "HH", "raised")]


def test_an_off_delay_needs_readings(judge: Judge) -> None:
    ask(judge, limit(HH, off_delay_ms=5 * SECOND))
    hear(judge, (0, 86.0), (1000, 80.0))
    assert told(judge.tick(9000)) == []
    assert hear(judge, (9000, 80.0)) == [(6000, "HH", "returned")]


def test_an_off_delay_starts_again_when_the_value_comes_back(judge: Judge) -> None:
    ask(judge, limit(HH, off_delay_ms=5 * SECOND))
    hear(judge, (0, 86.0))
    assert hear(judge, (1000, 80.0), (4000, 84.0), (5000, 80.0), (9999, 80.0)) == []
    assert hear(judge, (10_000, 80.0)) == [(10_000, "HH", "returned")]


def test_a_return_is_never_stamped_before_its_raise(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=5 * SECOND))
    hear(judge, (0, 86.0))
    assert told(judge.tick(5000)) == [(5000, "HH", "raised")]
    assert told(judge.readings(columns([(1, 4000, 80.0, 192)]), 6000)) == [(5000, "HH", "returned")]


@pytest.mark.parametrize("time_ms", [999, 1000])
def test_a_late_or_repeated_reading_is_counted_not_judged(judge: Judge, time_ms: int) -> None:
    ask(judge, limit(HH))
    hear(judge, (1000, 50.0))
    judged = judge.readings(columns([(1, time_ms, 99.0, 192)]), 2000)
    assert (told(judged), judged.late) == ([], 1)


def test_a_bad_reading_is_counted_not_judged(judge: Judge) -> None:
    ask(judge, limit(HH))
    judged = judge.readings(columns([(1, 0, 99.0, BAD), (1, 1, float("nan"), 192)]), 0)
    assert (told(judged), judged.bad) == ([], 2)
    assert hear(judge, (2, 99.0), quality=CLOCK) == [(2, "HH", "raised")]


def test_a_number_that_was_never_registered_is_counted(judge: Judge) -> None:
    ask(judge, limit(HH))
    rows = [(number, 0, 99.0, 192) for number in (-1, 0, 2, 5000)]
    judged = judge.readings(columns(rows), 0)
    assert (told(judged), judged.unknown) == ([], 4)


def test_silence_is_raised_by_a_tick_and_returns_with_the_next_reading_that_can_be_judged(
    judge: Judge,
) -> None:
    ask(judge, silence(3000))
    hear(judge, (1000, 50.0))
    assert [told(judge.tick(at)) for at in (1000, 3999, 4000, 5000)] == [
        [],
        [],
        [(4000, "silent", "raised")],
        [],
    ]
    assert hear(judge, (6000, 0.0), quality=BAD) == []
    assert hear(judge, (6001, float("nan"))) == []
    assert hear(judge, (6002, 50.0)) == [(6002, "silent", "returned")]


def test_silence_runs_in_arrival_time(judge: Judge) -> None:
    ask(judge, silence(3000))
    judge.readings(columns([(1, 0, 50.0, 192)]), 60_000)
    assert told(judge.tick(62_999)) == []
    judge.readings(columns([(1, 1, 50.0, 192)]), 62_999)
    assert told(judge.tick(65_998)) == []
    assert told(judge.tick(65_999)) == [(65_999, "silent", "raised")]


def test_a_sensor_never_heard_is_silent_from_the_first_tick_that_knew_it(judge: Judge) -> None:
    judge.tick(0)
    ask(judge, silence(3000))
    found = [told(judge.tick(at)) for at in range(1000, 5000, 1000)]
    assert found == [[], [], [], [(4000, "silent", "raised")]]
    value = events(judge.readings(columns([(1, 0, 1.0, 192)]), 5000).transitions)[0].value
    assert value is None


def test_after_our_own_deafness_all_timers_start_anew(judge: Judge) -> None:
    ask(judge, silence(3000), limit(HH, on_delay_ms=2000))
    hear(judge, (0, 86.0))
    judge.tick(1000)
    deaf = judge.tick(11_001)
    assert (told(deaf), deaf.deaf_ms) == ([], 10_001)
    assert told(judge.tick(13_001)) == [(2000, "HH", "raised")]
    assert told(judge.tick(14_001)) == [(14_001, "silent", "raised")]


def test_a_gap_of_ten_seconds_is_not_deafness(judge: Judge) -> None:
    ask(judge, silence(3000))
    judge.tick(0)
    judged = judge.tick(10_000)
    assert (told(judged), judged.deaf_ms) == ([(10_000, "silent", "raised")], 0)


def test_a_clock_set_back_starts_all_timers_anew(judge: Judge) -> None:
    ask(judge, silence(3000))
    judge.tick(3_600_000)
    assert judge.tick(1000).deaf_ms == -3_599_000
    assert told(judge.tick(3999)) == []
    assert told(judge.tick(4000)) == [(4000, "silent", "raised")]


def test_a_tick_a_little_out_of_order_is_ignored(judge: Judge) -> None:
    ask(judge, silence(3000))
    judge.tick(10_000)
    assert judge.tick(9000).deaf_ms == 0
    assert told(judge.tick(13_000)) == [(13_000, "silent", "raised")]


def test_a_changed_limit_speaks_at_the_next_reading(judge: Judge) -> None:
    ask(judge, limit(HH))
    hear(judge, (0, 86.0))
    assert told(judge.control(limit(HH, value=95.0, version=2), 500)) == []
    found = events(judge.readings(columns([(1, 1000, 86.0, 192)]), 1000).transitions)
    assert [(e.kind, e.limit, e.version) for e in found] == [("returned", 95.0, 2)]


def test_a_changed_limit_does_not_inherit_the_wait_for_the_old_one(judge: Judge) -> None:
    ask(judge, limit(HH, on_delay_ms=5000))
    hear(judge, (0, 86.0))
    ask(judge, limit(HH, value=90.0, on_delay_ms=5000, version=2))
    assert told(judge.tick(9000)) == []


def test_a_removed_limit_returns_at_once(judge: Judge) -> None:
    ask(judge, limit(HH))
    hear(judge, (0, 86.0))
    judged = judge.control(limit(HH, version=2, present=False), 700)
    assert [(e.at_ms, e.kind, e.limit, e.version) for e in events(judged.transitions)] == [
        (700, "returned", 85.0, 1)
    ]
    assert hear(judge, (1000, 99.0)) == []


def test_a_removed_silence_returns_at_once(judge: Judge) -> None:
    ask(judge, silence(1000))
    judge.tick(0)
    judge.tick(1000)
    assert told(judge.control(silence(0, version=2, present=False), 1500)) == [
        (1500, "silent", "returned")
    ]
    assert told(judge.tick(9000)) == []


@pytest.mark.parametrize("version", [1, 2])
def test_a_change_that_is_not_newer_alters_nothing(judge: Judge, version: int) -> None:
    ask(judge, limit(HH, version=2), limit(HH, version=version, value=10.0))
    assert hear(judge, (0, 50.0)) == []
    judge.control(Retirement(number=1, version=2, retired=False), 0)
    judge.control(Retirement(number=1, version=version), 0)
    judge.control(Suppression(number=1, version=2), 0)
    judge.control(Suppression(number=1, version=version, ends_ms=9000), 0)
    assert hear(judge, (1, 86.0)) == [(1, "HH", "raised")]


def test_suppression_hides_raises_and_its_end_tells_them(judge: Judge) -> None:
    ask(judge, limit(HH), limit(H, value=80.0))
    judge.control(Suppression(number=1, version=1, ends_ms=60_000), 0)
    assert hear(judge, (0, 86.0), (1000, 81.0)) == []
    ended = judge.control(Suppression(number=1, version=2), 5000)
    assert told(ended) == [(5000, "H", "raised")]
    assert hear(judge, (6000, 50.0)) == [(6000, "H", "returned")]


def test_suppression_begins_and_ends_by_the_tick(judge: Judge) -> None:
    ask(judge, limit(HH), silence(3999))
    judge.control(Suppression(number=1, version=1, starts_ms=1000, ends_ms=5000), 0)
    judge.tick(0)
    assert hear(judge, (500, 86.0), (600, 50.0)) == [(500, "HH", "raised"), (600, "HH", "returned")]
    assert told(judge.tick(1000)) == []
    assert hear(judge, (1001, 86.0)) == []
    assert told(judge.tick(4999)) == []
    assert told(judge.tick(5000)) == [(5000, "HH", "raised"), (5000, "silent", "raised")]
    assert told(judge.tick(6000)) == []


def test_a_silence_hidden_by_suppression_is_told_at_its_end(judge: Judge) -> None:
    ask(judge, silence(1000))
    judge.control(Suppression(number=1, version=1, ends_ms=5000), 0)
    assert [told(judge.tick(at)) for at in (0, 1000, 5000)] == [
        [],
        [],
        [(5000, "silent", "raised")],
    ]


def test_suppression_never_hides_a_return(judge: Judge) -> None:
    ask(judge, limit(HH))
    hear(judge, (0, 86.0))
    assert told(judge.control(Suppression(number=1, version=1, ends_ms=60_000), 500)) == []
    assert hear(judge, (1000, 50.0), (2000, 86.0), (3000, 50.0)) == [(1000, "HH", "returned")]


def test_retirement_returns_everything_and_hears_no_more(judge: Judge) -> None:
    ask(judge, limit(HH), silence(1000))
    hear(judge, (0, 86.0))
    judge.tick(0)
    judge.tick(1000)
    assert told(judge.control(Retirement(number=1, version=1), 1500)) == [
        (1500, "HH", "returned"),
        (1500, "silent", "returned"),
    ]
    assert hear(judge, (2000, 99.0)) == []
    assert told(judge.tick(9000)) == []


def test_said_once_more_to_be_in_service_a_datastream_keeps_its_alarms(judge: Judge) -> None:
    ask(judge, limit(HH))
    assert hear(judge, (0, 86.0)) == [(0, "HH", "raised")]
    assert told(judge.control(Retirement(number=1, version=3, retired=False), 500)) == []
    judge.control(Retirement(number=1, version=2), 600)
    assert hear(judge, (1000, 87.0), (2000, 50.0)) == [(2000, "HH", "returned")]


def test_back_in_service_a_datastream_starts_anew(judge: Judge) -> None:
    ask(judge, limit(HH), silence(3000))
    judge.control(Retirement(number=1, version=1), 0)
    judge.tick(8000)
    judge.control(Retirement(number=1, version=2, retired=False), 8000)
    assert told(judge.tick(9000)) == []
    assert told(judge.tick(12_000)) == [(12_000, "silent", "raised")]
    assert hear(judge, (12_500, 86.0)) == [(12_500, "silent", "returned"), (12_500, "HH", "raised")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (limit(number=-1), "outside"),
        (limit(number=1 << 24), "outside"),
        (limit(version=0), "version"),
        (limit(8), "not known"),
        (limit(value=float("nan")), "limit nan"),
        (limit(deadband=-1.0), "deadband"),
        (limit(on_delay_ms=-1), "delay"),
        (limit(off_delay_ms=2**31), "delay"),
        (silence(0), "never end"),
        (silence(2**31), "never end"),
        (change_rate(window_ms=7), "rate over 7 ms"),
        (change_rate(value=0.0), "is none"),
        (measuring_range(low=85.0), "range from"),
        (frozen(value=0.0), "is none"),
        (frozen(window_ms=0), "frozen after"),
        (frozen(on_delay_ms=1), "neither"),
    ],
)
def test_a_change_without_sense_is_refused(
    judge: Judge, change: LimitChange, sentence: str
) -> None:
    with pytest.raises(ControlError, match=sentence):
        judge.control(change, 0)


def test_the_records_grow_with_the_numbers_and_forget_nothing(judge: Judge) -> None:
    ask(judge, limit(HH))
    hear(judge, (0, 86.0))
    ask(judge, limit(HH, number=70_000))
    rows = [(70_000, 1, 86.0, 192), (1, 1, 50.0, 192)]
    assert told(judge.readings(columns(rows), 1)) == [(1, "HH", "raised"), (1, "HH", "returned")]


@pytest.mark.parametrize("plain", [False, True])
def test_a_message_larger_than_the_room_for_transitions_is_judged_whole(
    plain_kernel: ModuleType, *, plain: bool
) -> None:
    judge = Judge(plain_kernel.Kernel(room=7) if plain else Kernel(room=7))
    for number in range(40):
        ask(judge, limit(HH, number=number), silence(1000, number=number))
    high = columns([(number, 0, 99.0, 192) for number in range(40)])
    raised = judge.readings(high, 0).transitions
    assert raised["index"].tolist() == raised["number"].tolist() == list(range(40))
    judge.tick(0)
    silent = judge.tick(1000).transitions
    assert silent["number"].tolist() == list(range(40))
    assert (silent["condition"] == SILENT).all()


def test_read_only_and_unaligned_columns_are_judged_like_any_other() -> None:
    judge = Judge(Kernel())
    ask(judge, limit(HH))
    plain = columns([(1, 0, 99.0, 192)])
    raw = b"x" + plain.times_ms.tobytes()
    judged = judge.readings(
        plain._replace(
            numbers=np.frombuffer(plain.numbers.tobytes(), np.int32),
            times_ms=np.frombuffer(raw, np.int64, offset=1),
        ),
        0,
    )
    assert told(judged) == [(0, "HH", "raised")]


def test_the_index_goes_on_where_a_caller_split_the_message(judge: Judge) -> None:
    ask(judge, limit(HH))
    judged = judge.readings(columns([(1, 0, 99.0, 192)]), 0, first_index=3)
    assert judged.transitions["index"].tolist() == [3]


def test_an_empty_message_judges_nothing(judge: Judge) -> None:
    assert told(judge.readings(columns([]), 0)) == []
    assert told(judge.tick(0)) == []
