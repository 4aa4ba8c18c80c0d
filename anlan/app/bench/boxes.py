"""Gateways under load: each a paho client on the real MQTT door, every message made beforehand.

A box sends in order, sends again what a broken line swallowed, and notes when `publish` was called
and what was acknowledged: what it was promised is what a test may ask back.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field

import msgspec
import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.message import Columns, JsonMessage, PackedColumns, PackedMessage
from anlan.adapters.mqtt.signature import sign
from anlan.app.bench.plant import Box
from anlan.app.bench.readings_made import Made

RECONNECT_S = (1, 2)
KEEPALIVE_S = 30
STEP_S = 0.002


def payload_of(box: Box, seq: int, made: Made, *, packed: bool) -> bytes:
    """Return one signed message in the column form; `made` indexes the tags of the box.

    As of a careful gateway, it names the tags that it has readings of, each once.
    """
    used, index = np.unique(made.index, return_inverse=True)
    tags = [box.tags[at] for at in used.tolist()]
    if packed:
        columns = PackedColumns(
            tags=tags,
            i=index.astype("<i4").tobytes(),
            t=made.times_ms.astype("<i8").tobytes(),
            v=made.values.astype("<f8").tobytes(),
        )
        body = msgspec.msgpack.encode(PackedMessage(v=1, gw=box.code, seq=seq, columns=columns))
    else:
        plain = Columns(
            tags=tags,
            i=index.tolist(),
            t=made.times_ms.tolist(),
            v=made.values.tolist(),
        )
        body = msgspec.json.encode(JsonMessage(v=1, gw=box.code, seq=seq, columns=plain))
    return sign(body, bytes.fromhex(box.hmac_key))


@dataclass(slots=True)
class Sender:
    """One box on its line; `due` are (monotonic second, message number, payload), in order."""

    box: Box
    port: int
    due: deque[tuple[float, int, bytes]] = field(default_factory=deque)
    published_ns: dict[int, int] = field(default_factory=dict)
    _line: Line = field(init=False)
    _client: mqtt.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"bench-{self.box.firm}-{self.box.code}",
            protocol=mqtt.MQTTv311,
        )
        self._client.username_pw_set(self.box.user, self.box.token)
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.max_inflight_messages_set(200)
        self._line = Line(self._client, name=self.box.user)

    def open(self) -> None:
        """Begin to connect; goes on trying until `close`."""
        self._client.connect_async("127.0.0.1", self.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    @property
    def is_open(self) -> bool:
        """Tell whether the line stands."""
        return self._client.is_connected()

    def send_due(self, now_s: float) -> None:
        """Publish what is due, as far as the line takes it."""
        while self.due and self.due[0][0] <= now_s:
            _, seq, payload = self.due[0]
            at_ns = time.time_ns()
            if self._line.publish(self.box.topic, payload) is None:
                return
            self.published_ns[seq] = at_ns
            self.due.popleft()

    @property
    def is_done(self) -> bool:
        """Tell whether everything was sent and acknowledged."""
        return not self.due and not self._line.under_way

    def close(self) -> None:
        """End the line."""
        self._client.disconnect()
        self._client.loop_stop()


def send_all(senders: list[Sender], patience_s: float, stop: threading.Event | None = None) -> None:
    """Send by the clock until all is acknowledged. Raises TimeoutError."""
    end = time.monotonic() + patience_s
    while not all(sender.is_done for sender in senders):
        now_s = time.monotonic()
        if now_s > end:
            left = sum(len(sender.due) for sender in senders)
            raise TimeoutError(f"{left} messages were not taken within {patience_s:.0f} s")
        if stop is not None and stop.is_set():
            return
        for sender in senders:
            sender.send_due(now_s)
        time.sleep(STEP_S)
