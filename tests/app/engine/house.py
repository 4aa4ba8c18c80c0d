"""A house for the engine: a NATS server, `anlan engine` as a process, and what a test asks."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nats.aio.client import Client

from anlan.app.log_message import LogMessage
from anlan.kernel.alerts.models import EngineProgress
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms, to_ms
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream
from tests.app.engine.fake_log import readings
from tests.app.gateway.house import NODE, House

PATIENCE_S = 60.0


@dataclass(slots=True)
class EngineHouse:
    """NATS, a plant in the database, and engines that a test starts and ends."""

    house: House
    numbers: tuple[int, ...]
    gateway: str
    epoch: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **other: str) -> subprocess.Popen[bytes]:
        """Start an engine and wait until it judges; `other` is added to its environment."""
        process = self.begin(**other)
        self.until(self._ready.exists, "the engine is ready")
        return process

    def begin(self, **other: str) -> subprocess.Popen[bytes]:
        """Start an engine that may have to stand by."""
        self._ready.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "anlan", "engine"],
                env=os.environ
                | self.house.environment
                | {"ANLAN_READY_FILE": str(self._ready)}
                | other,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.house.care.group(process.pid)
        self.processes.append(process)
        return process

    @property
    def _ready(self) -> Path:
        return self.house.folder / "ready"

    @property
    def _log(self) -> Path:
        return self.house.folder / "engine.log"

    def end(self, how: signal.Signals) -> int:
        process = self.processes[-1]
        process.send_signal(how)
        code = process.wait(timeout=PATIENCE_S)
        self.house.care.forget(process.pid)
        return code

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert self.processes[-1].poll() is None, f"the engine has ended: {self.said()[-3000:]}"
            assert time.monotonic() < end, f"not in time: {what}: {self.said()[-3000:]}"
            time.sleep(0.05)

    def open_log(self) -> None:
        """Make the streams; remember the epoch."""

        async def ensure(client: Client) -> str:
            streams = await bus.ensure_streams(client.jetstream(), self.house.config)
            return streams.readings_epoch

        self.epoch = self.house.ask(ensure)

    def publish(self, *messages: LogMessage) -> int:
        """Put messages on the log; return the sequence of the last."""

        async def send(client: Client) -> int:
            last = 0
            for message in messages:
                subject = bus.readings_subject(NODE, message.shard, message.kind)
                last = (await client.jetstream().publish(subject, message.payload)).seq
            return last

        return self.house.ask(send)

    def publish_quickly(self, messages: list[LogMessage]) -> int:
        """Put many messages on the log without waiting for each; return the last sequence."""

        async def send(client: Client) -> int:
            publish = client.jetstream(timeout=PATIENCE_S).publish
            subjects = [bus.readings_subject(NODE, one.shard, one.kind) for one in messages]
            sent = [publish(to, one.payload) for to, one in zip(subjects, messages, strict=True)]
            return max(int(kept.seq) for kept in await asyncio.gather(*sent))

        return self.house.ask(send)

    def stored(self) -> list[LogMessage]:
        """Return the log as the stream has it."""

        async def read(client: Client) -> list[LogMessage]:
            js = client.jetstream()
            state = (await js.stream_info(bus.READINGS)).state
            found = []
            for seq in range(state.first_seq, state.last_seq + 1):
                message = await js.get_msg(bus.READINGS, seq)
                shard, kind = bus.readings_parts(str(message.subject))
                assert message.time is not None
                found.append(LogMessage(seq, shard, kind, message.data or b"", to_ms(message.time)))
            return found

        return self.house.ask(read)

    def has_judged(self, seq: int) -> Callable[[], bool]:
        return lambda: EngineProgress.objects.filter(epoch=self.epoch, seq__gte=seq).exists()

    def beyond(self, value: float, at: int | None = None) -> LogMessage:
        at_ms = now_ms() if at is None else at
        return readings(0, (self.numbers[0], at_ms, value), at_ms=at_ms)


def journal() -> Counter[tuple[str, int, str, int]]:
    """Return what the journal says of alarms: (kind, number, condition, when)."""
    with unit_of_work(machine("test")):
        numbers = dict(Datastream.objects.values_list("id", "number"))
        rows = list(Journal.objects.filter(type__startswith="alerts.alarm."))
    return Counter(
        (
            row.type.rpartition(".")[2],
            numbers[row.data["datastream_id"]],
            row.data["condition"],
            to_ms(row.occurred_at),
        )
        for row in rows
    )
