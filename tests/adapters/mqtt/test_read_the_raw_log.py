"""The broker's log is read in its order, also when the line to it breaks with messages under way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from anlan.adapters.mqtt import listener, raw_log
from anlan.adapters.mqtt.raw_log import RawLog
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.kernel.base.bus import MQTT_LOG
from anlan.kernel.base.hearing import Heard, HearingClient

pytestmark = pytest.mark.slow
LOG = "$MQTT.msgs.a1.F1.G1.obs"
PATIENCE_S = 20.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    made = nats_in(tmp_path / "nats", throw_away=True)
    made.start(tmp_path / "nats.log")
    yield made
    made.stop()


class Wire:
    """A line to the server that a test can hold back and cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._lines: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self.lets_through = asyncio.Event()
        self.lets_through.set()
        self.lets_in = asyncio.Event()
        self.lets_in.set()
        self.held = 0

    async def open(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await self.lets_in.wait()
        theirs, to = await asyncio.open_connection("127.0.0.1", self._to)
        self._lines.append((back, to))
        await asyncio.gather(self._pass(ours, to, down=False), self._pass(theirs, back, down=True))

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, down: bool
    ) -> None:
        while some := await source.read(65536):
            if down and not self.lets_through.is_set():
                self.held += len(some)  # sent by the server, and never heard by anybody
                continue
            target.write(some)
        target.close()

    def cut(self) -> None:
        for back, to in self._lines:
            back.transport.abort()
            to.transport.abort()
        self._lines.clear()

    async def close(self) -> None:
        self.cut()
        self._server.close()


@asynccontextmanager
async def connected(server: NatsServer, port: int) -> AsyncIterator[HearingClient]:
    bus = HearingClient()
    await bus.connect(
        f"nats://127.0.0.1:{port}",
        user=server.user,
        password=server.password,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.05,
        allow_reconnect=True,
    )
    try:
        yield bus
    finally:
        await bus.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - nobody tells the test
            await asyncio.sleep(0.02)


async def test_what_was_lost_on_the_way_comes_before_what_came_later(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given out and never heard, the line cut, a question asked into the dead line meanwhile."""
    monkeypatch.setattr(raw_log, "LOST_AFTER_S", 0.3)
    door = listener.Door(
        host="127.0.0.1", port=server.mqtt_port, user=server.user, password=server.password
    )
    await asyncio.to_thread(listener.come_in, door)
    wire = Wire(server.client_port)
    async with (
        connected(server, server.client_port) as devices,
        connected(server, await wire.open()) as bus,
    ):
        js = devices.jetstream()
        await raw_log.make_consumer(js)
        read: list[str] = []

        async def room() -> int:
            return 100

        async def reading() -> None:
            raw = RawLog(bus, bus.jetstream())
            async for message in raw.messages(room):  # as they come, for the test to look at
                read.append(message.payload.decode())  # noqa: PERF401

        async def send(numbers: range) -> None:
            for number in numbers:
                await js.publish(LOG, str(number).encode())

        task = asyncio.ensure_future(reading())
        await send(range(1, 4))
        await until(lambda: len(read) == 3)
        wire.lets_through.clear()
        await send(range(4, 7))
        await until(lambda: wire.held > 0)
        wire.lets_in.clear()
        wire.cut()
        await until(lambda: bus.is_reconnecting and bus.pending_data_size > 0)
        await send(range(7, 10))
        wire.lets_through.set()
        wire.lets_in.set()
        await until(lambda: len(read) == 9)
        assert read == [str(number) for number in range(1, 10)]
        task.cancel()
    await wire.close()


async def test_what_is_not_finished_stays_and_everything_else_goes(server: NatsServer) -> None:
    door = listener.Door(
        host="127.0.0.1", port=server.mqtt_port, user=server.user, password=server.password
    )
    await asyncio.to_thread(listener.come_in, door)
    async with connected(server, server.client_port) as bus:
        js = bus.jetstream()
        await raw_log.make_consumer(js)
        raw = RawLog(bus, js)
        for number in range(1, 41):
            await js.publish(LOG, str(number).encode())

        async def room() -> int:
            return 100

        messages = raw.messages(room)
        given = [await anext(messages) for _ in range(40)]

        async def left() -> list[int]:
            await bus.flush()
            state = (await js.stream_info(MQTT_LOG)).state
            kept = range(int(state.first_seq), int(state.last_seq) + 1)
            return [number for number in kept if await is_there(js, number)]

        await raw.done(given[:20])
        assert await left() == [message.sequence for message in given[20:]]
        await raw.done([*given[20:24], *given[25:39]])  # one of them waits for somebody
        assert await left() == [given[24].sequence, given[39].sequence]
        await raw.later(given[24], 0.2)
        await raw.done([given[39]])
        assert await left() == [given[24].sequence]
        again = await anext(messages)
        assert again.sequence == given[24].sequence
        await raw.done([again])
        assert await left() == []


class DeafAtFirst(RawLog):
    """Never hears the first message that it is given."""

    swallowed = 0

    def _heard(self, inbox: str, wire: Heard) -> None:
        if not DeafAtFirst.swallowed and wire.reply:
            DeafAtFirst.swallowed = 1
            return
        super()._heard(inbox, wire)


async def test_the_first_message_lost_on_the_way_is_not_forgotten_with_those_behind_it(
    server: NatsServer,
) -> None:
    door = listener.Door(
        host="127.0.0.1", port=server.mqtt_port, user=server.user, password=server.password
    )
    await asyncio.to_thread(listener.come_in, door)
    async with connected(server, server.client_port) as bus:
        js = bus.jetstream()
        await raw_log.make_consumer(js)
        for number in range(1, 21):
            await js.publish(LOG, str(number).encode())

        async def room() -> int:
            return 100

        raw = DeafAtFirst(bus, js)
        messages = raw.messages(room)
        async with asyncio.timeout(PATIENCE_S):
            given = [await anext(messages) for _ in range(20)]

        assert DeafAtFirst.swallowed == 1
        assert [int(one.payload) for one in given] == list(range(1, 21))
        await raw.done(given[1:])
        await bus.flush()
        assert await is_there(js, given[0].sequence)


async def test_an_answer_that_brought_all_is_followed_by_the_next_question(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says 409 also then; nobody may look whether the consumer is still there."""
    door = listener.Door(
        host="127.0.0.1", port=server.mqtt_port, user=server.user, password=server.password
    )
    await asyncio.to_thread(listener.come_in, door)
    looks: list[int] = []

    async def look(_js: JetStreamContext) -> bool:
        looks.append(1)
        return True

    monkeypatch.setattr(raw_log, "has_consumer", look)
    async with connected(server, server.client_port) as bus:
        js = bus.jetstream()
        await raw_log.make_consumer(js)
        for number in range(30):
            await js.publish(LOG, str(number).encode())

        async def room() -> int:
            return 10

        messages = RawLog(bus, js).messages(room)
        given = [int((await anext(messages)).payload) for _ in range(30)]
        await js.publish(LOG, b"30")
        assert [*given, int((await anext(messages)).payload)] == list(range(31))
        assert looks == []


async def is_there(js: JetStreamContext, sequence: int) -> bool:
    try:
        await js.get_msg(MQTT_LOG, sequence)
    except NotFoundError:
        return False
    return True
