"""`anlan replay`: a recorded series through a real door, as its gateway would send it.

Times are moved so that the first row is now, and the series runs `speed` times as fast as it was
recorded. Outside the demonstration every message must be marked with an exercise (practice P13).
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import msgspec
from paho.mqtt.client import Client, MQTTMessageInfo

from anlan.adapters.mqtt import listener
from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.listener import Door
from anlan.adapters.mqtt.message import Columns, JsonMessage
from anlan.adapters.mqtt.signature import sign
from anlan.app.replay_mapping import Mapping, ReplayError, Row
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import is_ulid

#: Rows that are due within this time travel in one message.
TOGETHER_S = 0.1
READINGS_MAX = 5_000
#: MQTT messages on their way without an acknowledgement; paho lets as many out.
WINDOW = 20
PUBACK_S = 60.0
AGAIN_S = 0.02
HTTP_TIMEOUT_S = 20.0


class Credentials(msgspec.Struct):
    """What a gateway knows about itself; a list of them is a credentials file."""

    firm: str
    gateway: str
    token: str
    hmac_key: str

    @property
    def user(self) -> str:
        """Its name at both doors."""
        return f"{self.firm}.{self.gateway}"


@dataclass(slots=True)
class Sent:
    """What a replay did."""

    messages: int = 0
    readings: int = 0


class Sender(Protocol):
    """A door seen from outside; `heard` is what it said was wrong with our messages."""

    heard: list[dict[str, Any]]

    def send(self, payload: bytes) -> None:
        """Send a message, patiently."""

    def finish(self) -> None:
        """Wait until everything is acknowledged."""


def read_credentials(file: Path, user: str) -> Credentials:
    """Find a gateway in a credentials file. Raises ReplayError."""
    try:
        known = msgspec.json.decode(file.read_bytes(), type=list[Credentials])
    except (OSError, msgspec.MsgspecError) as error:
        raise ReplayError(f"{file}: {error}") from error
    for one in known:
        if one.user == user:
            return one
    raise ReplayError(f"{file}: no gateway {user}; there are {', '.join(c.user for c in known)}")


def check_exercise(exercise: str | None, *, demo: bool) -> None:
    """Refuse a replay that could be taken for real. Raises ReplayError."""
    if exercise is None and not demo:
        raise ReplayError(
            "在生产环境中重放须注明演练：--exercise <ULID>。"
            "Outside the demonstration a replay needs --exercise"
        )
    if exercise is not None and not is_ulid(exercise):
        raise ReplayError(f"--exercise {exercise!r} is not a ULID")


@dataclass(slots=True, kw_only=True)
class Replay:
    """One gateway's replay; `seq` begins with the clock, so that it never meets an earlier one."""

    mapping: Mapping
    credentials: Credentials
    sender: Sender
    speed: float
    exercise: str | None = None
    now: Callable[[], int] = now_ms
    sleep: Callable[[float], None] = time.sleep
    sent: Sent = field(default_factory=Sent)
    seq: int = 0

    def run(self, rows: Iterable[Row]) -> Sent:
        """Send all rows in their time, and wait for the last acknowledgement."""
        self.seq = self.seq or self.now()
        for batch in self._due(rows):
            message = self._message(batch)
            self.sender.send(message)
            self.sent.messages += 1
            self.sent.readings += sum(len(row.values) for row in batch)
        self.sender.finish()
        return self.sent

    def _due(self, rows: Iterable[Row]) -> Iterator[list[Row]]:
        """Yield rows when their time has come, with their new time, a few together if it is dense."""
        began, first, batch, size = self.now(), None, list[Row](), 0
        for row in rows:
            if not row.values:
                continue
            first = row.at_ms if first is None else first
            due = began + round((row.at_ms - first) / self.speed)
            is_full = size + len(row.values) > READINGS_MAX
            if batch and (is_full or due - batch[0].at_ms >= TOGETHER_S * 1000):
                self._wait_for(batch[-1].at_ms)
                yield batch
                batch, size = [], 0
            batch.append(Row(due, row.values))
            size += len(row.values)
        if batch:
            self._wait_for(batch[-1].at_ms)
            yield batch

    def _wait_for(self, at_ms: int) -> None:
        if (wait := at_ms - self.now()) > 0:
            self.sleep(wait / 1000)

    def _message(self, rows: list[Row]) -> bytes:
        readings = [(at, row.at_ms, value) for row in rows for at, value in row.values]
        message = JsonMessage(
            v=1,
            gw=self.credentials.gateway,
            seq=self.seq,
            sent=self.now(),
            exercise=self.exercise,
            columns=Columns(
                tags=[tag.tag for tag in self.mapping.tag],
                i=[at for at, _, _ in readings],
                t=[at_ms for _, at_ms, _ in readings],
                v=[value for _, _, value in readings],
            ),
        )
        self.seq += 1
        return sign(msgspec.json.encode(message), bytes.fromhex(self.credentials.hmac_key))


