"""The real HTTP door on a port of its own, over a log that keeps at once; it may be away for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import httpx

from anlan.adapters.mqtt.raw_log import RawLog
from anlan.app.doorkeeper import Doorkeeper
from anlan.app.doors import Doors
from anlan.app.evidence import Aside, Evidence
from anlan.app.gateway_health import Health
from anlan.app.gateway_http import PATH, serve
from anlan.app.log_writer import LogWriter
from anlan.app.mqtt_door import MqttDoor
from anlan.app.stack.ports import free_port
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.sensing.batch import Batch, decode
from anlan.kernel.sensing.directory import Directory, GatewayEntry
from anlan.kernel.sensing.intake import Point, TagTable
from tests.app.collecting.waiting import PATIENCE_S, until

KEY = bytes(range(32))
ID = "01K3Z00000000000000000000G"


class Read(NamedTuple):
    """One reading in the log."""

    tag: str
    at_ms: int
    value: float
    quality: int


@dataclass
class Log:
    """A log, a bus, evidence and a doorkeeper that agree to everything; `holds`: nothing is kept now."""

    batches: list[Batch] = field(default_factory=list)
    is_refusing: bool = False
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def database(self) -> "Log":
        return self

    def publish(self, _subject: str, payload: bytes, *_more: object) -> "asyncio.Future[int]":
        self.batches.append(decode(payload))
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        kept.set_result(len(self.batches))
        return kept

    async def has_room(self) -> None:
        """There is."""

    async def read(self, *_question: object) -> set[str]:
        return set()

    def receipt(self, _receipt: object) -> None:
        """Forget it."""

    def unread(self, *_message: object) -> Aside:
        return Aside.ENOUGH


class Bus:
    """An answer to a device goes nowhere."""

    async def publish(self, *_message: object) -> None:
        """Forget it."""


@dataclass
class Platform:
    """What stands behind the door, and the door itself."""

    tags: list[str]
    log: Log
    doors: Doors
    door: MqttDoor
    port: int = field(default_factory=free_port)
    _served: "asyncio.Task[None] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def health(self) -> Health:
        return self.doors.health[ID]

    async def open(self) -> None:
        """Open the door; it answers when this returns."""
        self._served = asyncio.create_task(serve(self.door, self.port, b""))
        async with httpx.AsyncClient(trust_env=False) as client:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    with suppress(httpx.TransportError):
                        await client.get(self.url + "/health")
                        return
                    await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Be away."""
        if self._served is not None:
            self._served.cancel()
            await asyncio.gather(self._served, return_exceptions=True)
            self._served = None

    def read(self) -> list[Read]:
        """Return all readings in the log, in its order."""
        return [
            Read(self.tags[number], int(at), float(value), int(quality))
            for batch in self.log.batches
            for number, at, value, quality in zip(
                batch.numbers, batch.times_ms, batch.values, batch.quality, strict=True
            )
        ]

    async def has(self, count: int) -> list[Read]:
        """Wait until so many readings are there; return them."""
        await until(lambda: len(self.read()) >= count)
        return self.read()


def platform_of(tags: list[str]) -> Platform:
    """Return a platform that knows these tags of gateway F1.G1; its door is closed."""
    log = Log()
    points = tuple(Point(number=at, tag=tag, unit="") for at, tag in enumerate(tags))
    entry = GatewayEntry(
        id=ID, firm="F1", code="G1", shard=0, token="", keys=(KEY,), table=TagTable(points)
    )
    doors = Doors(
        "n1", "01K3Z00000000000000000000E", cast("LogWriter", log), cast("Evidence", log),
        Directory({("F1", "G1"): entry}),
    )  # fmt: skip
    door = MqttDoor(
        cast("HearingClient", Bus()), doors, cast("Evidence", log), cast("Doorkeeper", log),
        cast("RawLog", log),
    )  # fmt: skip
    return Platform(tags, log, doors, door)


@asynccontextmanager
async def open_platform(tags: list[str]) -> AsyncIterator[Platform]:
    """Give a platform whose door is open."""
    made = platform_of(tags)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
