"""Kernel, twin and oracle tell one story, whatever the log says and wherever it is cut."""

import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.engines.alarms import snapshot
from anlan.engines.alarms.controls import Change, LimitChange, Retirement, Suppression
from anlan.engines.alarms.judge import Judge, Stepper
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.twin import Twin
from tests.engines.alarms.oracle import Event, Oracle
from tests.engines.alarms.plant import Row, assert_same, columns, events

#: ("readings", rows, arrived), ("tick", at) or ("control", change, at).
Message = tuple[Any, ...]

#: Few numbers, values and times, so that repeats, ties and exact limits happen in most examples.
NUMBERS = st.integers(0, 3)
VALUES = st.sampled_from(
    [0.0, 4.0, 5.0, 5.1, 7.0, 10.0, 12.0, 12.1, 79.9, 80.0, 82.9, 83.0, 85.0, 91.0]
)
ODD_VALUES = st.sampled_from([float("nan"), float("inf"), -0.0])
QUALITY = st.sampled_from([192, 192, 192, 64, 72, 0])
VERSIONS = st.integers(1, 6)
DELAYS = st.sampled_from([0, 0, 500, 1000, 3000])
#: How far the clock of the log goes on before a message; now and then we are deaf, or it is set.
STEPS = st.sampled_from([0, 0, 500, 500, 1000, 1000, 3000, 10_000, 11_000, -500, -12_000])
#: When a reading was taken, seen from its arrival.
OFFSETS = st.sampled_from([-4000, -3000, -1000, -500, 0, 0, 0, 500])

rows = st.lists(st.tuples(st.integers(-1, 5), OFFSETS, VALUES | ODD_VALUES, QUALITY), max_size=12)
delayed = {"on_delay_ms": DELAYS, "off_delay_ms": DELAYS}
versions = {
    "number": NUMBERS,
    "version": VERSIONS,
    "present": st.sampled_from([True, True, True, False]),
}
deadbands = st.sampled_from([0.0, 0.1, 2.0])
value_limits = st.builds(
    LimitChange,
    **versions,
    **delayed,
    condition=st.integers(0, 3),
    value=st.sampled_from([5.0, 10.0, 80.0, 85.0]),
    deadband=deadbands,
)
silences = st.builds(
    LimitChange, **versions, condition=st.just(7), silence_ms=st.sampled_from([1, 1000, 4000])
)
rates = st.builds(
    LimitChange,
    **versions,
    **delayed,
    condition=st.just(4),
    value=st.sampled_from([0.05, 1.0, 5.0]),
    deadband=st.sampled_from([0.0, 0.5]),
    window_ms=st.sampled_from([8, 1000, 4000]),
)
ranges = st.builds(
    LimitChange,
    **versions,
    **delayed,
    condition=st.just(5),
    low=st.sampled_from([-5.0, 5.0]),
    value=st.sampled_from([80.0, 85.0]),
    deadband=deadbands,
)
frozen = st.builds(
    LimitChange,
    **versions,
    condition=st.just(6),
    value=st.sampled_from([0.05, 0.2, 3.0]),
    window_ms=st.sampled_from([1, 1000, 3000]),
)
limit_changes = st.one_of(value_limits, silences, rates, ranges, frozen)
suppressions = st.builds(
    Suppression,
    number=NUMBERS,
    version=VERSIONS,
    starts_ms=st.integers(20, 35).map(lambda second: second * 1000),
    ends_ms=st.integers(20, 35).map(lambda second: second * 1000),
)
retirements = st.builds(Retirement, number=NUMBERS, version=VERSIONS, retired=st.booleans())
readings_message = st.tuples(st.just("readings"), rows)
tick_message = st.tuples(st.just("tick"))
control_message = st.tuples(st.just("control"), limit_changes | suppressions | retirements)
#: A log begins with limits: without one there is nothing to tell.
first_limits = st.lists(st.tuples(st.just("control"), limit_changes), min_size=1, max_size=5)
steps = st.lists(
    st.tuples(
        STEPS,
        st.one_of(readings_message, readings_message, tick_message, tick_message, control_message),
    ),
    max_size=40,
)


def on_a_clock(first: list[Message], then: list[tuple[int, Message]]) -> list[Message]:
    """Give the messages of a log their times."""
    log: list[Message] = [(*message, 0) for message in first]
    now_ms = 20_000
    for step_ms, message in then:
        now_ms += step_ms
        if message[0] == "readings":
            dated = [(number, now_ms + offset, *rest) for number, offset, *rest in message[1]]
            log.append(("readings", dated, now_ms))
        else:
            log.append((*message, now_ms))
    return log


logs = st.builds(on_a_clock, first_limits, steps)


def told_by(judge: Judge, message: Message) -> list[Event]:
    """Give a judge one message."""
    if message[0] == "readings":
        return events(judge.readings(columns(message[1]), message[2]).transitions)
    if message[0] == "tick":
        return events(judge.tick(message[1]).transitions)
    return events(judge.control(message[1], message[2]).transitions)


def told_by_oracle(oracle: Oracle, message: Message) -> list[Event]:
    """Give the oracle one message."""
    tell: dict[str, Callable[..., list[Event]]] = {
        "readings": oracle.readings,
        "tick": oracle.tick,
        "control": oracle.control,
    }
    return list(tell[message[0]](*message[1:]))


