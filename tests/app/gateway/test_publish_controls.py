"""Changes of limits reach the log, also when it cannot be asked for a while."""

import asyncio
from typing import Any, cast

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import StreamConfig, StreamInfo, StreamState
from nats.js.errors import ServiceUnavailableError

from anlan.app import control
from anlan.app.control import ControlPublisher
from anlan.app.database_thread import DatabaseThread
from anlan.app.log_writer import LogWriter
from anlan.app.waiting import end_all
from anlan.kernel.sensing.control import Retirement
from anlan.kernel.sensing.services import control as services
from anlan.kernel.sensing.services import set_back
from anlan.kernel.sensing.services.control import Change

RETIRED = Change(shard=7, control=Retirement(number=5, version=2), row_id="row", row_version=2)


class FakeDatabase:
    """One datastream was retired; nothing else waits, and nothing at all when it has its place."""

    waits = True

    async def read(self, function: object, *_args: Any) -> object:
        if function is set_back.placed_upto:
            return 0
        return [RETIRED] if self.waits and function is services.unpublished_retirements else []

    async def write(self, function: object, *_args: Any, **_words: Any) -> list[Change]:
        self.waits = self.waits and function is not services.place_in_log
        return []


class ReloadingLog:
    """READINGS, whose server is not there for the first request."""

    def __init__(self) -> None:
        self.asked = 0

    async def stream_info(self, _name: str) -> StreamInfo:
        self.asked += 1
        if self.asked == 1:
            raise ServiceUnavailableError
        state = StreamState(messages=0, bytes=0, first_seq=1, last_seq=0, consumer_count=0)
        return StreamInfo(config=StreamConfig(), state=state)


class FakeWriter:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.heard = asyncio.Event()

    def publish(self, subject: str, _payload: bytes, _message_id: str) -> "asyncio.Future[int]":
        self.said.append(subject)
        self.heard.set()
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        kept.set_result(len(self.said))
        return kept


class FakeNats:
    async def subscribe(self, *_args: Any, **_words: Any) -> None:
        """Nobody wakes us: the publisher looks by itself."""


async def test_a_log_that_cannot_be_asked_does_not_end_the_gateway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control, "LOOK_S", 0.01)
    log, writer = ReloadingLog(), FakeWriter()
    publisher = ControlPublisher(
        "n1",
        "epoch",
        cast("Client", FakeNats()),
        cast("JetStreamContext", log),
        cast("LogWriter", writer),
        cast("DatabaseThread", FakeDatabase()),
    )
    running = asyncio.create_task(publisher.run())
    try:
        async with asyncio.timeout(10):
            await writer.heard.wait()
    finally:
        await end_all([running])
    assert (writer.said, log.asked) == (["n1.rd.7.c"], 2)
