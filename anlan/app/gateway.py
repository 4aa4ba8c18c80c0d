"""The gateway process: the doors of readings, and the only writer of READINGS (architecture 2a).

Order of a start: hold NATS' log by our consumer, read PostgreSQL, take receipts up where they
ended, prove the door by a message of our own, and only then let devices in.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js import JetStreamContext

from anlan.adapters.mqtt.raw_log import RawLog
from anlan.app.control import ControlPublisher
from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.doorkeeper import Doorkeeper
from anlan.app.doors import Doors
from anlan.app.evidence import Evidence
from anlan.app.gateway_http import serve
from anlan.app.health.rules import doors_refuse
from anlan.app.log_writer import AnotherWriterError, LogWriter
from anlan.app.mending import Mender
from anlan.app.mqtt_door import MqttDoor
from anlan.app.readiness import ready
from anlan.app.stopping import stop_when_told
from anlan.app.waiting import end_all, run_together
from anlan.kernel.base.bus import (
    EXERCISE_SHARD,
    TICK,
    connect,
    ensure_streams,
    readings_subject,
)
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config, ConfigurationError
from anlan.kernel.base.disks import disk_free
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.jetstream import jetstream
from anlan.kernel.base.permissions import machine
from anlan.kernel.sensing.control import encode_tick
from anlan.kernel.sensing.directory import directory_mark, load_directory, read_past

log = logging.getLogger(__name__)

TICK_S = 1.0
HEALTH_S = 5.0
SPACE_S = 2.0
DIRECTORY_S = 2.0
#: The look for changes may take this share of the time at most.
DIRECTORY_SHARE = 1 / 40
RETRY_S = 1.0
EXERCISE_TICKS_MS = 3_600_000
DRAIN_S = 3.0
ALIVE_S = 2.0
_DOORS = {True: "refuse", False: "take again"}


@dataclass(slots=True)
class Gateway:
    """The parts of one running gateway."""

    config: Config
    nats: HearingClient
    js: JetStreamContext
    database: DatabaseThread
    writer: LogWriter
    evidence: Evidence
    doors: Doors
    keeper: Doorkeeper
    mqtt: MqttDoor
    control: ControlPublisher
    mender: Mender
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)
    mark: tuple[int, ...] = ()
    told_troubles: tuple[str, ...] = ()
    _last_tick: int = 0

    @classmethod
    async def build(cls, config: Config) -> "Gateway":
        """Connect, and be the only one. Raises AnotherWriterError."""
        nats = await connect(config, "gateway")
        await _be_alone(nats, config.node)
        js = jetstream(nats)
        epoch = (await ensure_streams(js, config)).readings_epoch
        database = DatabaseThread(machine("gateway"))
        writer = LogWriter(nats, js, epoch)
        await writer.open()
        evidence = Evidence(database, js, config.node, epoch)
        doors = Doors(config.node, epoch, writer, evidence, late_ms=config.late_seconds * 1_000)
        keeper = Doorkeeper(config, js)
        mqtt = MqttDoor(
            nats, doors, evidence, keeper, RawLog(nats, js), is_certified=config.client_certificates
        )
        control = ControlPublisher(config.node, epoch, nats, js, writer, database)
        mender = Mender(config.node, epoch, nats, doors, database)
        return cls(
            config, nats, js, database, writer, evidence, doors, keeper, mqtt, control, mender
        )

    async def run(self) -> None:
        """Run until cancelled; ends with an error when the log is not ours any more."""
        await self.keeper.refuse_plain()
        await self.keeper.hold_the_log()
        await self.keeper.refuse_plain()  # now it is up for certain
        await self._recall()
        await run_together(*self._parts(), self._open())

    async def _open(self) -> None:
        """Let devices in once the door has been seen to keep what it is told; then serve HTTP."""
        await self._look_at_space()
        await self.keeper.test_the_door()
        await self.keeper.let_in(self.doors.directory.entries.values())
        self.keeper.is_open = True
        serving = asyncio.create_task(
            serve(self.mqtt, self.config.gateway_port, self._proxy_secret())
        )
        log.info("doors open: MQTT %s, HTTP %s", self.config.mqtt_port, self.config.gateway_port)
        ready()
        await serving

    def _proxy_secret(self) -> bytes:
        """Return by what the origin in front of us proves itself; empty where there is none."""
        try:
            return self.config.secret("proxy_secret_file").encode()
        except ConfigurationError:
            return b""  # nobody is let in by a certificate over HTTP then

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        return [
            self.writer.run(),
            self.evidence.run(),
            self.mqtt.run(),
            self.mqtt.acknowledge(),
            self.mqtt.take_qos_0(),
            self.control.run(),
            self.mender.run(self._refresh),
            _every(TICK_S, self._tick),
            _every(HEALTH_S, self._tell_health),
            _every(SPACE_S, self._look_at_space),
            self._follow_directory(),
        ]

    async def _recall(self) -> None:
        """Wait for PostgreSQL; learn who may send, and what has been received."""
        while True:
            try:
                self.mark = await self.database.read(directory_mark)
                self.doors.restore(await self.database.read(read_past))
                self.doors.know(await self.database.read(load_directory))
                async for receipts in self.evidence.catch_up():
                    for receipt in receipts:
                        self.doors.recall(receipt)
            except (DatabaseAwayError, NatsError, OSError) as error:
                log.warning("waiting for PostgreSQL and READINGS: %r", error)
                await asyncio.sleep(RETRY_S)
            else:
                self._tell_troubles()
                return

    async def _follow_directory(self) -> None:
        """See changes of gateways and datastreams within seconds."""
        pause = DIRECTORY_S
        while True:
            await asyncio.sleep(pause)
            with suppress(DatabaseAwayError):  # evidence says so already; the old directory goes on
                pause = max(DIRECTORY_S, await self._refresh() / DIRECTORY_SHARE)

    async def _refresh(self) -> float:
        """Take a changed directory; return how long the look for a change took (s)."""
        async with self.refreshing:
            began = time.monotonic()
            mark = await self.database.read(directory_mark)
            took = time.monotonic() - began
            if mark != self.mark:
                self.doors.know(await self.database.read(load_directory))
                self.mark = mark
                self._tell_troubles()
                if self.keeper.is_open:
                    await self.keeper.let_in(self.doors.directory.entries.values())
        return took

    def _tell_troubles(self) -> None:
        if self.doors.directory.troubles != self.told_troubles:
            self.told_troubles = self.doors.directory.troubles
            for trouble in self.told_troubles:
                log.error("gateway left out: %s", trouble)

    async def _tick(self) -> None:
        """Say how far time has come: not further than the messages that we have read."""
        at = self.mqtt.read_upto(now_ms())
        is_deaf = self.keeper.is_refusing or self.writer.is_in_trouble or not self.nats.is_connected
        if at <= self._last_tick or is_deaf:
            return  # a tick that comes late would be a lie; the gap tells the engine that we were deaf
        self._last_tick = at
        shards = set(self.doors.directory.shards)
        if at - self.doors.exercise_seen_ms < EXERCISE_TICKS_MS:
            shards.add(EXERCISE_SHARD)
        for shard in sorted(shards):
            subject = readings_subject(self.config.node, shard, TICK)
            _kept = self.writer.publish(subject, encode_tick(at), f"t:{shard}:{at}")

    async def _look_at_space(self) -> None:
        """Refuse while the disk is nearly full, so that what was taken stays kept (7.16)."""
        free = min((await asyncio.to_thread(disk_free, self.config)).values())
        refuses = doors_refuse(free, refused_before=self.keeper.is_refusing)
        if refuses == self.keeper.is_refusing:
            return
        self.keeper.is_refusing = refuses
        log.error("%.1f %% of the disk are free: doors %s", free * 100, _DOORS[refuses])
        if self.keeper.is_open:
            await self.keeper.let_in(self.doors.directory.entries.values())

    async def _tell_health(self) -> None:
        self.doors.tell_health()

    async def close(self) -> None:
        """Finish what is in flight, as far as it goes, and leave."""
        try:
            async with asyncio.timeout(DRAIN_S):
                await self.evidence.flush()
                await self.nats.drain()
        except (TimeoutError, NatsError, OSError) as error:
            log.warning("not everything was finished: %r", error)
        if not self.nats.is_closed:
            await self.nats.close()
        await self.database.close()


async def _every(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do something at a steady beat; beats that were missed are not made up for."""
    beat = time.monotonic()
    while True:
        beat = max(beat + seconds, time.monotonic())
        await asyncio.sleep(beat - time.monotonic())
        await work()


async def _be_alone(nats: Client, node: str) -> None:
    """Ask whether a gateway of this node is there; if not, answer from now on. May raise."""
    subject = f"{node}.gateway.alive"
    try:
        answer = await nats.request(subject, timeout=ALIVE_S)
        who = answer.data.decode()
    except NoRespondersError:
        who = ""
    except TimeoutError:
        who = "one that is connected and does not answer"
    if who:
        raise AnotherWriterError(
            f"a gateway of {node} is running already: {who}. Only one may write READINGS. "
            "本节点的采集网关已在运行"
        )
    us = f"{socket.gethostname()} pid {os.getpid()}".encode()

    async def answer_alive(question: Msg) -> None:
        await question.respond(us)

    await nats.subscribe(subject, cb=answer_alive)


async def run(config: Config) -> None:
    """Run the gateway until SIGTERM or SIGINT."""
    gateway = await Gateway.build(config)
    running = asyncio.create_task(gateway.run())
    told = asyncio.Event()
    stop_when_told(told)
    waiting = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        await end_all([running, waiting])
        await gateway.close()
