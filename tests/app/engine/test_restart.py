"""Killed anywhere, the engine says everything once and nothing twice (decision 2)."""

import random
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from anlan.app.engine import REAL
from anlan.app.judging import Judging
from anlan.app.log_message import LogMessage, LogSpan
from anlan.app.resumption import Form, LogWentBackError, resume
from anlan.app.session import Session
from anlan.app.snapshots import Snapshots
from anlan.engines.alarms import controls
from anlan.engines.alarms.records import HH
from tests.app.engine.fake_log import (
    EPOCH,
    OTHER_EPOCH,
    START_MS,
    FakeMemory,
    a_night,
    chance_of,
    control,
    limit,
    readings,
    span_of,
    tick,
    truth_of,
)


class KilledError(Exception):
    """The engine is gone, with everything it had not written."""


class Life:
    """One life of an engine over a fake log; `chance` decides where it dies."""

    def __init__(
        self,
        log: list[LogMessage],
        memory: FakeMemory,
        folder: Path,
        chance: random.Random,
        epoch: str = EPOCH,
        form: Form = REAL,
    ) -> None:
        self.log, self.memory, self.chance, self.epoch = log, memory, chance, epoch
        self.form = form
        self.snapshots = Snapshots(folder, "main")

    def live(self, *, mortal: bool = True) -> Session:
        session = resume(self.memory, self.snapshots, span_of(self.log, self.epoch), self.form)
        at = 0
        while at < len(self.log):
            fetched = self.log[at : at + self.chance.randint(1, 7)]
            at += len(fetched)
            for message in fetched:
                session.take(message)
            self._risk(mortal)  # judged, not committed
            if session.is_ahead and (session.waiting or self.chance.random() < 0.3):
                self.memory.commit(*session.output(START_MS))
                self._risk(mortal)  # committed, and nobody heard the answer
                session.was_committed()
            if not session.is_ahead and not session.is_silent and self.chance.random() < 0.2:
                name, content = self.snapshots.dump(session.judging)
                self._tear(name, content, mortal)
                self.snapshots.write(name, content)
        if session.is_ahead:
            self.memory.commit(*session.output(START_MS))
            session.was_committed()
        return session

    def _risk(self, mortal: bool) -> None:  # noqa: FBT001
        if mortal and self.chance.random() < 0.05:
            raise KilledError

    def _tear(self, name: str, content: bytes, mortal: bool) -> None:  # noqa: FBT001
        """Die in the middle of a snapshot; a disk that lies leaves half of it under its name."""
        if mortal and self.chance.random() < 0.2:
            self.snapshots.folder.mkdir(parents=True, exist_ok=True)
            half = self.snapshots.folder / self.chance.choice([name, f".{name}.part"])
            half.write_bytes(content[: len(content) // 2])
            raise KilledError

    def live_and_die(self) -> int:
        """Let engines live and die until one reaches the end; return how many died."""
        deaths = 0
        while True:
            try:
                self.live(mortal=deaths < 40)
            except KilledError:
                deaths += 1
            else:
                return deaths


def lived(log: list[LogMessage], memory: FakeMemory, folder: Path, seed: int) -> int:
    """Let engines live and die until one reaches the end; return how many died."""
    return Life(log, memory, folder, chance_of(seed)).live_and_die()


@pytest.mark.parametrize("seed", range(25))
def test_any_crash_gives_the_same_transitions_once(seed: int, tmp_path: Path) -> None:
    log, memory = a_night(seed), FakeMemory()
    truth = truth_of(log)
    assert lived(log, memory, tmp_path, seed) > 0
    assert [replace(one, late=False) for one in memory.committed] == truth
    assert len(truth) > 10
    assert len({one.alarm_id for one in truth}) == len(truth)


@pytest.mark.parametrize("seed", range(5))
def test_a_database_restored_from_a_copy_hears_the_same_alarms_again(
    seed: int, tmp_path: Path
) -> None:
    log = a_night(seed)
    half, memory = len(log) // 2, FakeMemory()
    lived(log[:half], memory, tmp_path, seed)
    copy = FakeMemory(list(memory.committed), memory.at, [], dict(memory.active))
    lived(log, memory, tmp_path, seed)
    lived(log, copy, tmp_path, seed + 1)
    assert copy.committed == memory.committed


@pytest.mark.parametrize("seed", range(5))
def test_without_any_snapshot_the_log_is_enough(seed: int, tmp_path: Path) -> None:
    log, memory = a_night(seed), FakeMemory()
    half = len(log) // 2
    lived(log[:half], memory, tmp_path / "lost", seed)
    lived(log, memory, tmp_path / "empty", seed)
    assert [replace(one, late=False) for one in memory.committed] == truth_of(log)


def an_alarm_and_its_end() -> list[LogMessage]:
    return [
        control(1, limit(7, 1)),
        readings(2, (7, START_MS, 95.0), at_ms=START_MS),
        readings(3, (7, START_MS + 1000, 89.5), at_ms=START_MS + 1000),
        readings(4, (7, START_MS + 2000, 50.0), at_ms=START_MS + 2000),
    ]


HH_90 = controls.LimitChange(number=7, condition=HH, version=1, value=90.0, deadband=1.0)


def test_an_alarm_older_than_log_and_snapshots_still_returns(tmp_path: Path) -> None:
    log, memory = an_alarm_and_its_end(), FakeMemory(changes=[HH_90])
    Life(log[:3], memory, tmp_path / "lost", chance_of(1)).live(mortal=False)
    Life(log[2:], memory, tmp_path / "empty", chance_of(1)).live(mortal=False)
    assert [(one.kind, one.at_ms) for one in memory.committed] == [
        ("raised", START_MS),
        ("returned", START_MS + 2000),
    ]


def test_a_new_life_of_the_log_goes_on_with_the_old_judge(tmp_path: Path) -> None:
    log, memory = an_alarm_and_its_end(), FakeMemory(changes=[HH_90])
    session = Life(log[:3], memory, tmp_path, chance_of(1)).live(mortal=False)
    snapshots = Snapshots(tmp_path, "main")
    snapshots.write(*snapshots.dump(session.judging))
    again = [readings(1, (7, START_MS + 2000, 50.0), at_ms=START_MS + 2000)]
    reborn = resume(memory, snapshots, span_of(again, OTHER_EPOCH), REAL)
    assert (reborn.committed, reborn.judging.seq) == (0, 0)
    reborn.take(again[0])
    memory.commit(*reborn.output(START_MS))
    assert [one.kind for one in memory.committed] == ["raised", "returned"]
    assert memory.at == (OTHER_EPOCH, 1)


def test_an_alarm_that_no_data_confirm_in_the_new_life_is_told_after_ten_minutes(
    tmp_path: Path,
) -> None:
    log, memory = an_alarm_and_its_end(), FakeMemory(changes=[HH_90])
    Life(log[:2], memory, tmp_path, chance_of(1)).live(mortal=False)
    ticks = [tick(1 + at, START_MS + 60_000 + at * 5_000) for at in range(121)]
    crashed = Life(ticks[:50], memory, tmp_path, chance_of(2), epoch=OTHER_EPOCH)
    crashed.live(mortal=False)
    back = readings(122, (7, START_MS + 700_000, 95.0), at_ms=START_MS + 700_000)
    rest = [*ticks, back, tick(123, START_MS + 665_000)]
    Life(rest, memory, tmp_path, chance_of(3), epoch=OTHER_EPOCH).live(mortal=False)
    assert [(one.kind, one.at_ms) for one in memory.committed] == [
        ("raised", START_MS),
        ("unconfirmed", START_MS + 660_000),
        ("reaffirmed", START_MS + 665_000),
    ]


def test_a_crash_right_after_the_log_began_anew_does_not_lose_the_old_judge(
    tmp_path: Path,
) -> None:
    log, memory = an_alarm_and_its_end(), FakeMemory(changes=[HH_90])
    session = Life(log[:2], memory, tmp_path, chance_of(1)).live(mortal=False)
    snapshots = Snapshots(tmp_path, "main")
    snapshots.write(*snapshots.dump(session.judging))
    first = [tick(1, START_MS + 1000)]
    reborn = resume(memory, snapshots, span_of(first, OTHER_EPOCH), REAL)
    reborn.take(first[0])
    memory.commit(*reborn.output(START_MS))  # and dies without a snapshot
    again = resume(memory, snapshots, span_of(first, OTHER_EPOCH), REAL)
    assert isinstance(again.judging, Judging)
    state: Any = again.judging.judge.state
    assert (state["last_ms"][7], state["last_value"][7]) == (START_MS, 95.0)
    assert again.told is None


def test_a_first_start_takes_the_limits_that_the_log_has_let_go(tmp_path: Path) -> None:
    memory = FakeMemory(changes=[HH_90])
    Life(an_alarm_and_its_end()[1:], memory, tmp_path, chance_of(1)).live(mortal=False)
    assert [one.kind for one in memory.committed] == ["raised", "returned"]


def test_a_snapshot_older_than_the_log_reaches_back_learns_what_was_asked_in_between(
    tmp_path: Path,
) -> None:
    """Its folder was full for a day: the limit that the log has let go since must judge again."""
    log, memory = an_alarm_and_its_end(), FakeMemory()
    begun = resume(memory, Snapshots(tmp_path, "main"), span_of(log[:1]), REAL)
    Snapshots(tmp_path, "main").write(*Snapshots(tmp_path, "main").dump(begun.judging))
    begun.take(log[0])
    memory.commit(*begun.output(START_MS))
    memory.changes = [HH_90]
    rest = log[1:]
    again = resume(memory, Snapshots(tmp_path, "main"), span_of(rest), REAL)
    for message in rest:
        again.take(message)
    memory.commit(*again.output(START_MS))
    assert [one.kind for one in memory.committed] == ["raised", "returned"]


@pytest.mark.parametrize("kept", [0, 1], ids=["all forgotten", "one heard again"])
def test_a_snapshot_left_before_the_first_word_believes_what_the_database_holds(
    kept: int, tmp_path: Path
) -> None:
    """Told to stop right after it began: whoever finds its snapshot must not raise again what is open."""
    log, memory = [*an_alarm_and_its_end()[:2], tick(3, START_MS)], FakeMemory(changes=[HH_90])
    Life(log, memory, tmp_path / "lost", chance_of(1)).live(mortal=False)
    again = readings(4, (7, START_MS + 1, 96.0), at_ms=START_MS + 1)
    rest, snapshots = [*log[3 - kept :], again], Snapshots(tmp_path, "main")
    begun = resume(memory, snapshots, span_of(rest), REAL)
    for message in rest[:kept]:
        begun.take(message)
    assert (begun.is_silent, begun.is_ahead) == (False, False)
    snapshots.write(*snapshots.dump(begun.judging))
    last = resume(memory, snapshots, span_of(rest), REAL)
    last.take(again)
    memory.commit(*last.output(START_MS))
    assert [one.kind for one in memory.committed] == ["raised"]


def test_a_log_that_ends_before_the_progress_is_refused(tmp_path: Path) -> None:
    memory = FakeMemory(at=(EPOCH, 9))
    with pytest.raises(LogWentBackError, match="ends at 4, but 9"):
        resume(memory, Snapshots(tmp_path, "main"), span_of(an_alarm_and_its_end()), REAL)


def test_a_log_emptied_behind_the_progress_needs_no_silence(tmp_path: Path) -> None:
    memory = FakeMemory(at=(EPOCH, 9))
    span = LogSpan(EPOCH, first=10, last=9)
    session = resume(memory, Snapshots(tmp_path, "main"), span, REAL)
    assert (session.is_silent, session.is_ahead) == (False, False)
