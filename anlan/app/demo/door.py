"""One gateway's way into the real MQTT door: QoS 1, signed, in order, patient when the line is away."""

import json
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt import listener
from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.message import Columns, JsonMessage
from anlan.adapters.mqtt.signature import sign
from anlan.app.demo.credentials import Credentials
from anlan.app.demo.past import PastDay

logger = logging.getLogger(__name__)

#: A gateway keeps so many messages while the line is away (ten minutes at one a second).
KEPT_MESSAGES = 600
RECONNECT_S = (1, 10)
KEEPALIVE_S = 30


def encode(
    credentials: Credentials, seq: int, at_ms: int, tags: Sequence[str], values: Sequence[float]
) -> bytes:
    """Return one signed message: all tags at one moment, in the column form."""
    return sign(_body(credentials, seq, at_ms, tags, values), bytes.fromhex(credentials.hmac_key))


def encode_nan(
    credentials: Credentials, seq: int, at_ms: int, tags: Sequence[str], values: Sequence[float]
) -> bytes:
    """Return the message of a box that writes its last value as a bare NaN, which is no JSON and no value."""
    body = _body(credentials, seq, at_ms, tags, values)
    value = msgspec.json.encode(values[-1])
    head, _, tail = body.rpartition(value)
    return sign(head + b"NaN" + tail, bytes.fromhex(credentials.hmac_key))


def encode_past(credentials: Credentials, seq: int, at_ms: int, day: PastDay) -> bytes:
    """Return one signed message of a day of one tag, announced as a backfill."""
    message = JsonMessage(
        v=1,
        gw=credentials.gateway,
        seq=seq,
        sent=at_ms,
        backfill=(day.times_ms[0], day.times_ms[-1] + 1),
        columns=Columns(tags=[day.tag], i=[0] * len(day.values), t=day.times_ms, v=day.values),
    )
    return sign(msgspec.json.encode(message), bytes.fromhex(credentials.hmac_key))


def _body(
    credentials: Credentials, seq: int, at_ms: int, tags: Sequence[str], values: Sequence[float]
) -> bytes:
    message = JsonMessage(
        v=1,
        gw=credentials.gateway,
        seq=seq,
        sent=at_ms,
        columns=Columns(
            tags=list(tags),
            i=list(range(len(tags))),
            t=[at_ms] * len(tags),
            v=list(values),
        ),
    )
    return msgspec.json.encode(message)


class SequenceFile:
    """The next sequence number of every gateway, on disk before it is used.

    A crash in between leaves a gap of one, which the door records; a number is never used for
    two different messages, which it would call an alteration.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._last: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._last = {}

    def has_sent(self, gateway: str) -> bool:
        """Tell whether a gateway has ever taken a number."""
        return gateway in self._last

    def take(self, gateways: Iterable[str]) -> dict[str, int]:
        """Give each of the gateways its next number."""
        given = {gateway: self._last.get(gateway, 0) + 1 for gateway in gateways}
        self._last |= given
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(self._last), encoding="utf-8")
        partial.replace(self._file)
        return given


@dataclass(slots=True)
class Door:
    """The connection of one gateway; what was not acknowledged is sent again before anything new."""

    credentials: Credentials
    way_in: listener.Door
    dropped: int = field(default=0, init=False)
    _client: mqtt.Client = field(init=False, repr=False)
    _line: Line = field(init=False, repr=False)
    _waiting: deque[bytes] = field(default_factory=deque, init=False, repr=False)

    def __post_init__(self) -> None:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"demo-{self.credentials.firm}-{self.credentials.gateway}",
            protocol=mqtt.MQTTv311,
        )
        self.way_in.introduce(client)
        client.reconnect_delay_set(*RECONNECT_S)
        self._client, self._line = client, Line(client, name=self.credentials.user)

    def open(self) -> None:
        """Begin to connect; goes on trying until `close`."""
        self._client.connect_async(self.way_in.host, self.way_in.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    @property
    def is_open(self) -> bool:
        """Tell whether the line stands."""
        return self._client.is_connected()

    def send(self, payload: bytes) -> None:
        """Send, or keep for later; beyond what a gateway keeps the newest is dropped and counted."""
        if self._line.under_way + len(self._waiting) >= KEPT_MESSAGES:
            self.dropped += 1
        else:
            self._waiting.append(payload)
        self.flush()

    def flush(self) -> None:
        """Send what waits for the line, if it is clear."""
        while self._waiting and self._line.publish(self.credentials.topic, self._waiting[0]):
            self._waiting.popleft()

    def close(self) -> None:
        """End the line; what was not acknowledged is lost with the process, as with a real box."""
        self._client.disconnect()
        self._client.loop_stop()
