"""NATS' own log of MQTT messages, read by a durable explicit-ack consumer (decision 7.1).

A PUBACK speaks for this log and nothing else. The consumer is what makes it keep messages: NATS
drops what nobody is interested in. So it exists before any device is let in, and for ever.
"""

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from anlan.adapters.mqtt.const import ACK_PENDING_MAX, ACK_WAIT_S, CONSUMER, QOS_HEADER
from anlan.kernel.base.bus import MQTT_LOG, MQTT_LOG_PREFIX, OBSERVATIONS

log = logging.getLogger(__name__)

PULL_EXPIRES_S = 5.0
HEARTBEAT_S = 1.0
#: Without a message or a heartbeat for this long the question is lost: it is asked again.
LOST_AFTER_S = 2.5
RETRY_S = 0.2
#: So many messages in one go: what they lead to is then sent in one go too.
TURN = 32
#: 409: the consumer was deleted or moved; 503: nobody listens for its questions.
_GONE = frozenset({"409", "503"})
_NEXT = f"$JS.API.CONSUMER.MSG.NEXT.{MQTT_LOG}.{CONSUMER}"


class RawLogLostError(RuntimeError):
    """The log or its consumer is gone; devices must be kept out until both are back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """A message as the log holds it; `deliveries` above 1: we had it before and did not finish."""

    firm: str
    gateway: str
    payload: bytes
    arrived_ms: int
    deliveries: int
    left: int
    wire: Msg

    @classmethod
    def of(cls, wire: Msg) -> Self:
        """Take firm and gateway from the topic, the arrival from the log."""
        firm, gateway = topic_words(wire.subject.removeprefix(MQTT_LOG_PREFIX))
        about = wire.metadata
        return cls(
            firm=firm,
            gateway=gateway,
            payload=wire.data,
            arrived_ms=int(about.timestamp.timestamp() * 1000),
            deliveries=about.num_delivered or 1,
            left=about.num_pending or 0,
            wire=wire,
        )

    async def done(self) -> None:
        """Tell the log that it may forget the message. A lost acknowledgement is a redelivery."""
        await self.wire.ack()

    async def later(self, seconds: float) -> None:
        """Ask for the message again in a while."""
        await self.wire.nak(delay=seconds)


def topic_words(subject: str) -> tuple[str, str]:
    """Return firm and gateway of `a1.{firm}.{gateway}.obs`."""
    _version, firm, gateway, _what = subject.split(".", 3)
    return firm, gateway


async def has_consumer(js: JetStreamContext) -> bool:
    """Tell whether the log and our consumer of it are there."""
    try:
        await js.consumer_info(MQTT_LOG, CONSUMER)
    except NotFoundError:
        return False
    return True


async def make_consumer(js: JetStreamContext) -> None:
    """Make the durable consumer, or bring it up to date; the log must exist."""
    await js.add_consumer(
        MQTT_LOG,
        ConsumerConfig(
            durable_name=CONSUMER,
            filter_subject=MQTT_LOG_PREFIX + OBSERVATIONS,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=ACK_WAIT_S,
            max_ack_pending=ACK_PENDING_MAX,
        ),
    )


async def read(
    nats: Client, js: JetStreamContext, room: Callable[[], Awaitable[int]]
) -> AsyncIterator[RawMessage]:
    """Yield messages in their order for ever, never more at once than there is room for.

    Raises RawLogLostError when the consumer is gone.
    """
    inbox, replies = nats.new_inbox(), _Replies()
    await nats.subscribe(f"{inbox}.*", cb=replies.heard)
    for number in itertools.count():
        wanted = await room()
        if not await _ask(nats, wanted, f"{inbox}.{number}"):
            continue
        while wanted > 0 and (message := await replies.next()) is not None:
            status = _status(message)
            if status is None:
                wanted -= 1
                yield RawMessage.of(message)
            elif status in _GONE:
                await _still_there(js)
                break
            elif status != "100" and message.subject == f"{inbox}.{number}":
                break


@dataclass(slots=True)
class _Replies:
    """What has come in and not been taken; others get a turn after every few messages."""

    waiting: deque[Msg] = field(default_factory=deque)
    taken: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, message: Msg) -> None:
        self.waiting.append(message)
        self._wake.set()

    async def next(self) -> Msg | None:
        """Return the next reply, None when none comes for too long."""
        self.taken += 1
        if self.taken % TURN == 0:
            await asyncio.sleep(0)
        if not self.waiting:
            self._wake.clear()
            try:
                async with asyncio.timeout(LOST_AFTER_S):
                    await self._wake.wait()
            except TimeoutError:
                return None
        return self.waiting.popleft()


async def _ask(nats: Client, wanted: int, inbox: str) -> bool:
    """Ask for messages; they and the end of the answer come to the inbox. False without a line."""
    question = {
        "batch": wanted,
        "expires": int(PULL_EXPIRES_S * 1e9),
        "idle_heartbeat": int(HEARTBEAT_S * 1e9),
    }
    try:
        await nats.publish(_NEXT, json.dumps(question).encode(), reply=inbox)
    except (NatsError, OSError) as error:
        log.warning("%s cannot be asked: %r", MQTT_LOG, error)
        await asyncio.sleep(RETRY_S)
        return False
    return True


async def _still_there(js: JetStreamContext) -> None:
    """After a "no": wait for a server that is starting; a consumer that is gone is an error."""
    await asyncio.sleep(RETRY_S)
    try:
        there = await has_consumer(js)
    except (NatsError, OSError, TimeoutError):
        return
    if not there:
        raise RawLogLostError(f"{MQTT_LOG}: our consumer is gone")


def _status(message: Msg) -> str | None:
    """Return the status of a message that is not data."""
    headers = message.headers
    return headers.get("Status") if headers and QOS_HEADER not in headers else None
