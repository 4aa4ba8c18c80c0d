"""A paho client that keeps the order of its messages over a broken line, as the protocol page asks.

paho writes a message that is published between the new TCP connection and its CONNACK at once,
ahead of all that it is going to send again: readings would arrive behind later ones, and what is
older than the last judged is not judged. So nothing new goes out before all that was under way at
the break has been acknowledged.
"""

import logging
from dataclasses import dataclass, field
from threading import Lock

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Line:
    """Publishes with QoS 1 through a client whose callbacks it takes."""

    client: Client
    name: str = ""
    sent: int = 0
    acknowledged: int = 0
    _is_up: bool = field(init=False)
    _is_whole: bool = False
    _gate: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Listen to the client; it may be connected already."""
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_publish = self._on_publish
        self._is_up = self.client.is_connected()

    @property
    def under_way(self) -> int:
        """How many messages are not acknowledged yet."""
        return self.sent - self.acknowledged

    @property
    def is_clear(self) -> bool:
        """Tell whether a new message would stand behind all before it."""
        return self._is_up and (self._is_whole or not self.under_way)

    def publish(self, topic: str, payload: bytes) -> MQTTMessageInfo | None:
        """Send, behind all before it; None when that cannot be now: try again later."""
        with self._gate:  # a break waits for us, and no new connection comes before it is told
            if not self.is_clear:
                return None
            self._is_whole = True
            self.sent += 1
            return self.client.publish(topic, payload, qos=1)

    def _on_connect(
        self,
        _client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        log.info("%s: %s", self.name, reason)
        with self._gate:
            self._is_up = not reason.is_failure

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        log.warning("%s: line away: %s", self.name, reason)
        with self._gate:
            self._is_up = self._is_whole = False

    def _on_publish(
        self,
        _client: Client,
        _data: object,
        _number: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        self.acknowledged += 1  # paho's own lock is held here: not the gate as well
