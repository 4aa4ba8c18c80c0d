"""A stream by sequence: a consumer without acknowledgements, made anew behind what was read (7.2).

One standing question after the other, so that a message is on its way to us the moment it is kept.
Who has time asks now and then for what is there: each message that comes by itself costs a waking.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import msgspec
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.kernel.base import bus
from anlan.kernel.base.hearing import Heard, HearingClient

log = logging.getLogger(__name__)

FETCH = 1000
FETCH_S = 0.25
#: What one question may bring, so that large messages do not fill the memory.
BYTES_AT_ONCE = 32 * 1024**2
ASK_S = 5.0
HEARTBEAT_S = 1.0
#: Without a message or a heartbeat for so long, the consumer is asked for.
SILENT_S = 2.5
_HEARTBEAT = "100"


class Delivered(NamedTuple):
    """A message, and what its delivery says of it."""

    about: bus.Delivery
    heard: Heard


@dataclass(slots=True)
class StreamReader:
    """Reads a stream. `fetch` again and again; after None, `open` behind the last.

    `subjects` are those to be read, none for all.
    """

    nats: HearingClient
    js: JetStreamContext
    stream: str
    subjects: list[str]
    #: So long to wait between two questions for what is there; 0 asks for what is to come.
    apart_s: float = 0.0
    _consumer: str = ""
    _inbox: str = ""
    _listening: Subscription | None = None
    _waiting: deque[Heard] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _expected: int = 1
    _asked: int = 0
    _open: int = 0
    _heard_s: float = 0.0
    _asked_s: float = 0.0
    _line: int = 0

    async def open(self, after: int) -> None:
        """Read on behind a sequence. Raises NATS' errors when it is away."""
        await self.close()
        line = self.nats.stats["reconnects"]
        self._inbox = self.nats.new_inbox()
        self._listening = await self.nats.hear(
            f"{self._inbox}.*", partial(self._heard, self._inbox)
        )
        made = await self.js.add_consumer(
            self.stream,
            ConsumerConfig(
                filter_subjects=self.subjects or None,
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=max(1, after + 1),
                inactive_threshold=60.0,
                mem_storage=True,
            ),
        )
        self._expected, self._open = 1, 0
        self._consumer, self._line = made.name, line
        self._heard_s = asyncio.get_running_loop().time()

    async def fetch(self) -> list[Delivered] | None:
        """Return what there is, [] when nothing came for a while; None: open anew."""
        try:
            if not self._consumer or self._line != self.nats.stats["reconnects"]:
                return None  # what was asked over the old line is not answered any more
            if not self._open:
                await self._ask()
        except (NatsError, OSError) as error:
            log.warning("%s cannot be read: %r", self.stream, error)
            return None
        if not self._waiting and not await self._comes():
            return [] if await self._is_alive() else None
        found: list[Delivered] = []
        while self._waiting and len(found) < FETCH:
            message = self._waiting.popleft()
            if not message.reply:
                is_whole = self._ended(message)
            else:
                about = bus.Delivery.of(message.reply)
                if is_whole := about.number == self._expected:
                    found.append(Delivered(about, message))
                    self._count()
            if not is_whole:
                # without acknowledgements nothing lost on the way comes again by itself
                log.warning("a message was lost on its way to us, behind %s", self._expected)
                await self.close()
                break
        return found

    def _ended(self, status: Heard) -> bool:
        """Note how a question ended; False when nobody is there to answer the next."""
        if status.subject == f"{self._inbox}.{self._asked}":
            self._open = 0
        return not _is_gone(status)

    def _count(self) -> None:
        """Note that the next message has come."""
        self._expected += 1
        self._open = max(0, self._open - 1)
        if not self._open:
            self._asked_s = 0.0  # there is more than one answer holds: ask on at once

    async def _ask(self) -> None:
        """Ask for what comes next; the answers come to the inbox, one by one as they are kept."""
        self._asked, self._open = self._asked + 1, FETCH
        question: dict[str, int | bool] = {"batch": FETCH, "max_bytes": BYTES_AT_ONCE}
        if self.apart_s:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(self._asked_s + self.apart_s - loop.time())
            self._asked_s = loop.time()
            question |= {"no_wait": True}
        else:
            question |= {"expires": int(ASK_S * 1e9), "idle_heartbeat": int(HEARTBEAT_S * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self._consumer}"
        body = msgspec.json.encode(question)
        await self.nats.publish(subject, body, reply=f"{self._inbox}.{self._asked}")

    async def _comes(self) -> bool:
        """Wait a while for something to come."""
        self._wake.clear()
        try:
            async with asyncio.timeout(FETCH_S):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    def _heard(self, inbox: str, message: Heard) -> None:
        if inbox != self._inbox:
            return
        self._heard_s = asyncio.get_running_loop().time()
        if message.reply or message.status != _HEARTBEAT:
            self._waiting.append(message)
            self._wake.set()

    async def _is_alive(self) -> bool:
        """Tell whether somebody still answers: a restarted server has forgotten our consumer."""
        if asyncio.get_running_loop().time() - self._heard_s < SILENT_S:
            return True
        try:
            await self.js.consumer_info(self.stream, self._consumer)
        except (NatsError, OSError):
            return False
        self._open = 0  # it is there and has not heard us: ask again
        self._heard_s = asyncio.get_running_loop().time()
        return True

    async def close(self) -> None:
        """Let go of the consumer; the server forgets it by itself where we cannot."""
        consumer, self._consumer, self._inbox = self._consumer, "", ""
        listening, self._listening = self._listening, None
        self._waiting.clear()
        try:
            if listening is not None:
                await listening.unsubscribe()
            if consumer:
                await self.js.delete_consumer(self.stream, consumer)
        except (NatsError, OSError) as error:
            log.debug("the old consumer ends by its threshold: %r", error)


def _is_gone(said: Heard) -> bool:
    """Tell whether a question ended because nobody is there to answer it."""
    if said.status == "409":  # also said when an answer has brought all that was asked
        return not any(words in said.description for words in bus.ANSWERED)
    return said.status == "503"
