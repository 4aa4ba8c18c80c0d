"""Exercises are judged by judges of their own, and real life hears nothing of them (7.11)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from msgspec.structs import replace

from anlan.app.engine import EXERCISES
from anlan.app.exercises import FORGOTTEN_AFTER_MS, MOST_SCENES, ExerciseJudging
from anlan.app.judging import Judging, change_of
from anlan.app.log_message import LogMessage
from anlan.engines.alarms import controls
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import HH
from anlan.engines.alarms.snapshot import SnapshotError
from anlan.kernel.alerts.rules import Transition
from anlan.kernel.base.bus import EXERCISE_SHARD
from anlan.kernel.sensing import batch
from anlan.kernel.sensing.control import Retirement, SuppressionSet, decode_control
from tests.app.engine.fake_log import (
    EPOCH,
    START_MS,
    FakeMemory,
    a_night,
    chance_of,
    control,
    limit,
    readings,
    tick,
)
from tests.app.engine.test_restart import Life
from tests.engines.alarms.plant import assert_same

DRILL, OTHER = "01K5555555555555555555555X", "01K5555555555555555555555Y"


def drill(
    seq: int, *rows: tuple[int, int, float], at_ms: int, exercise_id: str = DRILL
) -> LogMessage:
    return readings(seq, *rows, at_ms=at_ms, exercise_id=exercise_id, shard=EXERCISE_SHARD)


def drill_tick(seq: int, at_ms: int) -> LogMessage:
    return tick(seq, at_ms, EXERCISE_SHARD)


def exercises(*messages: LogMessage) -> ExerciseJudging:
    judging = ExerciseJudging(EPOCH, Judge(Kernel()), 0)
    for message in messages:
        judging.take(message)
    return judging


def plain(transitions: Iterable[Transition]) -> list[tuple[int, str, str, int]]:
    return [(one.number, one.condition, one.kind, one.at_ms) for one in transitions]


def a_night_with_a_drill(seed: int) -> list[LogMessage]:
    """A real night; beside it the same kind of night on the exercise's shard, shuffled in."""
    chance = chance_of(seed)
    real = a_night(seed)
    other = [one for one in a_night(seed + 1000) if one.kind != "c"]
    drills = [in_a_drill(one, chance.choice([DRILL, DRILL, OTHER])) for one in other]
    mixed: list[LogMessage] = []
    while real or drills:
        source = real if not drills or (real and chance.random() < 0.5) else drills
        mixed.append(source.pop(0)._replace(seq=len(mixed) + 1))
    return mixed


def in_a_drill(message: LogMessage, exercise_id: str) -> LogMessage:
    if message.kind != "m":
        return message._replace(shard=EXERCISE_SHARD)
    said = structs.replace(batch.decode(message.payload), exercise_id=exercise_id)
    return message._replace(shard=EXERCISE_SHARD, payload=batch.encode(said))


@pytest.mark.parametrize("seed", range(10))
def test_real_life_is_judged_as_if_there_were_no_exercise(seed: int) -> None:
    mixed = a_night_with_a_drill(seed)
    whole, alone = (Judging(EPOCH, Judge(Kernel()), 0) for _ in range(2))
    for message in mixed:
        said = whole.take(message)
        assert said == (alone.take(message) if message.shard != EXERCISE_SHARD else [])
    assert_same(whole.judge, alone.judge)


@pytest.mark.parametrize("seed", range(10))
def test_an_exercise_is_judged_as_a_judge_of_its_own_would(seed: int) -> None:
    """Each exercise equals a real judge that hears the limits and this exercise only."""
    mixed = a_night_with_a_drill(seed)
    judging = exercises()
    told = [one for message in mixed for one in judging.take(message)]
    for exercise_id in (DRILL, OTHER):
        mine = [plain([one])[0] for one in told if one.exercise_id == exercise_id]
        alone = Alone(exercise_id)
        assert sorted(mine) == sorted(plain(one for m in mixed for one in alone.take(m)))
        assert len(mine) > 3
    assert len({one.alarm_id for one in told}) == len(told)


class Alone:
    """A judge that hears the limits and one exercise only.

    It does not know a datastream before the exercise has spoken of it: silence begins there.
    """

    def __init__(self, exercise_id: str) -> None:
        self.exercise_id = exercise_id
        self.judging = Judging(EPOCH, Judge(Kernel()), 0)
        self.spoken: set[int] = set()
        self.changes: list[LogMessage] = []

    def take(self, message: LogMessage) -> list[Transition]:
        if message.kind == "c":
            return self.control(message)
        if message.shard != EXERCISE_SHARD or (message.kind == "t" and not self.spoken):
            return []
        return (
            self.judging.take(message._replace(shard=0))
            if message.kind == "t"
            else self.readings(message)
        )

    def control(self, message: LogMessage) -> list[Transition]:
        change = decode_control(message.payload)
        if isinstance(change, SuppressionSet):
            return []
        self.changes.append(message)
        return self.judging.take(message) if change.number in self.spoken else []

    def readings(self, message: LogMessage) -> list[Transition]:
        said = batch.decode(message.payload)
        if said.exercise_id != self.exercise_id:
            return []
        fresh = {int(number) for number in said.numbers} - self.spoken
        self.spoken |= fresh
        for one in self.changes:
            if decode_control(one.payload).number in fresh:
                change = change_of(decode_control(one.payload))
                self.judging.judge.control(change, one.stored_ms)
        real = structs.replace(said, exercise_id=None)
        return self.judging.take(message._replace(shard=0, payload=batch.encode(real)))


