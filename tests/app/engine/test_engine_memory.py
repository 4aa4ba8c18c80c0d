"""What the engine asks of PostgreSQL when its own memory has a hole."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from anlan.app.engine_memory import DatabaseMemory
from anlan.app.log_message import LogMessage
from anlan.engines.alarms import controls
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import HH, RANGE, RATE, SILENT, H
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.sensing.services import control, limits, suppressions, upkeep
from tests.app.engine.fake_log import EPOCH, OTHER_EPOCH, asked_before, chance_of
from tests.app.engine.fake_log import control as say
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
MEMORY = DatabaseMemory("main")


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def publish(seq: int, epoch: str = EPOCH) -> None:
    """Let the gateway put what waits on the log, everything at one place."""
    with unit_of_work(machine("gateway")):
        waiting = [
            *control.unpublished_limits(),
            *control.unpublished_suppressions(),
            *control.unpublished_retirements(),
        ]
        control.place_in_log([(one, seq) for one in waiting], epoch=epoch, at_ms=now_ms())


def limits_before(before: int, epoch: str = EPOCH) -> dict[int, controls.LimitChange]:
    with unit_of_work(machine("engine"), read_only=True):
        changes = MEMORY.configuration(epoch, before)
    return {one.condition: one for one in changes if isinstance(one, controls.LimitChange)}


def file(plant: Plant, condition: str, value: float) -> Limit:
    with unit_of_work(machine("test")):
        return limits.file_limit(
            datastream_id=plant.streams[0].id, condition=condition, value=value, on_delay_ms=7
        )


def test_a_limit_counts_from_its_place_in_the_log(plant: Plant) -> None:
    assert limits_before(100) == {}
    publish(10)
    assert limits_before(10) == {}
    assert {one.value for one in limits_before(11).values()} == {90.0, 80.0}


def test_the_newest_limit_before_the_message_is_the_one_in_force(plant: Plant) -> None:
    publish(10)
    row = file(plant, "HH", 95.0)
    publish(20)
    assert [limits_before(at)[HH].value for at in (20, 21)] == [90.0, 95.0]
    newest = limits_before(21)[HH]
    assert (newest.number, newest.version) == (plant.streams[0].number, row.control_version)
    assert (newest.present, newest.on_delay_ms) == (True, 7)


def test_limits_of_an_earlier_life_of_the_log_are_all_in_force(plant: Plant) -> None:
    del plant
    publish(10)
    assert set(limits_before(1, OTHER_EPOCH)) == {HH, H}


def test_a_withdrawn_limit_is_in_force_until_the_log_says_otherwise(plant: Plant) -> None:
    publish(10)
    with unit_of_work(machine("test")):
        row = Limit.objects.get(datastream=plant.streams[0], condition="HH")
        withdrawn = limits.withdraw_limit(limit_id=row.id, reason="校验")
    assert limits_before(30)[HH].present
    publish(20)
    gone = limits_before(21)[HH]
    assert (gone.present, gone.version) == (False, withdrawn.withdrawn_version)


def test_silence_is_in_seconds_on_paper_and_in_ms_for_the_kernel(plant: Plant) -> None:
    file(plant, "silent", 60.0)
    publish(10)
    assert limits_before(11)[SILENT].silence_ms == 60_000


def test_a_rate_brings_its_window_and_a_range_its_lower_end(plant: Plant) -> None:
    stream = plant.streams[0].id
    with unit_of_work(machine("test")):
        limits.file_limit(datastream_id=stream, condition="rate", value=2.0, window_ms=60_000)
        limits.file_limit(datastream_id=stream, condition="range", value=100.0, low=-1.0)
    publish(10)
    found = limits_before(11)
    assert (found[RATE].value, found[RATE].window_ms) == (2.0, 60_000)
    assert (found[RANGE].low, found[RANGE].value) == (-1.0, 100.0)


def test_a_suppression_is_remembered(plant: Plant) -> None:
    stream, moment = plant.streams[0], now()
    with unit_of_work(machine("test")):
        suppressions.file_suppression(
            datastream_id=stream.id,
            starts_at=moment,
            ends_at=moment + timedelta(hours=1),
            reason="检修",
        )
    publish(10)
    with unit_of_work(machine("engine"), read_only=True):
        changes = MEMORY.configuration(EPOCH, 11)
    [window] = [one for one in changes if isinstance(one, controls.Suppression)]
    assert (window.number, window.ends_ms - window.starts_ms) == (stream.number, 3_600_000)


def test_a_retirement_counts_from_its_place_in_the_log_and_so_does_its_end(plant: Plant) -> None:
    stream = plant.streams[0]
    with unit_of_work(machine("test")):
        upkeep.retire_datastream(datastream_id=stream.id)
    assert retirements_before(100) == [], "the log has not got it"
    publish(10)
    with unit_of_work(machine("test")):
        upkeep.reinstate_datastream(datastream_id=stream.id)
    publish(20)
    with unit_of_work(machine("test")):
        # its limits raise its version; its taking up keeps the one that it was said under
        limits.file_limit(datastream_id=stream.id, condition="HH", value=96.0)
    out, back = retirements_before(11), retirements_before(21)
    assert (retirements_before(10), retirements_before(20)) == ([], out)
    assert [(one.number, one.retired) for one in (*out, *back)] == [
        (stream.number, True),
        (stream.number, False),
    ]
    assert back[0].version == out[0].version + 1
    assert retirements_before(1, OTHER_EPOCH) == back


def retirements_before(before: int, epoch: str = EPOCH) -> list[controls.Retirement]:
    with unit_of_work(machine("engine"), read_only=True):
        changes = MEMORY.configuration(epoch, before)
    return [one for one in changes if isinstance(one, controls.Retirement)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_remembered_is_what_the_log_asks_for_before_any_message(
    plant: Plant, seed: int
) -> None:
    chance, stream = chance_of(seed), plant.streams[0].id
    log: list[LogMessage] = []
    for _ in range(40):
        with unit_of_work(machine("test")):
            _change_something(chance, stream)
        if chance.random() < 0.7:
            _publish_in_turn(log)
    _publish_in_turn(log)
    assert {type(one) for one in asked_before(log, 999)} == {
        controls.LimitChange,
        controls.Retirement,
    }
    for before in range(1, len(log) + 2):
        with unit_of_work(machine("engine"), read_only=True):
            remembered = MEMORY.configuration(EPOCH, before)
        assert sorted(remembered, key=repr) == sorted(asked_before(log, before), key=repr)


def _change_something(chance: random.Random, stream: str) -> None:
    """Retire the datastream, take it up again, or give it another limit."""
    is_retired = Datastream.objects.get(pk=stream).retired_at is not None
    if is_retired:
        upkeep.reinstate_datastream(datastream_id=stream)
    elif chance.random() < 0.3:
        upkeep.retire_datastream(datastream_id=stream)
    else:
        value = chance.choice([86.0, 88.0, 91.0])
        limits.file_limit(datastream_id=stream, condition="HH", value=value)


def _publish_in_turn(log: list[LogMessage]) -> None:
    """Put on the log what waits, as the gateway does, each change at a place of its own."""
    with unit_of_work(machine("gateway")):
        for change in [*control.unpublished_limits(), *control.unpublished_retirements()]:
            log.append(say(len(log) + 1, change.control))
            control.place_in_log([(change, len(log))], epoch=EPOCH, at_ms=now_ms())


def test_progress_and_active_alarms_come_back(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_engine")
    at_ms = now_ms()
    number = plant.streams[0].number
    raised = [
        Transition(
            alarm_id=new_ulid(),
            number=number,
            condition=condition,
            kind="raised",
            at_ms=at_ms,
            known_ms=at_ms,
            value=95.0,
            limit_version=99,
        )
        for condition in ("HH", "H")
    ]
    with unit_of_work(machine("engine")):
        assert (MEMORY.progress(), MEMORY.told()) == (None, {})
        progress = fenced(Progress(shard_group="main", epoch=EPOCH, after_seq=0, seq=5))
        apply_transitions(raised, progress)
        both = {number: 1 << HH | 1 << H}
        assert (MEMORY.progress(), MEMORY.told()) == ((EPOCH, 5), {None: Told(active=both)})
        doubt = structs.replace(raised[1], kind="unconfirmed")
        apply_transitions([doubt], replace(progress, after_seq=5, seq=6))
        assert MEMORY.told() == {None: Told(active=both, unconfirmed={number: 1 << H})}


def test_an_engine_of_some_shards_remembers_nothing_of_the_others(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_engine")
    number, at_ms = plant.streams[0].number, now_ms()
    quiet = Transition(
        alarm_id=new_ulid(), number=number, condition="HH", kind="raised", at_ms=at_ms,
        known_ms=at_ms, value=95.0, limit_version=99,
    )  # fmt: skip
    with unit_of_work(machine("engine")):
        apply_transitions(
            [quiet], fenced(Progress(shard_group="main", epoch=EPOCH, after_seq=0, seq=5))
        )
    acting_as("anlan_gateway")
    publish(10)
    acting_as("anlan_engine")
    own, foreign = DatabaseMemory("0-31", range(32)), DatabaseMemory("32-63", range(32, 64))
    with unit_of_work(machine("engine"), read_only=True):
        assert len(own.configuration(EPOCH, 11)) == 2
        assert own.told() == {None: Told(active={number: 1 << HH})}
        assert (foreign.configuration(EPOCH, 11), foreign.told()) == ([], {})
