"""A thousand crossings while people confirm and close: one open alarm of a condition, at every moment."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connections
from django.db.models import Count

from anlan.app.judging import Judging
from anlan.app.stack.throw_away import Databases
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.alerts.services import answers
from anlan.kernel.base.clock import now_ms, to_ms
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Grant, Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream
from tests.app.engine.fake_log import control, limit, readings
from tests.app.engine.house import EngineHouse
from tests.app.gateway.house import house_in
from tests.conftest import DATABASE
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.slow
ROUNDS, CROSSINGS = 25, 20
ACTS = frozenset({"alerts.alarm.view", "alerts.alarm.confirm", "alerts.alarm.close"})


@pytest.fixture
def plant(transactional_db: None) -> Plant:
    return build_plant(streams=2)


@pytest.fixture
def engine(tmp_path: Path, databases: Databases, plant: Plant) -> Iterator[EngineHouse]:
    tmp_path.chmod(0o711)
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        numbers = tuple(stream.number for stream in plant.streams)
        made = EngineHouse(house, numbers, plant.gateway.id)
        made.open_log()
        made.publish(*(control(0, limit(number, 50)) for number in numbers))
        made.start()
        yield made
        made.end(signal.SIGTERM)


def control_room(plant: Plant) -> Principal:
    sites = frozenset({plant.site.id})
    scope = Scope(sites=tuple(sites))
    grant = Grant(permissions=ACTS, scope=scope, own_sites=sites)
    return Principal(actor="user:room", name="room", grants=(grant,), scope=scope, ceiling=1)


def answer_all(who: Principal, over: threading.Event) -> int:
    """Confirm and close whatever is open until told to stop; return how many were closed."""
    closed = 0
    try:
        while not over.is_set():
            with unit_of_work(who, read_only=True):
                ids = list(Alarm.objects.filter(OPEN).values_list("id", flat=True))
            for alarm_id in ids:
                with suppress(ConflictError), unit_of_work(who):
                    answers.confirm_alarm(alarm_id=alarm_id)
                with suppress(ConflictError), unit_of_work(who):
                    answers.close_alarm(alarm_id=alarm_id, cause="other", measure="降液位")
                    closed += 1
    finally:
        connections.close_all()
    return closed


def most_at_once(over: threading.Event) -> int:
    """Look again and again; return the most open alarms that one condition ever had."""
    most = 0
    try:
        while not over.is_set():
            most = max([most, *open_alarms().values()])
    finally:
        connections.close_all()
    return most


def open_alarms() -> dict[tuple[int, str], int]:
    """Count open alarms by (datastream number, condition)."""
    with unit_of_work(machine("test"), read_only=True):
        rows = Alarm.objects.filter(OPEN).values_list("datastream__number", "condition")
        counted = rows.annotate(count=Count("id"))
        return {(number, condition): count for number, condition, count in counted}


def turns() -> Counter[tuple[str, int, int]]:
    """Return what the journal says the engine found: (kind, number, when)."""
    with unit_of_work(machine("test"), read_only=True):
        numbers = dict(Datastream.objects.values_list("id", "number"))
        kinds = ("alerts.alarm.raised", "alerts.alarm.returned")
        return Counter(
            (
                row.type.rpartition(".")[2],
                numbers[row.data["datastream_id"]],
                to_ms(row.occurred_at),
            )
            for row in Journal.objects.filter(type__in=kinds)
        )


def test_one_alarm_is_open_however_often_it_is_crossed_and_whoever_answers(
    engine: EngineHouse, plant: Plant
) -> None:
    over, at_ms = threading.Event(), now_ms()
    with ThreadPoolExecutor(4) as people:
        closing = [people.submit(answer_all, control_room(plant), over) for _ in range(3)]
        watching = people.submit(most_at_once, over)
        try:
            for _ in range(ROUNDS):
                said = []
                for value in (95.0, 50.0) * CROSSINGS:
                    at_ms += 1
                    rows = [(number, at_ms, value) for number in engine.numbers]
                    said.append(readings(0, *rows, at_ms=at_ms))
                last = engine.publish_quickly(said)
                engine.until(engine.has_judged(last), "a round of crossings is judged")
                time.sleep(0.1)  # people get to see what has returned
        finally:
            over.set()
    rows = [(number, at_ms + 1, 95.0) for number in engine.numbers]
    last = engine.publish(readings(0, *rows, at_ms=at_ms + 1))
    engine.until(engine.has_judged(last), "the last crossing is judged")
    assert open_alarms() == {(number, "HH"): 1 for number in engine.numbers}
    assert watching.result() == 1
    closed = sum(one.result() for one in closing)
    with unit_of_work(machine("test"), read_only=True):
        assert Alarm.objects.count() == closed + len(engine.numbers), "each closed one was one row"
    assert closed > 0
    judging = Judging(engine.epoch, Judge(Kernel()), 0)
    truth = [one for message in engine.stored() for one in judging.take(message)]
    assert turns() == Counter((one.kind, one.number, one.at_ms) for one in truth)
    assert sum(one.kind == "raised" for one in truth) > 1000