def test_one_datastream_in_real_life_and_in_a_drill_is_two_things() -> None:
    log = [
        control(1, limit(7, 1)),
        readings(2, (7, START_MS, 50.0), at_ms=START_MS),
        drill(3, (7, START_MS, 95.0), at_ms=START_MS),
        readings(4, (7, START_MS + 1, 95.0), at_ms=START_MS + 1),
        drill(5, (7, START_MS + 1, 50.0), at_ms=START_MS + 1),
    ]
    real, apart = Judging(EPOCH, Judge(Kernel()), 0), exercises()
    assert plain(one for message in log for one in real.take(message)) == [
        (7, "HH", "raised", START_MS + 1)
    ]
    told = [one for message in log for one in apart.take(message)]
    assert plain(told) == [(7, "HH", "raised", START_MS), (7, "HH", "returned", START_MS + 1)]
    assert {one.exercise_id for one in told} == {DRILL}


def test_a_real_suppression_hides_nothing_of_a_drill_and_a_retirement_ends_it() -> None:
    window = {"starts_ms": START_MS, "ends_ms": START_MS + 60_000}
    judging = exercises(
        control(1, limit(7, 1)),
        control(2, SuppressionSet(number=7, suppression_id="S", version=2, **window)),
    )
    raised = judging.take(drill(3, (7, START_MS, 95.0), at_ms=START_MS))
    assert plain(raised) == [(7, "HH", "raised", START_MS)]
    returned = judging.take(control(4, Retirement(number=7, version=3), START_MS + 5))
    assert plain(returned) == [(7, "HH", "returned", START_MS + 5)]


def test_time_of_a_drill_is_its_own_ticks() -> None:
    judging = exercises(
        control(1, limit(7, 1, on_delay_ms=2000)),
        drill_tick(2, START_MS),
        drill(3, (7, START_MS, 95.0), at_ms=START_MS),
    )
    assert judging.take(tick(4, START_MS + 9000)) == []
    raised = judging.take(drill_tick(5, START_MS + 2000))
    assert plain(raised) == [(7, "HH", "raised", START_MS + 2000)]
    assert judging.tick_ms == START_MS + 9000, "the position is told by real time"


def test_a_drill_that_is_silent_for_a_day_is_forgotten() -> None:
    judging = exercises(control(1, limit(7, 1)), drill(2, (7, START_MS, 95.0), at_ms=START_MS))
    judging.take(tick(3, START_MS + FORGOTTEN_AFTER_MS))
    assert list(judging.scenes) == [DRILL]
    judging.take(tick(4, START_MS + FORGOTTEN_AFTER_MS + 1))
    assert not judging.scenes


def test_too_many_drills_and_unreadable_words_are_refused_and_counted() -> None:
    judging = exercises(control(1, limit(7, 1)))
    for at in range(MOST_SCENES + 1):
        name = f"01K55555555555555555555{at:03}"
        judging.take(drill(2 + at, (7, START_MS, 50.0), at_ms=START_MS, exercise_id=name))
    judging.take(LogMessage(99, EXERCISE_SHARD, "m", b"\xff", START_MS))
    assert (len(judging.scenes), judging.refused) == (MOST_SCENES, 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_snapshot_anywhere_changes_nothing(seed: int) -> None:
    chance = chance_of(seed)
    whole, cut = exercises(), exercises()
    for message in a_night_with_a_drill(seed):
        if chance.random() < 0.1:
            cut = ExerciseJudging.load(cut.dump(), Kernel())
        assert cut.take(message) == whole.take(message)
    assert_same(cut.asked, whole.asked)
    assert list(cut.scenes) == list(whole.scenes) != []
    for name, scene in whole.scenes.items():
        assert_same(cut.scenes[name].judge, scene.judge)


def test_bytes_that_are_no_snapshot_are_refused() -> None:
    with pytest.raises(SnapshotError):
        ExerciseJudging.load(exercises().dump()[:-5], Kernel())


@pytest.mark.parametrize("seed", range(5))
def test_any_crash_gives_the_same_transitions_once(seed: int, tmp_path: Path) -> None:
    log, memory, chance = a_night_with_a_drill(seed), FakeMemory(), chance_of(seed)
    deaths = Life(log, memory, tmp_path, chance, form=EXERCISES).live_and_die()
    judging = exercises()
    truth = [one for message in log for one in judging.take(message)]
    assert [replace(one, late=False) for one in memory.committed] == truth
    assert deaths > 0


def test_what_the_database_remembers_of_a_drill_is_believed() -> None:
    judging = exercises()
    judging.configure([controls.LimitChange(number=7, condition=HH, version=1, value=90.0)])
    judging.adopt({None: Told(active={7: 1}), DRILL: Told(active={7: 1 << HH, 9999: 1})})
    assert list(judging.scenes) == [DRILL]
    judging.take(tick(1, START_MS))
    returned = judging.take(drill(2, (7, START_MS, 50.0), at_ms=START_MS))
    assert plain(returned) == [(7, "HH", "returned", START_MS)]
    state: Any = judging.scenes[DRILL].judge.state
    np.testing.assert_array_equal(state["active"], 0)