@dataclass(slots=True)
class MqttSender:
    """The MQTT door: QoS 1, a window of messages on their way, in order over broken lines."""

    client: Client
    topic: str
    heard: list[dict[str, Any]] = field(default_factory=list)
    _line: Line = field(init=False)
    _under_way: list[MQTTMessageInfo] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep order on the client's line."""
        self._line = Line(self.client)

    def send(self, payload: bytes) -> None:
        """Send; what was wrong is told later, on the errors topic. Raises ReplayError."""
        until = time.monotonic() + PUBACK_S
        while (info := self._line.publish(self.topic, payload)) is None:
            if time.monotonic() > until:
                raise ReplayError(f"{self.topic}: no line for {PUBACK_S:g} s")
            time.sleep(AGAIN_S)
        self._under_way.append(info)
        while len(self._under_way) >= WINDOW:
            self._acknowledged()

    def finish(self) -> None:
        """Wait for every PUBACK. Raises ReplayError."""
        while self._under_way:
            self._acknowledged()

    def _acknowledged(self) -> None:
        info = self._under_way.pop(0)
        info.wait_for_publish(PUBACK_S)
        if not info.is_published():
            raise ReplayError(f"{self.topic}: no PUBACK within {PUBACK_S:g} s")

    def listen(self, errors: str) -> None:
        """Hear what the door says of our messages."""
        self.client.on_message = lambda _client, _data, told: self.heard.append(
            json.loads(told.payload)
        )
        self.client.subscribe(errors)


@dataclass(slots=True)
class HttpSender:
    """The HTTP door: one message after another, the same again while it answers 503."""

    url: str
    user: str
    sleep: Callable[[float], None] = time.sleep
    heard: list[dict[str, Any]] = field(default_factory=list)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=HTTP_TIMEOUT_S))

    def send(self, payload: bytes) -> None:
        """Send until it is kept. Raises ReplayError for a refusal of the whole."""
        while True:
            answer = self.client.post(self.url, content=payload, headers={"X-Gateway": self.user})
            if answer.status_code == httpx.codes.ACCEPTED:
                told = answer.json()
                if told["refused_count"]:
                    self.heard.append({"seq": None, "code": "rows_refused", "reason": "", **told})
                return
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                raise ReplayError(f"{self.url}: {answer.status_code} {answer.text[:300]}")
            self.sleep(float(answer.headers.get("retry-after", "1")))

    def finish(self) -> None:
        """Leave; 202 was the acknowledgement."""
        self.client.close()


@contextmanager
def mqtt_sender(who: Credentials, door: Door) -> Iterator[MqttSender]:
    """Come in by the MQTT door as a gateway. Raises DoorClosedError."""
    topic = f"a1/{who.firm}/{who.gateway}/"
    with listener.connected(door, client_id=f"replay-{who.firm}-{who.gateway}") as client:
        sender = MqttSender(client, topic + "obs")
        sender.listen(topic + "errors")
        yield sender
