"""The one writer of READINGS: in order, once each, through crashes; it stops beside another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from anlan.app import log_writer
from anlan.app.log_writer import AnotherWriterError, LogLostError, LogWriter
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.kernel.base.bus import READINGS, ensure_streams
from anlan.kernel.base.config import Config
from anlan.kernel.base.hearing import Heard, HearingClient

EXPECTED = "Nats-Expected-Last-Subject-Sequence"
CONFIG = Config(node="n1", readings_max_bytes=1024 * 1024, events_max_bytes=1024 * 1024)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    made = nats_in(tmp_path / "nats", throw_away=True)
    made.start(tmp_path / "nats.log")
    yield made
    made.stop()


@asynccontextmanager
async def writing(server: NatsServer) -> AsyncIterator[tuple[LogWriter, asyncio.Task[None]]]:
    """Connect as a gateway of its own and run its writer."""
    bus = HearingClient()
    await bus.connect(
        server.url,
        user=server.user,
        password=server.password,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
    )
    js = bus.jetstream(timeout=10)
    streams = await ensure_streams(js, CONFIG)
    writer = LogWriter(bus, js, streams.readings_epoch)
    await writer.open()
    task = asyncio.ensure_future(writer.run())
    try:
        yield writer, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, AnotherWriterError, LogLostError):
            await task
        await bus.close()


async def stored(writer: LogWriter, subject: str) -> list[str]:
    found = []
    state = (await writer.js.stream_info(READINGS)).state
    for sequence in range(max(1, state.first_seq), state.last_seq + 1):
        message = await writer.js.get_msg(READINGS, sequence)
        if message.subject == subject:
            found.append((message.data or b"").decode())
    return found


def put(writer: LogWriter, subject: str, numbers: range) -> list["asyncio.Future[int]"]:
    return [
        writer.publish(subject, str(number).encode(), f"{subject}:{number}") for number in numbers
    ]


async def test_many_in_flight_stand_in_their_order(server: NatsServer) -> None:
    async with writing(server) as (writer, _task):
        readings = put(writer, "n1.rd.0.m", range(200))
        ticks = put(writer, "n1.rd.0.t", range(5))
        sequences = await asyncio.gather(*readings, *ticks)
        assert sequences == sorted(sequences)
        assert await stored(writer, "n1.rd.0.m") == [str(number) for number in range(200)]
        assert writer.troubles == 0


async def test_a_writer_goes_on_behind_what_the_one_before_it_left(server: NatsServer) -> None:
    async with writing(server) as (first, _task):
        await asyncio.gather(*put(first, "n1.rd.0.m", range(3)))
    async with writing(server) as (second, _task):
        await asyncio.gather(*put(second, "n1.rd.0.m", range(3, 6)))
        assert second.troubles == 0
        assert await stored(second, "n1.rd.0.m") == ["0", "1", "2", "3", "4", "5"]


async def test_what_was_in_flight_at_a_kill_is_sent_again_once_and_in_order(
    server: NatsServer, tmp_path: Path
) -> None:
    async with writing(server) as (writer, _task):
        futures: list[asyncio.Future[int]] = []
        for round_ in range(3):
            futures += put(writer, "n1.rd.0.m", range(round_ * 150, (round_ + 1) * 150))
            futures += put(writer, "n1.rd.0.h", range(round_ * 150, (round_ + 1) * 150))
            await asyncio.sleep(0.02)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start, tmp_path / "nats.log")
        await asyncio.gather(*futures)
        wanted = [str(number) for number in range(450)]
        assert await stored(writer, "n1.rd.0.m") == wanted
        assert await stored(writer, "n1.rd.0.h") == wanted


async def test_what_the_log_has_already_is_not_written_again(server: NatsServer) -> None:
    async with writing(server) as (first, _task):
        before = await asyncio.gather(*put(first, "n1.rd.0.m", range(3)))
    async with writing(server) as (second, _task):
        again = await asyncio.gather(*put(second, "n1.rd.0.m", range(5)))
        assert again[:3] == before
        assert await stored(second, "n1.rd.0.m") == ["0", "1", "2", "3", "4"]


async def test_what_gathers_is_kept_in_batches_that_name_each_subject_once(
    server: NatsServer,
) -> None:
    async with writing(server) as (writer, _task):
        await asyncio.gather(
            *put(writer, "n1.rd.0.m", range(60)), *put(writer, "n1.rd.0.h", range(60))
        )
        found = [await writer.js.get_msg(READINGS, sequence) for sequence in range(1, 121)]
        names = {(one.headers or {})["Nats-Batch-Id"] for one in found}
        assert len(names) == 1
        expected = [one.headers for one in found if EXPECTED in (one.headers or {})]
        assert len(expected) == 2
        assert writer.troubles == 0


async def test_a_crowd_with_some_that_were_kept_before_is_kept_without_them(
    server: NatsServer,
) -> None:
    async with writing(server) as (first, _task):
        before = await asyncio.gather(*put(first, "n1.rd.0.m", range(3)))
    async with writing(server) as (second, _task):
        again = await asyncio.gather(*put(second, "n1.rd.0.m", range(50)))
        assert again[:3] == before
        assert again == list(range(1, 51))
        assert await stored(second, "n1.rd.0.m") == [str(number) for number in range(50)]
        later = await asyncio.gather(*put(second, "n1.rd.0.m", range(50, 80)))
        last = await second.js.get_msg(READINGS, later[-1])
        assert "Nats-Batch-Id" in (last.headers or {})  # the stumble is over


async def test_an_answer_that_is_lost_holds_nothing_up_though_something_comes_all_the_time(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks come every second for ever: the wait for an answer must not begin anew with each."""
    monkeypatch.setattr(log_writer, "ANSWER_S", 0.5)
    answered = LogWriter._answered
    lost: list[Heard] = []

    def deaf_at_first(self: LogWriter, message: Heard) -> None:
        if not lost:
            lost.append(message)
            return
        answered(self, message)

    monkeypatch.setattr(LogWriter, "_answered", deaf_at_first)
    async with writing(server) as (writer, _task), asyncio.timeout(20):
        readings = put(writer, "n1.rd.0.m", range(20))
        number = 0
        while not all(one.done() for one in readings):
            [tick] = put(writer, "n1.rd.0.t", range(number, number + 1))
            number += 1
            await asyncio.sleep(0.1)
        await tick
        assert len(lost) == 1
        assert await stored(writer, "n1.rd.0.m") == [str(one) for one in range(20)]
        assert await stored(writer, "n1.rd.0.t") == [str(one) for one in range(number)]


