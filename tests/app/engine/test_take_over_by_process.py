"""Two engines for the same shards: one writes, the other stands by; a frozen one never comes back."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.app.judging import Judging
from anlan.app.stack.throw_away import Databases
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.models import EngineWriter
from anlan.kernel.base.clock import now_ms
from tests.app.engine.fake_log import control, limit, tick
from tests.app.engine.house import PATIENCE_S, EngineHouse, journal
from tests.app.gateway.house import house_in
from tests.conftest import DATABASE
from tests.plant import build_plant

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[EngineHouse]:
    plant = build_plant(streams=2)
    tmp_path.chmod(0o711)
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        numbers = tuple(stream.number for stream in plant.streams)
        made = EngineHouse(house, numbers, plant.gateway.id)
        made.open_log()
        made.publish(*(control(0, limit(number, 50)) for number in made.numbers))
        yield made
        for process in made.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(timeout=PATIENCE_S)


def fence() -> str:
    return str(EngineWriter.objects.get(shard_group="main").fence)


def test_a_frozen_engine_that_wakes_after_the_next_took_over_writes_nothing(
    engine: EngineHouse,
) -> None:
    frozen = engine.start()
    first = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(first), "the first engine judges")
    its_fence = fence()
    os.kill(frozen.pid, signal.SIGSTOP)
    # it will find these in its hands when it wakes, and the next engine has said them already
    said = [engine.beyond(50.0 if at % 2 else 95.0, now_ms() + at) for at in range(1, 40)]
    last = engine.publish_quickly(said)
    engine.start()
    engine.until(engine.has_judged(last), "the second engine goes on")
    by_second = fence()
    assert by_second != its_fence
    before = journal()
    os.kill(frozen.pid, signal.SIGCONT)
    # the log goes on, so that the woken one has something that it would like to write
    ended = time.monotonic() + PATIENCE_S
    while frozen.poll() is None:
        assert time.monotonic() < ended, f"the frozen engine goes on: {engine.said()[-3000:]}"
        last = engine.publish(tick(0, now_ms()))
        time.sleep(0.1)
    assert frozen.returncode == 1
    assert "alerts.engine_fenced" in engine.said()
    engine.until(engine.has_judged(last), "the second engine is not disturbed")
    assert fence() == by_second
    assert journal() == before
    judging = Judging(engine.epoch, Judge(Kernel()), 0)
    truth = [one for message in engine.stored() for one in judging.take(message)]
    assert before == Counter((one.kind, one.number, one.condition, one.at_ms) for one in truth)
    assert len(truth) == 1 + len(said)


def test_a_second_engine_stands_by_and_takes_over_when_the_first_is_killed(
    engine: EngineHouse,
) -> None:
    first = engine.start()
    judged = engine.publish(tick(0, now_ms()))
    engine.until(engine.has_judged(judged), "the first engine judges")
    its_fence = fence()
    second = engine.begin()

    def waits_while_the_log_goes_on() -> bool:
        engine.publish(tick(0, now_ms()))
        return "main: another engine is at work" in engine.said()

    engine.until(waits_while_the_log_goes_on, "the second waits")
    for _ in range(70):
        judged = engine.publish(tick(0, now_ms()))
        time.sleep(0.1)
    engine.until(engine.has_judged(judged), "the first goes on")
    assert (fence(), first.poll(), second.poll()) == (its_fence, None, None)
    first.kill()
    first.wait(timeout=PATIENCE_S)
    last = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(last), "the second has taken over")
    assert fence() != its_fence
    assert journal().total() == 1
