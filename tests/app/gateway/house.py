"""A house of two: a NATS server that may be killed, and `anlan gateway` as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import httpx
import nats as nats_client
import paho.mqtt.client as mqtt
from django.db.models import Model
from nats.aio.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.signature import sign
from anlan.app.stack import ports
from anlan.app.stack.care import Care
from anlan.app.stack.nats import MqttDoor, NatsServer, nats_in
from anlan.kernel.base.bus import MQTT, READINGS, readings_parts
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.batch import Batch, decode
from tests.plant import Plant

PATIENCE_S = 30.0
NODE = "n640181"


T = TypeVar("T")
Row = TypeVar("Row", bound=Model)


class Kept(NamedTuple):
    """One message of READINGS."""

    sequence: int
    shard: int
    kind: str
    payload: bytes
    headers: dict[str, str]


async def _kept(bus: Client, kinds: str) -> list[Kept]:
    js = bus.jetstream()
    state = (await js.stream_info(READINGS)).state
    found = []
    for sequence in range(max(1, state.first_seq), state.last_seq + 1):
        message = await js.get_msg(READINGS, sequence)
        shard, kind = readings_parts(str(message.subject))
        if kind in kinds:
            found.append(
                Kept(sequence, shard, kind, message.data or b"", dict(message.headers or {}))
            )
    return found


@dataclass(slots=True)
class House:
    """The two processes, and what a test asks of them."""

    server: NatsServer
    folder: Path
    environment: dict[str, str]
    http_port: int
    care: Care
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def config(self) -> Config:
        """Return the configuration that the processes read."""
        from anlan.kernel.base.config import load

        return load(self.environment)

    @property
    def health_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/api/v1/observations/health"

    def start(self, *, wait: bool = True) -> subprocess.Popen[bytes]:
        """Start a gateway; its door is open when its HTTP answers."""
        log = (self.folder / "gateway.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "anlan", "gateway"],
            env=os.environ | self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.care.group(process.pid)
        self.processes.append(process)
        if wait:
            self.until(lambda: self.health() is not None, "the door is open")
        return process

    def health(self) -> dict[str, Any] | None:
        with contextlib.suppress(httpx.TransportError):
            found: dict[str, Any] = httpx.get(self.health_url, timeout=2).json()
            return found
        return None

    def kill(self) -> None:
        """End the last gateway without a word."""
        process = self.processes[-1]
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
        self.care.forget(process.pid)

    def said(self) -> str:
        return (self.folder / "gateway.log").read_text(encoding="utf-8", errors="replace")

    def until(self, holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until something holds; a gateway that has ended is told at once."""
        end = time.monotonic() + patience_s
        while not holds():
            gone = self.processes and self.processes[-1].poll() is not None
            assert not gone, f"the gateway has ended: {self.said()[-3000:]}"
            assert time.monotonic() < end, f"not in time: {what}: {self.said()[-3000:]}"
            time.sleep(0.02)

    def log(self, kinds: str = "mh") -> list[Kept]:
        """Return what of these kinds stands in READINGS, in its order."""
        return self.ask(lambda bus: _kept(bus, kinds))

    def count(self) -> int:
        """Return how many batches over MQTT stand in the log, without reading them."""
        subject = f"{NODE}.rd.*.{MQTT}"
        info = self.ask(lambda bus: bus.jetstream().stream_info(READINGS, subject))
        return sum((info.state.subjects or {}).values())

    def batches(self) -> list[Batch]:
        """Return all readings in the log, in its order."""
        return [decode(kept.payload) for kept in self.log()]

    def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        """Ask the bus something, as the internal user."""

        async def asked() -> T:
            bus = await nats_client.connect(
                self.server.url, user=self.server.user, password=self.server.password
            )
            try:
                return await question(bus)
            finally:
                await bus.close()

        return asyncio.run(asked())

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=20)
            self.care.forget(process.pid)


@contextlib.contextmanager
def house_in(folder: Path, database_url: str, door: MqttDoor | None = None) -> Iterator[House]:
    """Return a house with its NATS running and no gateway yet; nothing stays behind it."""
    server = nats_in(folder / "nats", throw_away=True, door=door)
    [http_port, live_port] = ports.free_ports(2)  # nobody listens at the second
    environment = {
        "ANLAN_NODE": NODE,
        "ANLAN_HOME": str(folder),
        "ANLAN_DATABASE_URL": database_url,
        "ANLAN_NATS_URL": server.url,
        "ANLAN_NATS_USER": server.user,
        "ANLAN_NATS_PASSWORD_FILE": str(server.password_file),
        "ANLAN_NATS_PID_FILE": str(server.pid_file),
        "ANLAN_GATEWAYS_FILE": str(server.gateways_file),
        "ANLAN_MQTT_PORT": str(server.mqtt_port),
        "ANLAN_GATEWAY_PORT": str(http_port),
        "ANLAN_LIVE_PORT": str(live_port),
        "ANLAN_SECRET_KEY_FOR_TESTS": "only for tests",
        "ANLAN_READINGS_MAX_BYTES": str(64 * 1024**2),
        "ANLAN_EVENTS_MAX_BYTES": str(16 * 1024**2),
    }
    with Care() as care:
        care.group(server.start(folder / "nats.log"))
        made = House(server, folder, environment, http_port, care)
        yield made
        made.stop()
        server.stop()


def rows(model: type[Row]) -> list[Row]:
    """Return all rows of a table, as a process that reaches every row."""
    with unit_of_work(machine("test"), read_only=True):
        return list(model._default_manager.order_by("pk"))


@dataclass(slots=True)
class Box:
    """A gateway at a firm: signs, counts, and sends over the real MQTT door."""

    plant: Plant
    port: int
    seq: int = 0
    client: mqtt.Client = field(init=False)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        gateway = self.plant.gateway
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"box-{gateway.id}")
        self.client.username_pw_set(f"{gateway.firm_code}.{gateway.code}", gateway.token)
        self.client.reconnect_delay_set(1, 1)
        self.line = Line(self.client)

    def message(self, *rows: dict[str, Any], seq: int | None = None, **parts: Any) -> bytes:
        """Return a signed message; without a number it takes the next."""
        if seq is None:
            self.seq += 1
            seq = self.seq
        said = {"v": 1, "gw": self.plant.gateway.code, "seq": seq, "rows": list(rows), **parts}
        return self.signed(json.dumps(said).encode())

    def signed(self, body: bytes) -> bytes:
        return sign(body, bytes.fromhex(self.plant.gateway.hmac_key))

    def reading(self, value: float, t: int, index: int = 0) -> dict[str, Any]:
        return {"tag": self.plant.streams[index].tag, "t": t, "v": value}

    def connect(self) -> None:
        self.client.connect("127.0.0.1", self.port, keepalive=10)
        self.client.loop_start()

    @property
    def topic(self) -> str:
        return f"a1/{self.plant.gateway.firm_code}/{self.plant.gateway.code}/obs"

    def send(self, payload: bytes) -> None:
        """Publish on the own topic, in order; wait for the PUBACK."""
        end = time.monotonic() + PATIENCE_S
        while (info := self.line.publish(self.topic, payload)) is None:
            assert time.monotonic() < end, "the box has no line"
            time.sleep(0.005)
        info.wait_for_publish(PATIENCE_S)
        assert info.is_published()

    def send_qos_0(self, payload: bytes) -> None:
        self.client.publish(self.topic, payload, qos=0)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
