"""NATS' own log of MQTT messages, read by a durable explicit-ack consumer (decision 7.1).

A PUBACK speaks for this log and nothing else. The consumer is what makes it keep messages: NATS
drops what nobody is interested in. So it exists before any device is let in, and for ever.
"""

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from anlan.adapters.mqtt.const import ACK_PENDING_MAX, ACK_WAIT_S, CONSUMER
from anlan.kernel.base.bus import (
    ANSWERED,
    MQTT_LOG,
    MQTT_LOG_PREFIX,
    OBSERVATIONS,
    Delivery,
)
from anlan.kernel.base.hearing import Heard, HearingClient

log = logging.getLogger(__name__)

PULL_EXPIRES_S = 5.0
HEARTBEAT_S = 1.0
#: Without a message or a heartbeat for this long the question is lost: it is asked again.
LOST_AFTER_S = 2.5
RETRY_S = 0.2
#: What one question may bring: twenty large messages beside each other must not fill the memory.
BYTES_AT_ONCE = 32 * 1024**2
#: So many messages in one go: what they lead to is then sent in one go too.
TURN = 64
#: From here on one purge of all that is finished costs the broker less than an acknowledgement each.
PURGE_FROM = 6
#: 409: the consumer was deleted or moved; 503: nobody listens for its questions.
_GONE = frozenset({"409", "503"})
#: What a consumer hears of a message: it is finished; it shall come again in so many nanoseconds.
_DONE, _LATER = b"+ACK", b'-NAK {"delay": %d}'
_NEXT = f"$JS.API.CONSUMER.MSG.NEXT.{MQTT_LOG}.{CONSUMER}"


class RawLogLostError(RuntimeError):
    """The log or its consumer is gone; devices must be kept out until both are back."""


