"""Our own way through the MQTT door: it makes NATS' log exist, and proves that the door leads in.

paho runs its own thread; these functions block and are called beside the event loop.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from anlan.kernel.base.ids import new_ulid

#: No firm is called so: `~` is no character of a registered topic.
SELF_TEST_TOPIC = "a1/~self/test/obs"
ANSWER_S = 5.0


class DoorClosedError(RuntimeError):
    """The MQTT listener cannot be reached, or does not let this user in."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Whom to trust; and our own certificate where the door asks for one instead of a password."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None

    def use(self, client: Client) -> None:
        """Let a client speak TLS 1.2 or newer."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        client.tls_set_context(context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the listener is, and as whom to come in; with a certificate nobody names himself."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Tls | None = None

    def introduce(self, client: Client) -> None:
        """Tell a client as whom to come in."""
        if self.tls is not None:
            self.tls.use(client)
        if self.tls is None or self.tls.certificate is None:
            client.username_pw_set(self.user, self.password)


@contextmanager
def connected(door: Door, client_id: str = "") -> Iterator[Client]:
    """Come in, and leave in order. Raises DoorClosedError."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id or f"anlan-{new_ulid()}")
    try:
        door.introduce(client)
    except OSError as error:
        raise DoorClosedError(f"MQTT {door.host}:{door.port}: TLS files: {error}") from error
    answered = Event()
    reasons: list[ReasonCode] = []

    def on_connect(
        _client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        reasons.append(reason)
        answered.set()

    client.on_connect = on_connect
    try:
        client.connect(door.host, door.port, keepalive=30)
    except OSError as error:
        raise DoorClosedError(f"MQTT {door.host}:{door.port}: {error}") from error
    client.loop_start()
    try:
        if not answered.wait(ANSWER_S) or reasons[0].is_failure:
            why = reasons[0] if reasons else "no answer"
            raise DoorClosedError(f"MQTT {door.host}:{door.port} as {door.user}: {why}")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def come_in(door: Door) -> None:
    """Connect and leave; NATS makes its log with the first connection. Raises DoorClosedError."""
    with connected(door):
        return


def publish(door: Door, topic: str, payload: bytes) -> None:
    """Publish one message with QoS 1 and wait for its PUBACK. Raises DoorClosedError."""
    with connected(door) as client:
        sent = client.publish(topic, payload, qos=1)
        try:
            sent.wait_for_publish(ANSWER_S)
        except (RuntimeError, ValueError) as error:
            raise DoorClosedError(f"MQTT {topic}: {error}") from error
        if not sent.is_published():
            raise DoorClosedError(f"MQTT {topic}: no PUBACK within {ANSWER_S:g} s")
