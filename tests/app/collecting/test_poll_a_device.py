"""A Modbus device to the outbox: its values, and what is said when they stay away."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymodbus.constants import ExcCodes

from anlan.adapters.modbus.poller import Device
from anlan.adapters.modbus.registers import Register
from anlan.adapters.modbus.settings import Polled
from anlan.adapters.mqtt.decode import to_batch
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.last_known import LastKnown
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.polling import Polling
from anlan.app.collecting.state import Told
from anlan.kernel.sensing.sample import Sample
from tests.adapters.modbus.device import device, unit, words
from tests.app.collecting.waiting import ended, until


@pytest.fixture
def thread(tmp_path: Path) -> Iterator[OutboxThread]:
    made = OutboxThread(
        Outbox(
            tmp_path / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
        )
    )
    yield made
    made.close()


def polling(port: int, thread: OutboxThread, *registers: Register) -> Polling:
    settings = Polled(
        name="d",
        host="127.0.0.1",
        port=port,
        register=list(registers),
        period_s=0.05,
        timeout_s=0.5,
    )
    return Polling(
        Device(settings), thread, Told("d", "modbus"), Backoff(first_s=0.02, most_s=0.05)
    )


def kept(thread: OutboxThread) -> list[tuple[str, float, int]]:
    found, done = [], None
    while (one := thread.outbox.following(done)) is not None:
        done, batch = one.seq, to_batch(one.body)
        columns = zip(batch.tag_at, batch.values, batch.quality, strict=True)
        found += [(batch.tags[at], float(value), int(quality)) for at, value, quality in columns]
    return found


async def test_a_device_is_asked_at_its_period(thread: OutboxThread) -> None:
    async with device(unit(1, holding=[words(0, 5)])) as (port, _):
        work = polling(port, thread, Register(tag="A", address=0))
        task = asyncio.create_task(work.run())
        await until(lambda: work.state.counts["rounds"] >= 3)
        assert work.state.is_connected
        await ended(task)
    assert kept(thread)[:3] == [("A", 5.0, 192)] * 3


async def test_what_stays_away_is_said_once_as_bad_with_its_last_value(
    thread: OutboxThread,
) -> None:
    broken = False

    async def perhaps(*_question: object) -> ExcCodes | None:
        return ExcCodes.DEVICE_FAILURE if broken else None

    async with device(unit(1, holding=[words(0, 5)], action=perhaps)) as (port, _):
        work = polling(port, thread, Register(tag="A", address=0))
        task = asyncio.create_task(work.run())
        await until(lambda: work.state.readings)
        broken = True
        await until(lambda: work.state.counts["missing"] >= 3)
        assert "exception 4" in work.state.last_error
        assert not work.state.is_connected
        broken = False
        before = work.state.counts["rounds"]
        await until(lambda: work.state.counts["rounds"] > before + 1)
        await ended(task)
    found = kept(thread)
    assert found.count(("A", 5.0, 0)) == 1
    assert found[-1] == ("A", 5.0, 192)


async def test_a_device_that_goes_and_comes_back_is_found_again(thread: OutboxThread) -> None:
    async with device(unit(1, holding=[words(0, 5)])) as (port, _):
        work = polling(port, thread, Register(tag="A", address=0))
        task = asyncio.create_task(work.run())
        await until(lambda: work.state.readings)
    await until(lambda: not work.state.is_connected and work.state.counts["errors"] > 1)
    async with device(unit(1, holding=[words(0, 6)]), port=port):
        await until(lambda: work.state.is_connected)
        await ended(task)
    values = kept(thread)
    assert values[0] == ("A", 5.0, 192)
    assert values[-1] == ("A", 6.0, 192)
    assert values.count(("A", 5.0, 0)) == 1


async def test_without_room_a_reading_is_refused_and_counted(thread: OutboxThread) -> None:
    thread.outbox.limit_bytes = 0
    async with device(unit(1, holding=[words(0, 5)])) as (port, _):
        work = polling(port, thread, Register(tag="A", address=0))
        task = asyncio.create_task(work.run())
        await until(lambda: work.state.counts["readings_refused"] >= 2)
        await ended(task)
    assert kept(thread) == []


def test_a_value_that_was_never_read_is_not_made_up() -> None:
    last = LastKnown()
    assert last.missing(["A"], 1_000) == []
    last.note(Sample("A", 1_000, 5.0))
    assert last.missing(["A"], 2_000) == [Sample("A", 2_000, 5.0, 0)]
    assert last.missing(["A"], 3_000) == []
    last.note(Sample("A", 90_000, 6.0))
    assert last.missing(["A"], 91_000) == [Sample("A", 91_000, 6.0, 0)]


def test_a_dead_device_says_nothing_more_so_that_its_silence_is_seen() -> None:
    last = LastKnown()
    last.note(Sample("A", 0, 5.0))
    day = range(60_000, 86_400_000, 60_000)
    assert [one for at in day for one in last.missing(["A"], at)] == [Sample("A", 60_000, 5.0, 0)]
    assert last.judged(Sample("A", 90_000_000, 5.0, 0)) == []
    last.judged(Sample("A", 91_000_000, 6.0, 64))
    assert len(last.missing(["A"], 92_000_000)) == 1, "a spell of its own"


def test_what_found_no_room_is_said_when_there_is_some() -> None:
    last = LastKnown()
    for _ in range(2):
        [said] = last.judged(Sample("A", 1_000, 5.0, 0))
        last.not_kept([said])
    assert last.judged(said) == [said]
    assert last.judged(said) == []