class RawMessage(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A message as the log holds it; `again`: it was given out before and not finished."""

    firm: str
    gateway: str
    payload: bytes
    arrived_ms: int
    sequence: int
    again: bool
    left: int
    reply: str


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


@dataclass(slots=True)
class RawLog:
    """Reads the log in its order, also over crashes and broken lines.

    A reading that comes behind a later one is not judged, so order matters: after a start and after
    every break NATS is told to give everything unfinished again, from the oldest on, at once.
    What we still have in hand is then dropped here. So is whatever comes over a new line before
    that: a question that waited for the line would be answered with what came later.
    """

    nats: HearingClient
    js: JetStreamContext
    _in_hand: set[int] = field(default_factory=set)
    #: What was given to us and is not finished, in hand or put off; and up to where all was given,
    #: by the consumer's own count, which says when something was lost on the way.
    _unfinished: set[int] = field(default_factory=set)
    _given_upto: int = 0
    _number: int = 0
    _waiting: deque[RawMessage | Heard] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _given_before: int = 0
    _line: int = -1
    _inbox: str = ""
    _listening: Subscription | None = None
    _taken: int = 0

    async def messages(self, room: Callable[[], Awaitable[int]]) -> AsyncIterator[RawMessage]:
        """Yield messages for ever, never more at once than there is room for.

        Raises RawLogLostError when the consumer is gone.
        """
        for number in itertools.count():
            wanted = await room()
            if not await self._ask(wanted, number):
                await asyncio.sleep(RETRY_S)
                continue
            while wanted > 0 and (reply := await self._next()) is not None:
                if isinstance(reply, RawMessage):
                    wanted -= 1
                    yield reply
                elif not reply.status:
                    wanted -= 1  # we have it in hand
                elif reply.status in _GONE and not _is_answered(reply):
                    await self._still_there()
                    break
                elif reply.status != "100" and reply.subject == f"{self._inbox}.{number}":
                    break

    async def done(self, messages: Sequence[RawMessage]) -> None:
        """Tell the log what it may forget. An acknowledgement that is lost is a redelivery.

        Everything below the oldest message that is not finished goes in one purge, with one sync of
        the log; what is finished above it is acknowledged one by one.
        """
        for message in messages:
            self._in_hand.discard(message.sequence)
            self._unfinished.discard(message.sequence)
        floor = min(self._unfinished | {self._given_upto + 1})
        below = [message for message in messages if message.sequence < floor]
        if len(below) >= PURGE_FROM:
            await self.js.purge_stream(
                MQTT_LOG,
                seq=max(message.sequence for message in below) + 1,
                subject=MQTT_LOG_PREFIX + OBSERVATIONS,
            )
            messages = [message for message in messages if message.sequence >= floor]
        for message in messages:
            await self.nats.publish(message.reply, _DONE)

    async def later(self, message: RawMessage, seconds: float) -> None:
        """Ask for the message again in a while."""
        self._in_hand.discard(message.sequence)
        await self.nats.publish(message.reply, _LATER % int(seconds * 1e9))

    async def _ask(self, wanted: int, number: int) -> bool:
        """Ask for messages; they and the end of the answer come to the inbox. False without a line."""
        question = {
            "batch": wanted,
            "max_bytes": BYTES_AT_ONCE,
            "expires": int(PULL_EXPIRES_S * 1e9),
            "idle_heartbeat": int(HEARTBEAT_S * 1e9),
        }
        try:
            if self._line != self.nats.stats["reconnects"]:
                await self._from_the_oldest()
            inbox = f"{self._inbox}.{number}"
            await self.nats.publish(_NEXT, json.dumps(question).encode(), reply=inbox)
        except (NatsError, OSError) as error:
            log.warning("%s cannot be asked: %r", MQTT_LOG, error)
            return False
        return True

    async def _from_the_oldest(self) -> None:
        """Have everything that is not finished given again, in order."""
        line = self.nats.stats["reconnects"]
        await self._listen_anew()
        self._number = 0
        self._given_before = (await self.js.stream_info(MQTT_LOG)).state.last_seq
        try:
            await self.js.reset_consumer(MQTT_LOG, CONSUMER)
        except NotFoundError:
            raise RawLogLostError(f"{MQTT_LOG}: our consumer is gone") from None
        self._line = line

    async def _listen_anew(self) -> None:
        """Change the inbox: questions of the old line find nobody, and the server forgets them."""
        old, self._listening = self._listening, None
        if old is not None:
            await old.unsubscribe()
        self._inbox = self.nats.new_inbox()
        self._listening = await self.nats.hear(
            f"{self._inbox}.*", partial(self._heard, self._inbox)
        )

    def _heard(self, inbox: str, wire: Heard) -> None:
        if inbox != self._inbox or self._line != self.nats.stats["reconnects"]:
            return
        reply: RawMessage | Heard = wire
        if not wire.status:
            about = Delivery.of(wire.reply)
            if about.number != self._number + 1:  # a reset begins to count at 1 (ADR-60 of NATS)
                log.warning("a message of %s was lost on its way to us", MQTT_LOG)
                self._line = -1  # have everything given again, and forget nothing until then
                return
            self._number = about.number
            self._given_upto = max(self._given_upto, about.sequence)
            message = self._message(wire, about)
            if message.sequence not in self._in_hand:
                self._in_hand.add(message.sequence)
                self._unfinished.add(message.sequence)
                reply = message
        self._waiting.append(reply)
        self._wake.set()

    def _message(self, wire: Heard, about: Delivery) -> RawMessage:
        """Take firm and gateway from the topic, the arrival from the log."""
        firm, gateway = topic_words(wire.subject.removeprefix(MQTT_LOG_PREFIX))
        return RawMessage(
            firm=firm,
            gateway=gateway,
            payload=wire.payload,
            arrived_ms=about.stored_ns // 1_000_000,
            sequence=about.sequence,
            again=about.deliveries > 1 or about.sequence <= self._given_before,
            left=about.left,
            reply=wire.reply,
        )

    async def _next(self) -> RawMessage | Heard | None:
        """Return the next reply, None when none comes for too long; others get their turn."""
        self._taken += 1
        if self._taken % TURN == 0:
            await asyncio.sleep(0)
        if not self._waiting:
            self._wake.clear()
            try:
                async with asyncio.timeout(LOST_AFTER_S):
                    await self._wake.wait()
            except TimeoutError:
                return None
        return self._waiting.popleft() if self._waiting else None

    async def _still_there(self) -> None:
        """After a "no": wait for a server that is starting; a consumer that is gone is an error."""
        await asyncio.sleep(RETRY_S)
        try:
            there = await has_consumer(self.js)
        except (NatsError, OSError, TimeoutError):
            return
        if not there:
            raise RawLogLostError(f"{MQTT_LOG}: our consumer is gone")


def _is_answered(message: Heard) -> bool:
    """Tell whether an answer ended because it had brought all that was asked: a 409 as well."""
    return any(words in message.description for words in ANSWERED)
