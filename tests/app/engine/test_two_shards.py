"""Two engines at work at once, each for a half of the shards: neither judges, writes or fences for the other."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from anlan.app.judging import Judging
from anlan.app.log_message import LogMessage
from anlan.app.stack.throw_away import Databases
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.models import Alarm, EngineProgress, EngineWriter
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream
from tests.app.engine.fake_log import chance_of, control, limit, readings, tick
from tests.app.engine.house import PATIENCE_S, EngineHouse, journal
from tests.app.gateway.house import house_in
from tests.conftest import DATABASE
from tests.plant import build_plant

pytestmark = pytest.mark.slow
ROUNDS = 3

Said = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True)
class Half:
    """One engine's part of the log: its shards, and a firm that lives there."""

    group: str
    shard: int
    numbers: tuple[int, ...]


@dataclass(slots=True)
class Halves:
    """A house of two engines, and the two firms whose readings they judge."""

    engine: EngineHouse
    low: Half
    high: Half

    def start(self, half: Half) -> subprocess.Popen[bytes]:
        """Start the engine of a half and wait until it judges."""
        return self.engine.start(ANLAN_ENGINE_SHARDS=half.group)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End an engine without a word; the others are watched on."""
        process.kill()
        process.wait(timeout=PATIENCE_S)
        self.engine.house.care.forget(process.pid)
        self.engine.processes.remove(process)

    def publish(self, *messages: LogMessage) -> int:
        """Put messages on the log, then time on both shards; return the sequence of the last."""
        at_ms = now_ms()
        ends = (tick(0, at_ms, self.high.shard), tick(0, at_ms, self.low.shard))
        if messages:
            self.engine.publish_quickly(list(messages))
        return self.engine.publish(*ends)

    def until_judged(self, half: Half, seq: int) -> None:
        """Wait until the engine of a half has heard everything up to a message of shard 0."""
        rows = EngineProgress.objects.filter(shard_group=half.group, epoch=self.engine.epoch)
        self.engine.until(rows.filter(seq__gte=seq).exists, f"{half.group} has judged {seq}")

    def some(self, chance: random.Random) -> list[LogMessage]:
        """Say values around the limit in both halves by turns, with repeats and changes of limits."""
        said: list[LogMessage] = []
        for at in range(120):
            half = chance.choice([self.low, self.high])
            at_ms, number = now_ms() + at, chance.choice(half.numbers)
            row = (number, at_ms, chance.choice([50.0, 95.0]))
            said.append(readings(0, row, at_ms=at_ms, shard=half.shard))
            if chance.random() < 0.1:
                said.append(said[-1])
            if chance.random() < 0.05:
                changed = limit(number, at_ms % 1_000_000_000, on_delay_ms=chance.choice([0, 5]))
                said.append(control(0, changed)._replace(shard=half.shard))
        return said

    def told(self, half: Half) -> Counter[Said]:
        """Return what the journal says of a half."""
        return Counter({one: times for one, times in journal().items() if one[1] in half.numbers})

    def truth(self) -> Counter[Said]:
        """Return what one judge says that hears the whole log and is never killed."""
        judging = Judging(self.engine.epoch, Judge(Kernel()), 0)
        stored = self.engine.stored()
        return Counter(
            (one.kind, one.number, one.condition, one.at_ms)
            for message in stored
            for one in judging.take(message)
        )


@pytest.fixture
def halves(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[Halves]:
    plants = [build_plant(code, shard=shard) for code, shard in (("north", 0), ("south", 40))]
    tmp_path.chmod(0o711)
    numbers = [tuple(stream.number for stream in plant.streams) for plant in plants]
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        engine = EngineHouse(house, numbers[0], plants[0].gateway.id)
        engine.open_log()
        made = Halves(engine, Half("0-31", 0, numbers[0]), Half("32-63", 40, numbers[1]))
        for half in (made.low, made.high):
            for number in half.numbers:
                engine.publish(control(0, limit(number, 50))._replace(shard=half.shard))
        yield made
        for process in engine.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(timeout=PATIENCE_S)


def fences() -> dict[str, str]:
    return dict(EngineWriter.objects.values_list("shard_group", "fence"))


def test_the_firms_are_kept_in_different_shards(halves: Halves) -> None:
    with unit_of_work(machine("test")):
        found = dict(Datastream.objects.values_list("number", "shard"))
    assert found == dict.fromkeys(halves.low.numbers, 0) | dict.fromkeys(halves.high.numbers, 40)


def test_two_engines_at_once_say_what_one_would_and_each_only_its_own(halves: Halves) -> None:
    chance = chance_of(18)
    low, high = halves.start(halves.low), halves.start(halves.high)
    last = halves.publish(*halves.some(chance))
    for half in (halves.low, halves.high):
        halves.until_judged(half, last)
    assert journal() == halves.truth()
    its_fence = fences()
    for _ in range(ROUNDS):
        halves.kill(high)
        before = halves.told(halves.high)
        last = halves.publish(*halves.some(chance))
        halves.until_judged(halves.low, last)
        # nobody has judged the dead one's readings, and the living one was not held up
        assert halves.told(halves.high) == before
        assert halves.told(halves.low) == _of(halves.truth(), halves.low)
        high = halves.start(halves.high)
        last = halves.publish(*halves.some(chance))
        time.sleep(chance.random() * 0.1)  # the next death comes anywhere in this part
    halves.kill(low)
    last = halves.publish(*halves.some(chance))
    halves.until_judged(halves.high, last)
    low = halves.start(halves.low)
    halves.until_judged(halves.low, last)
    truth = halves.truth()
    assert min(_of(truth, half).total() for half in (halves.low, halves.high)) > 50
    assert journal() == truth
    assert set(journal().values()) == {1}
    with unit_of_work(machine("test")):
        active = Alarm.objects.filter(instrument_state="active").values_list("datastream__number")
        assert sorted(active) == sorted((number,) for number in _active(truth))
    assert fences().keys() == its_fence.keys() == {halves.low.group, halves.high.group}
    assert all(fences()[group] != fence for group, fence in its_fence.items())


def _of(said: Counter[Said], half: Half) -> Counter[Said]:
    return Counter({one: times for one, times in said.items() if one[1] in half.numbers})


def _active(truth: Counter[Said]) -> list[int]:
    """Return whose alarm was raised once more than it returned."""
    raised = Counter(number for kind, number, *_ in truth.elements() if kind == "raised")
    raised.subtract(number for kind, number, *_ in truth.elements() if kind == "returned")
    return [number for number, more in raised.items() if more]


def test_who_takes_over_one_half_fences_its_writer_and_not_the_other(halves: Halves) -> None:
    chance = chance_of(81)
    low, frozen = halves.start(halves.low), halves.start(halves.high)
    last = halves.publish(*halves.some(chance))
    for half in (halves.low, halves.high):
        halves.until_judged(half, last)
    before = fences()
    os.kill(frozen.pid, signal.SIGSTOP)
    next_one = halves.start(halves.high)
    last = halves.publish(*halves.some(chance))
    for half in (halves.low, halves.high):
        halves.until_judged(half, last)
    after = fences()
    assert after[halves.low.group] == before[halves.low.group]
    assert after[halves.high.group] != before[halves.high.group]
    os.kill(frozen.pid, signal.SIGCONT)
    halves.engine.until(_ends(frozen, halves), "the frozen one finds that it is fenced")
    assert "alerts.engine_fenced" in halves.engine.said()
    last = halves.publish(*halves.some(chance))
    for half in (halves.low, halves.high):
        halves.until_judged(half, last)
    assert (low.poll(), next_one.poll(), fences()) == (None, None, after)
    assert journal() == halves.truth()
    assert set(journal().values()) == {1}


def _ends(frozen: subprocess.Popen[bytes], halves: Halves) -> Callable[[], bool]:
    """Return whether it has ended; the log goes on, so that it has something to write."""

    def ended() -> bool:
        halves.publish()
        return frozen.poll() is not None

    return ended