@settings(max_examples=200, deadline=None)
@given(log=logs)
def test_kernel_and_twin_tell_what_the_oracle_tells(log: list[Message]) -> None:
    oracle, fast, slow = Oracle(), Judge(Kernel(room=6)), Judge(Twin())
    for message in log:
        truth = told_by_oracle(oracle, message)
        assert told_by(fast, message) == truth
        assert told_by(slow, message) == truth
    assert_same(fast, slow)


def a_long_log(seed: int) -> list[Message]:
    """Two busy datastreams for some minutes: denser than what hypothesis would try."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    log: list[Message] = []
    now_ms = 0
    for version in range(1, 400):
        now_ms += chance.choice([0, 0, 100, 500, 500, 1000, 1000, 1000, 3000])
        now_ms += chance.choices([0, 11_000, -11_000], [100, 1, 1])[0]
        number, kind = chance.randint(0, 1), chance.random()
        if kind < 0.45:
            listed = [
                (
                    chance.choice([0, 0, 1, 1, -1, 7]),
                    now_ms + chance.choice([-2000, -500, 0, 0, 0]),
                    chance.choice([0.0, 5.0, 7.1, 10.0, 50.0, 82.9, 83.0, 85.0, 91.0]),
                    chance.choice([192] * 9 + [0]),
                )
                for _ in range(chance.randint(1, 4))
            ]
            log.append(("readings", listed, now_ms))
        elif kind < 0.8:
            log.append(("tick", now_ms))
        else:
            log.append(("control", a_change(chance, number, version, now_ms), now_ms))
    return log


def a_change(chance: random.Random, number: int, version: int, now_ms: int) -> Change:
    """Change something of a busy datastream, sometimes with a version that is too old."""
    version -= chance.choice([0, 0, 0, 60]) if version > 60 else 0
    kind = chance.random()
    if kind < 0.1:
        return Retirement(number=number, version=version, retired=chance.random() < 0.3)
    if kind < 0.4:
        ends_ms = now_ms + chance.choice([0, 2000, 6000])
        return Suppression(number=number, version=version, starts_ms=now_ms, ends_ms=ends_ms)
    delays = {
        "on_delay_ms": chance.choice([0, 1000, 3000]),
        "off_delay_ms": chance.choice([0, 1000, 3000]),
        "deadband": chance.choice([0.0, 2.0]),
    }
    asked: list[dict[str, Any]] = [
        {"condition": chance.randint(0, 3), "value": chance.choice([5.0, 10.0, 80.0, 85.0])}
        | delays,
        {"condition": 4, "value": chance.choice([5.0, 20.0]), "window_ms": 2000} | delays,
        {"condition": 5, "low": 4.0, "value": chance.choice([84.0, 90.0])} | delays,
        {"condition": 6, "value": chance.choice([0.1, 4.0]), "window_ms": 1500},
        {"condition": 7, "silence_ms": chance.choice([1000, 3000])},
    ]
    return LimitChange(
        number=number, version=version, present=chance.random() < 0.8, **chance.choice(asked)
    )


@pytest.mark.parametrize("seed", range(30))
def test_all_tell_the_same_for_minutes(seed: int) -> None:
    oracle, fast, slow = Oracle(), Judge(Kernel()), Judge(Twin())
    told = 0
    for message in a_long_log(seed):
        truth = told_by_oracle(oracle, message)
        assert told_by(fast, message) == truth
        assert told_by(slow, message) == truth
        told += len(truth)
    assert_same(fast, slow)
    assert told > 20


@settings(max_examples=100, deadline=None)
@given(log=logs)
def test_the_kernel_without_its_compiler_tells_the_same(
    plain_kernel: ModuleType, log: list[Message]
) -> None:
    plain: Stepper = plain_kernel.Kernel(room=6)
    judge, oracle = Judge(plain), Oracle()
    for message in log:
        assert told_by(judge, message) == told_by_oracle(oracle, message)


@settings(max_examples=150, deadline=None)
@given(log=logs, data=st.data())
def test_a_snapshot_anywhere_changes_nothing(log: list[Message], data: st.DataObject) -> None:
    whole, cut = Judge(Kernel()), Judge(Kernel())
    at = data.draw(st.integers(0, len(log)))
    for place, message in enumerate(log):
        if place == at:
            cut, about = snapshot.load(snapshot.dump(cut, {"seq": place}), Kernel())
            assert about == {"seq": place}
        assert told_by(cut, message) == told_by(whole, message)
    assert_same(cut, whole)


@settings(max_examples=150, deadline=None)
@given(log=logs, data=st.data())
def test_splitting_a_message_anywhere_changes_nothing(
    log: list[Message], data: st.DataObject
) -> None:
    whole, split = Judge(Kernel()), Judge(Kernel())
    for message in log:
        truth = told_by(whole, message)
        if message[0] != "readings":
            assert told_by(split, message) == truth
            continue
        listed: list[Row] = message[1]
        at = data.draw(st.integers(0, len(listed)))
        first = events(split.readings(columns(listed[:at]), message[2]).transitions)
        rest = split.readings(columns(listed[at:]), message[2], first_index=len(first))
        assert first + events(rest.transitions) == truth
    assert_same(split, whole)


@settings(max_examples=100, deadline=None)
@given(log=logs)
def test_controls_told_twice_or_again_later_change_nothing(log: list[Message]) -> None:
    once, repeated = Judge(Kernel()), Judge(Kernel())
    told: list[Change] = []
    for message in log:
        assert told_by(repeated, message) == told_by(once, message)
        if message[0] == "control":
            told.append(message[1])
        for change in told:
            assert not len(repeated.control(change, 0).transitions)
    assert_same(repeated, once)
