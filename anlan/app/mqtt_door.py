"""The MQTT door: from NATS' log to the doors, and back a PUBACK's truth: done when READINGS has it."""

import asyncio
import json
import logging
import re
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from nats.errors import Error as NatsError

from anlan.adapters.mqtt import listener
from anlan.adapters.mqtt.const import QOS_HEADER
from anlan.adapters.mqtt.raw_log import RawLog, RawMessage, topic_words
from anlan.app.doorkeeper import Doorkeeper
from anlan.app.doors import Doors, Incoming, Outcome, Taken
from anlan.app.evidence import ROWS_REFUSED, Aside, Done, Evidence
from anlan.app.unread import unread
from anlan.kernel.base.bus import MQTT, OBSERVATIONS, errors_subject
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.hearing import Heard, HearingClient
from anlan.kernel.places.rules import node_div

log = logging.getLogger(__name__)

#: What cannot be decided or kept now is asked for again after this time.
LATER_S = 10.0
REFUSALS_TOLD = 50
#: So long finished messages gather before the log is told to forget them, and so many at once.
FORGET_S = 0.1
FORGET_MAX = 1_000
#: What of QoS 0 may wait to be judged, and what a message costs beside its payload.
QOS_0_BYTES = 32 * 1024**2
QOS_0_BESIDE = 512
_QOS_0 = re.compile(rb"\r\n%b: ?0[\r ]" % QOS_HEADER.encode())
SELF = listener.SELF_TEST_TOPIC.split("/")[1]


@dataclass(slots=True)
class MqttDoor:
    """Reads the log in order; acknowledges a message when its future is done."""

    nats: HearingClient
    doors: Doors
    evidence: Evidence
    keeper: Doorkeeper
    raw: RawLog
    is_certified: bool = False  # everybody comes in by a certificate of his own
    qos_0: int = 0
    qos_0_lost: int = 0
    _behind_ms: int | None = None
    _done: deque[RawMessage] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def read_upto(self, now: int) -> int:
        """Return the arrival up to which all has been read: now, or the last read while behind."""
        return now if self._behind_ms is None else min(self._behind_ms, now)

    async def run(self) -> None:
        """Take messages for ever. Raises RawLogLostError when devices must be kept out."""
        async for message in self.raw.messages(self.doors.writer.has_room):
            self._behind_ms = message.arrived_ms if message.left else None
            if message.firm == SELF:
                self.keeper.recognise(message.payload)
                self._finish(message)
            else:
                await self._take(message)

    async def _take(self, message: RawMessage) -> None:
        incoming = Incoming(
            door=MQTT,
            user=f"{message.firm}.{message.gateway}",
            payload=message.payload,
            arrived_ms=message.arrived_ms,
            again=message.again,
            is_certified=self.is_certified,
        )
        taken = await self.judge(incoming)
        if taken.outcome in {Outcome.KEPT, Outcome.REPEAT}:
            if taken.kept is None:
                self._finish(message)
            else:
                taken.kept.add_done_callback(lambda kept: self._landed(message, kept))
            return
        aside = Aside.FULL
        if taken.outcome is not Outcome.LATER:
            aside = self.set_aside(incoming, taken, partial(self.raw.done, [message]))
        if aside is Aside.FULL:
            with suppress(NatsError, OSError):  # it will come again by itself
                await self.raw.later(message, LATER_S)
        elif aside is Aside.ENOUGH:
            self._finish(message)

    def set_aside(self, incoming: Incoming, taken: Taken, done: Done | None = None) -> Aside:
        """Put a message into quarantine, or count it where there is no room for more of its sender."""
        home = node_div(self.doors.node)
        aside = self.evidence.unread(unread(incoming, taken, home=home), done)
        if aside is Aside.ENOUGH and taken.gateway is not None:
            self.doors.health_of(taken.gateway).dropped += 1
        return aside

    async def judge(self, incoming: Incoming) -> Taken:
        """Take a message; one that breaks our own code is kept whole and stops nobody else."""
        try:
            taken = await self.doors.take(incoming)
        except Exception as error:
            log.exception("a message of %s broke the door", incoming.user)
            taken = Taken(outcome=Outcome.UNREADABLE, reason=f"internal error: {error!r}")
        if taken.outcome is Outcome.KEPT and taken.accepted is not None and taken.accepted.refusals:
            # the good rows go on; the whole message waits for a person beside them
            self.set_aside(incoming, taken)
        await self._tell(incoming, taken)
        return taken

    def _landed(self, message: RawMessage, kept: "asyncio.Future[int]") -> None:
        if not kept.cancelled() and kept.exception() is None:
            self._finish(message)

    def _finish(self, message: RawMessage) -> None:
        self._done.append(message)
        self._wake.set()

    async def acknowledge(self) -> None:
        """Tell the log for ever what it may forget, now and then and much at once.

        Nobody waits for it: a device has had its PUBACK long before.
        """
        while True:
            await self._wake.wait()
            await asyncio.sleep(FORGET_S)
            self._wake.clear()
            while self._done:
                chosen = [self._done.popleft() for _ in range(min(len(self._done), FORGET_MAX))]
                with suppress(NatsError, OSError):  # it will come again, and be a repeat
                    await self.raw.done(chosen)

    async def take_qos_0(self) -> None:
        """Take for ever what nobody keeps: QoS 0 is best effort, and counted."""
        waiting: asyncio.Queue[Incoming] = asyncio.Queue()
        room = QOS_0_BYTES

        def heard(message: Heard) -> None:
            nonlocal room
            if not _QOS_0.search(message.head):
                return  # QoS 1 stands in the log
            self.qos_0 += 1
            if len(message.payload) + QOS_0_BESIDE > room:
                self.qos_0_lost += 1
                return
            room -= len(message.payload) + QOS_0_BESIDE
            firm, gateway = topic_words(message.subject)
            incoming = Incoming(
                door=MQTT,
                user=f"{firm}.{gateway}",
                payload=message.payload,
                arrived_ms=now_ms(),
                is_certified=self.is_certified,
            )
            waiting.put_nowait(incoming)

        await self.nats.hear(OBSERVATIONS, heard)
        while True:
            incoming = await waiting.get()
            room += len(incoming.payload) + QOS_0_BESIDE
            taken = await self.judge(incoming)
            if taken.outcome not in {Outcome.KEPT, Outcome.REPEAT, Outcome.LATER}:
                self.set_aside(incoming, taken)

    async def _tell(self, incoming: Incoming, taken: Taken) -> None:
        """Tell the gateway what was wrong, on a topic that it alone may hear."""
        refusals = () if taken.accepted is None else taken.accepted.refusals
        is_fine = taken.outcome in {Outcome.REPEAT, Outcome.LATER}
        if is_fine or (taken.outcome is Outcome.KEPT and not refusals):
            return
        firm, _dot, gateway = incoming.user.partition(".")
        said = {
            "seq": taken.seq,
            "code": str(taken.outcome) if taken.outcome is not Outcome.KEPT else ROWS_REFUSED,
            "reason": taken.reason,
            "refused_count": len(refusals),
            "refused": [
                {"row": refusal.row, "code": refusal.code, "tag": refusal.tag}
                for refusal in refusals[:REFUSALS_TOLD]
            ],
        }
        with suppress(NatsError, OSError):
            text = json.dumps(said, ensure_ascii=False)
            await self.nats.publish(errors_subject(firm, gateway), text.encode())
