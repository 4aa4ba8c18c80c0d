"""What the engine makes of each kind of message on the log."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from anlan.app.judging import LATEST_MS, Judging
from anlan.app.log_message import LogMessage
from anlan.app.session import Session
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.records import HH
from anlan.kernel.alerts.rules import Deafness
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.sensing.control import LimitSet, Retirement, SuppressionSet
from tests.app.engine.fake_log import EPOCH, START_MS, control, limit, readings, tick


@pytest.fixture
def judging() -> Judging:
    made = Judging(EPOCH, Judge(Kernel()), 0)
    assert made.take(control(1, limit(7, 1))) == []
    return made


def test_a_transition_carries_what_the_alarm_row_needs(judging: Judging) -> None:
    (raised,) = judging.take(readings(2, (7, START_MS, 95.0), at_ms=START_MS + 40, shard=3))
    assert (raised.number, raised.condition, raised.kind) == (7, "HH", "raised")
    assert (raised.at_ms, raised.known_ms) == (START_MS, START_MS + 40)
    assert (raised.value, raised.limit_version) == (95.0, 1)
    assert raised.alarm_id == derived_ulid(START_MS, EPOCH, 3, 2)


def test_two_transitions_of_one_message_are_two_alarms(judging: Judging) -> None:
    judging.take(control(2, limit(8, 1)))
    both = judging.take(readings(3, (7, START_MS, 95.0), (8, START_MS, 95.0), at_ms=START_MS))
    assert len({one.alarm_id for one in both}) == 2


def test_a_message_heard_twice_says_nothing_new(judging: Judging) -> None:
    message = readings(2, (7, START_MS, 95.0), at_ms=START_MS)
    assert len(judging.take(message)) == 1
    assert judging.take(message) == []


def test_a_limit_taken_away_returns_the_alarm_when_the_log_took_the_message(
    judging: Judging,
) -> None:
    judging.take(readings(2, (7, START_MS, 95.0), at_ms=START_MS))
    (returned,) = judging.take(control(3, limit(7, 2, present=None), START_MS + 900))
    assert (returned.kind, returned.at_ms) == ("returned", START_MS + 900)
    assert returned.limit_version == 1


def test_retirement_and_suppression_reach_the_judge(judging: Judging) -> None:
    window = {"starts_ms": START_MS, "ends_ms": START_MS + 5000}
    judging.take(control(2, SuppressionSet(number=7, suppression_id="S", version=2, **window)))
    assert judging.take(readings(3, (7, START_MS, 95.0), at_ms=START_MS)) == []
    assert [one.kind for one in judging.take(tick(4, START_MS + 5000))] == ["raised"]
    retired = judging.take(control(5, Retirement(number=7, version=3), START_MS + 6000))
    assert [one.kind for one in retired] == ["returned"]


def test_silence_without_a_value_is_told_without_one(judging: Judging) -> None:
    judging.take(control(2, limit(7, 2, "silent", silence_ms=1000)))
    judging.take(tick(3, START_MS))
    (silent,) = judging.take(tick(4, START_MS + 1000))
    assert (silent.condition, silent.value) == ("silent", None)


def test_ticks_of_other_shards_for_the_same_second_are_one_tick(
    judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging.take(tick(2, START_MS))
    monkeypatch.setattr(judging.judge, "tick", None)
    assert judging.take(tick(3, START_MS, shard=5)) == []


def test_readings_of_an_exercise_are_not_ours(judging: Judging) -> None:
    rows = (7, START_MS, 95.0)
    assert judging.take(readings(2, rows, at_ms=START_MS, exercise_id="X")) == []
    assert judging.take(readings(3, rows, at_ms=START_MS, shard=64)) == []
    assert judging.seq == 3


def odd_messages() -> Iterator[LogMessage]:
    yield LogMessage(2, 0, "m", b"\xff", START_MS)
    yield LogMessage(2, 0, "t", b"\xff", START_MS)
    yield LogMessage(2, 0, "c", b"\xff", START_MS)
    yield LogMessage(2, 0, "z", b"", START_MS)
    yield control(2, limit(1 << 30, 1))
    yield control(2, limit(7, 9, value=float("nan")))


@pytest.mark.parametrize("message", list(odd_messages()))
def test_what_cannot_be_read_is_counted_and_passed_over(
    judging: Judging, message: LogMessage
) -> None:
    assert judging.take(message) == []
    assert (judging.counts["refused"], judging.seq) == (1, 2)
    assert len(judging.take(readings(3, (7, START_MS, 95.0), at_ms=START_MS))) == 1


def test_what_was_not_judged_is_counted(judging: Judging) -> None:
    rows = ((7, START_MS, 50.0), (7, START_MS, 95.0), (99, START_MS, 1.0))
    judging.take(readings(2, *rows, at_ms=START_MS))
    assert judging.counts == {"unknown": 1, "bad": 0, "late": 1, "refused": 0}


@pytest.mark.parametrize(("said_ms", "kept_ms"), [(-5, 0), (LATEST_MS + 9, LATEST_MS)])
def test_a_time_that_no_calendar_names_does_not_stop_the_engine(
    judging: Judging, said_ms: int, kept_ms: int
) -> None:
    (raised,) = judging.take(readings(2, (7, said_ms, 95.0), at_ms=START_MS))
    assert raised.at_ms == kept_ms


def test_what_is_older_than_five_minutes_at_the_commit_is_late(judging: Judging) -> None:
    session = Session("main", judging, 1)
    session.take(readings(2, (7, START_MS, 95.0), at_ms=START_MS))
    (soon,), progress = session.output(START_MS + 300_000)
    (after_an_outage,), _ = session.output(START_MS + 300_001)
    assert (soon.late, after_an_outage) == (False, structs.replace(soon, late=True))
    assert (progress.after_seq, progress.seq, progress.tick_ms) == (1, 2, None)


def test_silent_until_the_committed_message_then_aloud() -> None:
    judging = Judging(EPOCH, Judge(Kernel()), 0)
    session = Session("main", judging, 2)
    session.take(control(1, limit(7, 1)))
    assert session.is_silent
    session.take(readings(2, (7, START_MS, 95.0), at_ms=START_MS))
    assert (session.is_silent, session.is_ahead, session.waiting) == (False, False, [])
    session.take(readings(3, (7, START_MS + 1, 50.0), at_ms=START_MS + 1))
    assert session.is_ahead
    assert [one.kind for one in session.waiting] == ["returned"]
    session.was_committed()
    assert (session.is_ahead, session.waiting) == (False, [])


def test_every_condition_on_the_wire_has_its_number() -> None:
    from anlan.app.judging import CONDITION_NUMBERS

    wire = LimitSet.__annotations__["condition"].__args__
    assert set(wire) <= set(CONDITION_NUMBERS)
    assert CONDITION_NUMBERS["HH"] == HH


def test_ticks_far_apart_are_a_time_of_our_own_deafness(judging: Judging) -> None:
    def ended_by(seq: int, at_ms: int, shard: int = 0) -> Deafness | None:
        judging.take(tick(seq, at_ms, shard))
        return judging.deafness

    assert [ended_by(2, START_MS), ended_by(3, START_MS + 10_000)] == [None, None]
    gap = Deafness(from_ms=START_MS + 10_000, to_ms=START_MS + 20_001)
    assert ended_by(4, gap.to_ms) == gap
    assert ended_by(5, gap.to_ms, shard=5) is None, "the same second on another shard"
    back = ended_by(6, START_MS)
    assert [back and back.reason, gap.reason] == ["clock_set_back", "no_ticks"]


def test_deafness_is_committed_with_the_progress_and_never_again() -> None:
    log = [tick(1, START_MS), tick(2, START_MS + 60_000), tick(3, START_MS + 61_000)]
    session = Session("main", Judging(EPOCH, Judge(Kernel()), 0), committed=0)
    for message in log[:2]:
        session.take(message)
    told = session.output(START_MS)[1].deaf
    assert [(one.from_ms, one.to_ms) for one in told] == [(START_MS, START_MS + 60_000)]
    session.was_committed()
    session.take(log[2])
    assert session.output(START_MS)[1].deaf == ()
    again = Session("main", Judging(EPOCH, Judge(Kernel()), 0), committed=2)
    for message in log:
        again.take(message)
    assert again.output(START_MS)[1].deaf == (), "a replay is silent about it"
