"""The process itself, between a real NATS and a real PostgreSQL, killed and starved."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connections
from nats.aio.client import Client

from anlan.app.judging import Judging
from anlan.app.log_message import LogMessage
from anlan.app.stack.throw_away import Databases
from anlan.app.stopping import ENDED_HARD
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.models import Alarm, EngineProgress, ExerciseProgress, WaitingMembers
from anlan.kernel.base import bus
from anlan.kernel.base.clock import from_ms, now_ms
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_of
from tests.app.engine.fake_log import START_MS, chance_of, control, limit, readings, tick
from tests.app.engine.house import PATIENCE_S, EngineHouse, journal
from tests.app.gateway.house import house_in
from tests.conftest import DATABASE
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.slow
DRILL = "01K5555555555555555555555X"


@pytest.fixture
def engine(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[EngineHouse]:
    plant: Plant = build_plant(streams=2)
    tmp_path.chmod(0o711)
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        numbers = tuple(stream.number for stream in plant.streams)
        made = EngineHouse(house, numbers, plant.gateway.id)
        made.open_log()
        made.publish(*(control(0, limit(number, 50)) for number in made.numbers))
        yield made
        if made.processes and made.processes[-1].poll() is None:
            made.end(signal.SIGTERM)


def test_a_reading_beyond_its_limit_becomes_an_alarm(engine: EngineHouse) -> None:
    engine.start()
    last = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(last), "the reading is judged")
    with unit_of_work(machine("test")):
        alarm = Alarm.objects.get()
    assert (alarm.instrument_state, alarm.value, alarm.condition) == ("active", 95.0, "HH")
    assert alarm.limit_value == 90.0


def test_alarms_are_announced_to_the_relay_once_they_are_committed(engine: EngineHouse) -> None:
    engine.start()

    async def heard(client: Client) -> bool:
        hints = await client.subscribe(bus.pending_subject(engine.house.config.node))
        message = engine.beyond(95.0)
        subject = bus.readings_subject(engine.house.config.node, message.shard, message.kind)
        await client.jetstream().publish(subject, message.payload)
        await hints.next_msg(timeout=PATIENCE_S)
        return await asyncio.to_thread(is_written)

    def is_written() -> bool:
        try:
            return sum(journal().values()) == 1
        finally:
            connections.close_all()

    assert engine.house.ask(heard)


def test_progress_goes_on_when_nothing_happens(engine: EngineHouse) -> None:
    engine.start()
    for _ in range(2):
        last = engine.publish(tick(0, now_ms()))
        engine.until(engine.has_judged(last), "the tick is judged")
    assert EngineProgress.objects.get().tick_at is not None


def test_a_gap_of_ticks_stands_in_the_journal_once(engine: EngineHouse) -> None:
    engine.start()
    began_ms = now_ms() - 60_000
    last = engine.publish(tick(0, began_ms), tick(0, began_ms + 30_000))
    engine.until(engine.has_judged(last), "the gap is heard")
    engine.end(signal.SIGKILL)
    engine.start()
    last = engine.publish(tick(0, began_ms + 31_000))
    engine.until(engine.has_judged(last), "the next life goes on behind it")
    with unit_of_work(machine("test")):
        [row] = Journal.objects.filter(type="alerts.engine.was_deaf")
    assert (row.data["epoch"], row.data["seq"]) == (engine.epoch, last - 1)
    assert row.div == div_of("640181")


def test_told_to_stop_it_leaves_a_snapshot_and_goes_on_from_it(engine: EngineHouse) -> None:
    engine.start()
    last = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(last), "the reading is judged")
    assert engine.end(signal.SIGTERM) == 0
    [snapshot] = (engine.house.folder / "snapshots").glob("main-*.judge")
    judged = EngineProgress.objects.get().seq
    assert snapshot.name == f"main-{engine.epoch}-{judged:020d}.judge"
    last = engine.publish(engine.beyond(50.0))
    engine.start()
    assert f"from message {judged + 1}" in engine.said()
    engine.until(engine.has_judged(last), "the second reading is judged")
    with unit_of_work(machine("test")):
        assert Alarm.objects.get().instrument_state == "returned"


def test_killed_again_and_again_it_says_everything_once(engine: EngineHouse) -> None:
    chance = chance_of(7)
    for _ in range(4):
        engine.start()
        last = engine.publish(*some_readings(engine, chance))
        if chance.random() < 0.5:
            engine.until(engine.has_judged(last), "part of it is judged")
        time.sleep(chance.random() * 0.1)
        engine.end(signal.SIGKILL)
    last = engine.publish(*some_readings(engine, chance))
    engine.start()
    engine.until(engine.has_judged(last), "all is judged")
    judging = Judging(engine.epoch, Judge(Kernel()), 0)
    truth = [one for message in engine.stored() for one in judging.take(message)]
    assert len(truth) > 50
    assert journal() == Counter((one.kind, one.number, one.condition, one.at_ms) for one in truth)


def some_readings(engine: EngineHouse, chance: random.Random) -> list[LogMessage]:
    """Say a hundred values around the limit, with repeats and a change of limits."""
    said: list[LogMessage] = []
    for _ in range(100):
        at_ms = now_ms() + len(said)
        number = chance.choice(engine.numbers)
        said.append(readings(0, (number, at_ms, chance.choice([50.0, 95.0])), at_ms=at_ms))
        if chance.random() < 0.1:
            said.append(said[-1])
        if chance.random() < 0.05:
            version = at_ms % 1_000_000_000
            said.append(control(0, limit(number, version, "HH", on_delay_ms=chance.choice([0, 5]))))
    return said


def test_with_postgresql_away_it_waits_and_loses_nothing(
    engine: EngineHouse, databases: Databases
) -> None:
    engine.start()
    first = engine.publish(tick(0, now_ms()))
    engine.until(engine.has_judged(first), "the engine works")
    connections.close_all()
    with psycopg.connect(databases.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS false')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [DATABASE]
        )
        last = engine.publish(engine.beyond(95.0))
        engine.until(lambda: "waiting for PostgreSQL" in engine.said(), "the engine waits")
        admin.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS true')
    engine.until(engine.has_judged(last), "the reading is judged after all")
    assert sum(journal().values()) == 1


def test_a_restarted_nats_is_read_on_from_where_it_was(engine: EngineHouse) -> None:
    engine.start()
    first = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(first), "the reading is judged")
    server = engine.house.server
    server.kill()
    engine.house.care.group(server.start(engine.house.folder / "nats.log"))
    last = engine.publish(engine.beyond(50.0))
    engine.until(engine.has_judged(last), "the reading after it is judged")
    assert [kind for kind, *_ in journal().elements()] == ["raised", "returned"]


def test_a_drill_is_judged_apart_and_every_real_row_stays_as_it_was(engine: EngineHouse) -> None:
    engine.start()
    first = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(first), "the real reading is judged")
    before = real_rows()
    at_ms = now_ms()
    rows = [(engine.numbers[0], at_ms, 95.0), (engine.numbers[1], at_ms, 96.0)]
    quiet = (engine.numbers[0], at_ms + 1, 50.0)
    drill = partial(readings, 0, at_ms=at_ms, exercise_id=DRILL, shard=bus.EXERCISE_SHARD)
    last = engine.publish(drill(*rows), drill(quiet), tick(0, at_ms, bus.EXERCISE_SHARD))
    engine.until(drill_is_judged(last), "the drill is judged")
    engine.until(engine.has_judged(last), "real life has passed it by")
    assert real_rows() == before
    with unit_of_work(replace(machine("test"), exercise_id=DRILL)):
        found = list(Alarm.objects.order_by("datastream__number"))
    assert [(one.instrument_state, one.exercise_id) for one in found] == [
        ("returned", DRILL),
        ("active", DRILL),
    ]
    engine.end(signal.SIGKILL)
    engine.start()
    last = engine.publish(drill((engine.numbers[1], at_ms + 2, 50.0)), tick(0, now_ms()))
    engine.until(drill_is_judged(last), "the next life goes on with the drill")
    with unit_of_work(replace(machine("test"), exercise_id=DRILL)):
        assert set(Alarm.objects.values_list("instrument_state", flat=True)) == {"returned"}
    assert real_rows() == before


def drill_is_judged(seq: int) -> Callable[[], bool]:
    return lambda: ExerciseProgress.objects.filter(seq__gte=seq).exists()


def real_rows() -> list[tuple[str]]:
    """Return every real row that an engine or a person writes of alarms, as text."""
    from django.db import connection

    with unit_of_work(machine("test"), read_only=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a::text FROM alerts_alarm a WHERE exercise_id IS NULL UNION ALL "
            "SELECT j::text FROM base_journal j WHERE exercise_id IS NULL ORDER BY 1"
        )
        found: list[tuple[str]] = cursor.fetchall()
    return found


def test_a_lost_gateway_is_one_group_and_every_member_gets_its_row(engine: EngineHouse) -> None:
    engine.start()
    for number in engine.numbers:
        quiet = limit(number, 51, "silent", silence_ms=20_000)
        engine.publish(control(0, msgspec.structs.replace(quiet, gateway=engine.gateway)))
    began_ms = now_ms()
    rows = [(number, began_ms, 50.0) for number in engine.numbers]
    engine.publish(readings(0, *rows, at_ms=began_ms, gateway=engine.gateway))
    last = engine.publish(*(tick(0, began_ms + at_ms) for at_ms in range(0, 25_000, 5000)))
    engine.until(engine.has_judged(last), "the silence is judged")
    engine.until(all_have_rows, "the members have their rows")
    with unit_of_work(machine("test")):
        group = Alarm.objects.get(datastream=None)
        members = list(Alarm.objects.exclude(datastream=None))
    assert (group.condition, group.value, group.instrument_state) == ("gateway", 2.0, "active")
    assert {one.parent_id for one in members} == {group.id}
    engine.end(signal.SIGKILL)
    new = [(number, began_ms + 30_000, 50.0) for number in engine.numbers]
    back = readings(0, *new, at_ms=began_ms + 30_000, gateway=engine.gateway)
    last = engine.publish(back)
    engine.start()
    engine.until(engine.has_judged(last), "the gateway is heard again by the next life")
    with unit_of_work(machine("test")):
        states = Alarm.objects.values_list("instrument_state", flat=True)
        assert list(states) == ["returned"] * 3


def all_have_rows() -> bool:
    with unit_of_work(machine("test")):
        return Alarm.objects.exists() and not WaitingMembers.objects.exists()


def test_told_to_stop_in_the_middle_of_a_flood_it_goes_each_time(engine: EngineHouse) -> None:
    flood = [engine.beyond(95.0 if at % 2 else 50.0, START_MS + at) for at in range(1000)]
    last = engine.publish_quickly(flood)
    for _ in range(3):
        engine.start()
        assert engine.end(signal.SIGTERM) == 0
    engine.start()
    engine.until(engine.has_judged(last), "all is judged")
    assert journal().total() == len(flood) - 1


def test_told_to_stop_it_goes_although_postgresql_never_answers(
    engine: EngineHouse, databases: Databases
) -> None:
    engine.start()
    first = engine.publish(tick(0, now_ms()))
    engine.until(engine.has_judged(first), "the engine works")
    with psycopg.connect(databases.dsn("anlan_admin", DATABASE)) as admin:
        admin.execute("LOCK TABLE alerts_engineprogress IN ACCESS EXCLUSIVE MODE")
        last = engine.publish(engine.beyond(95.0))
        engine.until(lambda: is_somebody_waiting(admin), "the engine waits for PostgreSQL")
        assert engine.end(signal.SIGTERM) == ENDED_HARD
    engine.start()
    engine.until(engine.has_judged(last), "the reading is judged by the next")
    assert journal().total() == 1


def is_somebody_waiting(admin: psycopg.Connection[Any]) -> bool:
    """Tell whether a session waits for a lock in this database."""
    row = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
        [DATABASE],
    ).fetchone()
    return row is not None and row[0] > 0


def test_told_to_stop_it_goes_although_nats_never_answers(engine: EngineHouse) -> None:
    engine.start()
    server = int(engine.house.server.pid_file.read_text())
    os.kill(server, signal.SIGSTOP)
    try:
        assert engine.end(signal.SIGTERM) in {0, ENDED_HARD}
    finally:
        os.kill(server, signal.SIGCONT)


def test_a_log_made_anew_ends_the_process_and_the_next_remembers(engine: EngineHouse) -> None:
    process = engine.start()
    first = engine.publish(engine.beyond(95.0))
    engine.until(engine.has_judged(first), "the reading is judged")

    async def lose(client: Client) -> None:
        await client.jetstream().delete_stream(bus.READINGS)

    engine.house.ask(lose)
    engine.open_log()
    assert process.wait(timeout=PATIENCE_S) == 3
    assert "READINGS was" in engine.said()
    began_ms = now_ms()
    ticks = [tick(0, began_ms + at_ms) for at_ms in range(0, 610_000, 10_000)]
    last = engine.publish(*ticks)
    engine.start()
    engine.until(engine.has_judged(last), "ten minutes of the new life are judged")
    with unit_of_work(machine("test")):
        assert Alarm.objects.get().unconfirmed_at == from_ms(began_ms + 600_000)
    last = engine.publish(engine.beyond(50.0))
    engine.until(engine.has_judged(last), "a reading of the new life is judged")
    with unit_of_work(machine("test")):
        alarm = Alarm.objects.get()
    # the limit stood in the lost life, and is known
    assert (alarm.instrument_state, alarm.unconfirmed_at) == ("returned", None)
