"""One engine's clock is wrong by hours: it judges by the log's time, so nothing is other than it was."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.app.judging import Judging
from anlan.app.stack.throw_away import Databases
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.base.clock import now_ms
from tests.app.engine.fake_log import control, limit, tick
from tests.app.engine.house import PATIENCE_S, EngineHouse, journal
from tests.app.gateway.house import house_in
from tests.conftest import DATABASE
from tests.plant import build_plant
from tests.wrong_clock import wrong_clock

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[EngineHouse]:
    plant = build_plant(streams=2)
    tmp_path.chmod(0o711)
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        made = EngineHouse(
            house, tuple(stream.number for stream in plant.streams), plant.gateway.id
        )
        made.open_log()
        made.publish(*(control(0, limit(number, 50)) for number in made.numbers))
        yield made
        for process in made.processes:
            if process.poll() is None:
                process.kill()
                process.wait(timeout=PATIENCE_S)


@pytest.mark.parametrize("offset", ["+7200s", "-7200s"])
def test_an_engine_two_hours_beside_the_others_says_the_same_alarms(
    engine: EngineHouse, offset: str
) -> None:
    engine.start(**wrong_clock(offset))
    begin = now_ms()
    said = [engine.beyond(50.0 if at % 2 else 95.0, begin + at * 10) for at in range(21)]
    engine.publish(*said)
    last = engine.publish(tick(0, now_ms()))
    engine.until(engine.has_judged(last), "the engine judges")
    judging = Judging(engine.epoch, Judge(Kernel()), 0)
    truth = [one for message in engine.stored() for one in judging.take(message)]
    told = Counter((one.kind, one.number, one.condition, one.at_ms) for one in truth)
    assert journal() == told
    assert len(truth) == len(said)
    # the next one, with the right time, goes on where that one stood
    engine.processes[-1].kill()
    engine.processes[-1].wait(timeout=PATIENCE_S)
    engine.start()
    last = engine.publish(engine.beyond(50.0, begin + 10_000))
    engine.until(engine.has_judged(last), "the next engine judges")
    assert journal().total() == len(said) + 1