async def test_of_two_writers_the_one_that_finds_the_other_stops(server: NatsServer) -> None:
    async with writing(server) as (first, task), writing(server) as (second, _other):
        await asyncio.gather(*put(first, "n1.rd.0.m", range(2)))
        await asyncio.gather(*put(second, "n1.rd.0.h", range(2)))
        [late] = put(second, "n1.rd.0.m", range(7, 8))
        with pytest.raises(AnotherWriterError, match="Only one gateway"):
            await late
        with pytest.raises(AnotherWriterError):
            await put(second, "n1.rd.0.h", range(8, 9))[0]
        await asyncio.gather(*put(first, "n1.rd.0.m", range(2, 4)))
        assert not task.done()
        assert await stored(first, "n1.rd.0.m") == ["0", "1", "2", "3"]


async def test_a_full_log_holds_messages_back_and_loses_none(server: NatsServer) -> None:
    async with writing(server) as (writer, _task):
        large = b"x" * 100_000
        futures = [writer.publish("n1.rd.0.m", large, f"m:{number}") for number in range(20)]
        waiting = futures
        async with asyncio.timeout(30):
            # the batch is refused whole; then one by one go in until the log is full
            while not (writer.is_in_trouble and len(waiting) < 20):
                await asyncio.wait(futures, timeout=0.05)
                waiting = [future for future in futures if not future.done()]
        assert waiting
        await writer.js.purge_stream(READINGS)
        await asyncio.wait_for(asyncio.gather(*waiting), timeout=30)


async def test_a_log_made_anew_is_not_written_by_the_old_writer(server: NatsServer) -> None:
    async with writing(server) as (writer, task):
        await asyncio.gather(*put(writer, "n1.rd.0.m", range(2)))
        await writer.js.delete_stream(READINGS)
        await ensure_streams(writer.js, CONFIG)
        with pytest.raises(LogLostError, match="new life"):
            await put(writer, "n1.rd.0.m", range(2, 3))[0]
        with pytest.raises(LogLostError):
            await task


async def test_there_is_room_again_when_messages_are_confirmed(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "IN_FLIGHT_MAX", 4)
    async with writing(server) as (writer, _task):
        futures = put(writer, "n1.rd.0.m", range(4))
        room = asyncio.ensure_future(writer.has_room())
        await asyncio.sleep(0)
        assert not room.done()
        assert await room > 0
        await asyncio.gather(*futures)
        assert await writer.has_room() == 4
