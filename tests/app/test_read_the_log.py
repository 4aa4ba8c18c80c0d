"""READINGS is read by sequence: whole, on and on, and anew behind the last after a break."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from anlan.app import stream_reader
from anlan.app.log_reader import LogReader
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.kernel.base.bus import ensure_streams
from anlan.kernel.base.config import Config
from anlan.kernel.base.hearing import HearingClient

CONFIG = Config(node="n1", readings_max_bytes=1024 * 1024, events_max_bytes=1024 * 1024)
PATIENCE_S = 30.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    made = nats_in(tmp_path / "nats", throw_away=True)
    made.start(tmp_path / "nats.log")
    yield made
    made.stop()


@asynccontextmanager
async def reading(server: NatsServer, apart_s: float) -> AsyncIterator[LogReader]:
    bus = HearingClient()
    await bus.connect(
        server.url,
        user=server.user,
        password=server.password,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
    )
    js = bus.jetstream(timeout=2)
    streams = await ensure_streams(js, CONFIG)
    reader = LogReader(bus, js, streams.readings_epoch, ["n1.rd.>"], apart_s=apart_s)
    try:
        yield reader
    finally:
        await reader.close()
        await bus.close()


async def put(reader: LogReader, numbers: range) -> None:
    for number in numbers:
        await reader.js.publish("n1.rd.0.m", str(number).encode())


async def read(reader: LogReader, count: int) -> list[int]:
    """Read so many messages; a reader that wants to be opened anew breaks the test."""
    found: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            messages = await reader.fetch()
            assert messages is not None
            found += (int(message.payload) for message in messages)
    return found


@pytest.mark.parametrize("apart_s", [0.0, 0.02])
async def test_more_than_one_answer_holds_is_read_on_by_the_same_consumer(
    server: NatsServer, apart_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_reader, "FETCH", 10)
    async with reading(server, apart_s) as reader:
        await put(reader, range(35))
        await reader.open(0)
        assert await read(reader, 35) == list(range(35))
        assert await reader.fetch() == []
        await put(reader, range(35, 60))
        assert await read(reader, 25) == list(range(35, 60))


async def test_after_a_restart_of_the_server_it_is_opened_behind_the_last(
    server: NatsServer, tmp_path: Path
) -> None:
    async with reading(server, 0.0) as reader:
        await put(reader, range(5))
        await reader.open(2)
        assert await read(reader, 3) == [2, 3, 4]
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start, tmp_path / "nats.log")
        async with asyncio.timeout(PATIENCE_S):
            while await reader.fetch() is not None:
                pass
            await put(reader, range(5, 8))
            await reader.open(5)
        assert await read(reader, 3) == [5, 6, 7]
