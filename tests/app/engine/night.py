"""A night of readings, changes and faults: what is said to the log, and what happens to engines.

The oracle (`tests/engines/alarms/oracle.py`) hears every message of the log once, in order, and is never
stopped. The engines hear it through the wire's bytes, in pieces; they are killed before and after
their commits, lose their snapshots, are frozen while another takes over, and wake with work in their hands.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from anlan.app.engine import REAL
from anlan.app.judging import Judging
from anlan.app.log_message import LogMessage, LogSpan
from anlan.app.resumption import resume
from anlan.app.session import Session
from anlan.app.snapshots import Snapshots
from anlan.engines.alarms import controls
from anlan.engines.alarms.controls import Change, LimitChange, Suppression
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.rules import Transition
from anlan.kernel.base.ids import derived_ulids
from anlan.kernel.sensing.batch import Batch, columns_of, encode
from anlan.kernel.sensing.control import (
    Control,
    LimitSet,
    Retirement,
    SuppressionSet,
    encode_control,
    encode_tick,
)
from tests.app.engine.fake_log import EPOCH, START_MS, FakeMemory
from tests.engines.alarms.oracle import BY_NUMBER, Oracle
from tests.engines.alarms.test_equivalence import (
    OFFSETS,
    STEPS,
    VALUES,
    frozen,
    ranges,
    rates,
    silences,
    value_limits,
)

#: (alarm id, number, condition, kind, when, value, version of the limit)
Said = tuple[str, int, str, str, int, float | None, int]
KNOWN = range(4)
#: What the datastreams hang on, so that alarms with one cause are told as groups.
GATEWAYS, DEVICES = ("G0", "G1"), ("D0", "D1")
#: A datastream is retired when it has had something to say; the last two never are.
SOME = 25
ROWS = st.lists(
    st.tuples(st.integers(0, 4), OFFSETS, VALUES, st.sampled_from([192, 192, 192, 72, 0])),
    min_size=3,
    max_size=12,
)
LIMITS = st.one_of(value_limits, value_limits, silences, rates, ranges, frozen)
#: Mostly newer than all before; now and then the same once more, or an old one.
NEWER = st.sampled_from([1, 1, 1, 0, -2])
SPANS = st.sampled_from([0, 1000, 3000, 8000])


class FencedError(Exception):
    """Another engine has taken over."""


class FencedMemory(FakeMemory):
    """A database that lets only the last engine write that took over."""

    fence = 0

    def take_over(self) -> str:
        """Return the fence of a new engine."""
        self.fence += 1
        return str(self.fence)

    def commit(self, transitions: Any, progress: Any) -> None:
        """Write all of it or nothing."""
        if progress.fence != str(self.fence):
            raise FencedError
        super().commit(transitions, progress)


class Night(RuleBasedStateMachine):
    """A log that grows, and engines that come and go; `truth` is (sequence, what the oracle said).

    `whole` has judged the log from its first message without ever being stopped: the oracle knows
    nothing of groups.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="anlan-night-"))
        self.snapshots = Snapshots(self.folder, "main")
        self.memory = FencedMemory()
        self.oracle = Oracle()
        self.whole = Judging(EPOCH, Judge(Kernel()), 0)
        self.groups: list[tuple[int, Transition]] = []
        self.log: list[LogMessage] = []
        self.truth: list[tuple[int, Said]] = []
        self.now_ms, self.version = START_MS, 1
        self.engine: Session | None = None
        self.asleep: list[Session] = []

    # --- what is said to the log -------------------------------------------------------------

    def write(self, kind: str, payload: bytes, heard: Any) -> None:
        """Put a message on the log, and let the oracle hear what it means."""
        seq = len(self.log) + 1
        message = LogMessage(seq, 0, kind, payload, self.now_ms)
        self.log.append(message)
        self.groups += [
            (seq, one) for one in self.whole.take(message) if one.is_group or one.is_member
        ]
        self.truth += [
            (
                seq,
                (
                    derived_ulids([one.at_ms], (EPOCH, 0, seq), [one.index])[0],
                    one.number,
                    one.condition,
                    one.kind,
                    one.at_ms,
                    one.value,
                    one.version,
                ),
            )
            for one in heard
        ]

    def change(self, said: Control, meant: Change) -> None:
        self.write("c", encode_control(said), self.oracle.control(meant, self.now_ms))

    @initialize()
    def every_datastream_has_two_limits(self) -> None:
        for number in KNOWN:
            high = LimitChange(number=number, condition=0, version=1, value=80.0, deadband=2.0)
            low = replace(high, condition=2, value=5.0, on_delay_ms=1000, off_delay_ms=500)
            self.say_limit(high)
            self.say_limit(low)

    def next_version(self, newer: int) -> int:
        self.version = max(self.version + newer, 1)
        return self.version

    @rule(limit=LIMITS, newer=NEWER)
    def a_limit_is_changed(self, limit: LimitChange, newer: int) -> None:
        self.say_limit(replace(limit, version=self.next_version(newer)))

    def say_limit(self, limit: LimitChange) -> None:
        gateway, device = GATEWAYS[limit.number % 2], DEVICES[limit.number // 2 % 2]
        limit = replace(limit, gateway=gateway, device=device)
        said = LimitSet(
            number=limit.number,
            condition=BY_NUMBER[limit.condition],  # type: ignore[arg-type]  # the same words
            limit_id="L" if limit.present else None,
            value=limit.value,
            deadband=limit.deadband,
            on_delay_ms=limit.on_delay_ms,
            off_delay_ms=limit.off_delay_ms,
            silence_ms=limit.silence_ms,
            version=limit.version,
            low=limit.low,
            window_ms=limit.window_ms,
            gateway=gateway,
            device=device,
        )
        self.change(said, limit)

    @rule(number=st.sampled_from(KNOWN), newer=NEWER, before=SPANS, lasts=SPANS)
    def alarms_are_suppressed(self, number: int, newer: int, before: int, lasts: int) -> None:
        version = self.next_version(newer)
        starts_ms = self.now_ms + before
        span = {"starts_ms": starts_ms, "ends_ms": starts_ms + lasts}
        said = SuppressionSet(number=number, suppression_id="S", version=version, **span)
        self.change(said, Suppression(number=number, version=version, **span))

    @precondition(lambda self: len(self.log) > SOME)
    @rule(number=st.sampled_from(KNOWN[:2]), newer=NEWER, retired=st.booleans())
    def a_datastream_is_retired_or_taken_up(self, number: int, newer: int, retired: bool) -> None:  # noqa: FBT001
        said = Retirement(number=number, version=self.next_version(newer), retired=retired)
        meant = controls.Retirement(number=number, version=said.version, retired=retired)
        self.change(said, meant)

    @rule(step=STEPS, rows=ROWS, gateway=st.sampled_from(GATEWAYS))
    def readings_arrive(
        self, step: int, rows: list[tuple[int, int, float, int]], gateway: str
    ) -> None:
        self.now_ms += step
        dated = [(number, self.now_ms + offset, *rest) for number, offset, *rest in rows]
        columns = columns_of(dated)  # type: ignore[arg-type]  # the rest is value and quality
        batch = Batch(gateway=gateway, seq=1, arrived_ms=self.now_ms, exercise_id=None, **columns)
        self.write("m", encode(batch), self.oracle.readings(dated, self.now_ms))  # type: ignore[arg-type]

    @rule(steps=st.lists(STEPS, min_size=2, max_size=4), rows=ROWS)
    def some_time_goes_by(self, steps: list[int], rows: list[tuple[int, int, float, int]]) -> None:
        for step in steps:
            self.readings_arrive(step, rows, GATEWAYS[0])
            self.a_tick(step)

    @rule(step=STEPS)
    def a_tick(self, step: int) -> None:
        self.now_ms += step
        if self.now_ms == self.oracle.last_tick_ms:
            self.now_ms += 1  # every shard has a tick of the same second; one is heard
        self.write("t", encode_tick(self.now_ms), self.oracle.tick(self.now_ms))

    @property
    def span(self) -> LogSpan:
        """What of the log is still there."""
        return LogSpan(EPOCH, 1, len(self.log))

    # --- what happens to the engines ---------------------------------------------------------

    @precondition(lambda self: self.engine is None)
    @rule()
    def an_engine_starts(self) -> None:
        fence = self.memory.take_over()
        self.engine = resume(self.memory, self.snapshots, self.span, REAL)
        self.engine.fence = fence

    @precondition(lambda self: self.engine is not None)
    @rule(count=st.integers(1, 12))
    def it_judges(self, count: int) -> None:
        assert self.engine is not None
        for message in self.log[self.engine.judging.seq :][:count]:
            self.engine.take(message)

    @precondition(lambda self: self.engine is not None and self.engine.is_ahead)
    @rule(is_answered=st.sampled_from([True, True, True, False]))
    def it_commits(self, is_answered: bool) -> None:  # noqa: FBT001
        """Commit; without an answer it dies, and never knows that it has spoken."""
        assert self.engine is not None
        self.memory.commit(*self.engine.output(self.now_ms))
        if is_answered:
            self.engine.was_committed()
        else:
            self.engine = None

    @precondition(lambda self: self.engine is not None)
    @rule(counts=st.lists(st.integers(1, 12), min_size=2, max_size=5))
    def it_works_for_a_while(self, counts: list[int]) -> None:
        assert self.engine is not None
        for count in counts:
            self.it_judges(count)
            if self.engine.is_ahead:
                self.it_commits(is_answered=True)

    @precondition(
        lambda self: (
            self.engine is not None and not self.engine.is_ahead and not self.engine.is_silent
        )
    )
    @rule()
    def it_leaves_a_snapshot(self) -> None:
        assert self.engine is not None
        self.snapshots.write(*self.snapshots.dump(self.engine.judging))

    @precondition(lambda self: self.engine is not None)
    @rule()
    def it_is_killed(self) -> None:
        self.engine = None

    @precondition(lambda self: self.engine is not None)
    @rule()
    def it_is_frozen_and_another_takes_over(self) -> None:
        assert self.engine is not None
        self.asleep.append(self.engine)
        self.engine = None
        self.an_engine_starts()

    @precondition(lambda self: self.asleep)
    @rule(count=st.integers(0, 12))
    def a_frozen_one_wakes(self, count: int) -> None:
        """Let it hear on, as if nothing had been, and try to write: the database refuses."""
        woken = self.asleep.pop()
        for message in self.log[woken.judging.seq :][:count]:
            woken.take(message)
        if woken.is_ahead:
            with pytest.raises(FencedError):
                self.memory.commit(*woken.output(self.now_ms))

    # --- what was said -----------------------------------------------------------------------

    def said(self) -> list[Said]:
        """What is committed of single alarms, in the oracle's words."""
        return [
            (
                one.alarm_id,
                one.number,
                one.condition,
                one.kind,
                one.at_ms,
                one.value,
                one.limit_version,
            )
            for one in self.memory.committed
            if not one.is_group
        ]

    def hear_all(self) -> None:
        """In the end somebody lives long enough to hear everything."""
        if self.engine is None:
            self.an_engine_starts()
        self.it_judges(len(self.log))
        assert self.engine is not None
        if self.engine.is_ahead:
            self.memory.commit(*self.engine.output(self.now_ms))

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)


MANY = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
