"""What people send again out of quarantine: through the real doors, once for each sending.

The rows are the queue, so a wish is not forgotten while this process is away. That a message stands
in READINGS already (we died before the answer was written) is known by its receipt.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg

from anlan.adapters.mqtt.signature import split
from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.doors import Doors, Incoming, Outcome, Taken
from anlan.app.evidence import ROWS_REFUSED
from anlan.app.unread import refused_rows, summary, unknown_tags
from anlan.kernel.base.bus import HTTP, MQTT, event_subject
from anlan.kernel.base.clock import now_ms, to_ms
from anlan.kernel.sensing.directory import mended_already
from anlan.kernel.sensing.models import QuarantinedMessage
from anlan.kernel.sensing.services.quarantine import Answer, note_answer, waiting_messages

log = logging.getLogger(__name__)

LOOK_S = 5.0


@dataclass(slots=True)
class Mender:
    """Takes what waits in quarantine to be sent again, and writes what the door said."""

    node: str
    epoch: str
    nats: Client
    doors: Doors
    database: DatabaseThread
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, refresh: Callable[[], Awaitable[object]]) -> None:
        """Take what people send again, for ever; EVENTS only wakes us.

        `refresh` brings the directory up to date: a tag may have been adopted just now.
        """
        await self.nats.subscribe(
            event_subject(self.node, "sensing.quarantine.resent"), cb=self._wakened
        )
        while True:
            self._wake.clear()
            try:
                while await self.mend_once(refresh):
                    pass
            except DatabaseAwayError:
                log.debug("PostgreSQL is away; what is to be sent again waits in it")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()

    async def _wakened(self, _event: Msg) -> None:
        self._wake.set()

    async def mend_once(self, refresh: Callable[[], Awaitable[object]]) -> int:
        """Take some messages and answer for them; return how many."""
        waiting = await self.database.read(waiting_messages)
        if waiting:
            await refresh()
        for row in waiting:
            answer = await self._already(row) or await self._send(row)
            await self.database.write(note_answer, answer)
        return len(waiting)

    async def _already(self, row: QuarantinedMessage) -> Answer | None:
        """Return the answer to a message that stands in the log since before we died."""
        found = await self.database.read(mended_already, _name(row))
        if found is None:
            return None
        log_epoch, log_sequence, refused = found
        return Answer(
            message_id=row.id,
            version=row.version,
            code=ROWS_REFUSED if refused else "",
            reason=f"{refused}" if refused else "",
            log_epoch=log_epoch,
            log_sequence=log_sequence,
            refused=tuple((one[0], one[1], one[2]) for one in row.refused),
            unknown_tags=tuple(row.unknown_tags),
        )

    async def _send(self, row: QuarantinedMessage) -> Answer:
        """Take the message through the door, and wait until the log has it."""
        payload = bytes(row.payload) if row.mended is None else bytes(row.mended)
        body, _signature = split(payload)
        _version, firm, gateway, _what = (row.topic.split("/") + [""] * 4)[:4]
        incoming = Incoming(
            door=HTTP if row.door == "http" else MQTT,
            user=f"{firm}.{gateway}",
            payload=body,
            arrived_ms=now_ms(),
            mends=_name(row),
            received_ms=to_ms(row.received_at),
        )
        taken = await self._take(incoming)
        sequence = None
        if taken.kept is not None:
            sequence = await taken.kept
        return self._answer(row, taken, sequence)

    async def _take(self, incoming: Incoming) -> Taken:
        try:
            return await self.doors.take(incoming)
        except Exception as error:
            log.exception("a message sent again broke the door: %s", incoming.mends)
            return Taken(outcome=Outcome.UNREADABLE, reason=f"internal error: {error!r}")

    def _answer(self, row: QuarantinedMessage, taken: Taken, sequence: int | None) -> Answer:
        refusals = () if taken.accepted is None else taken.accepted.refusals
        code = ROWS_REFUSED if refusals else ""
        return Answer(
            message_id=row.id,
            version=row.version,
            code=code if taken.outcome is Outcome.KEPT else str(taken.outcome),
            reason=taken.reason or summary(refusals),
            log_epoch=None if sequence is None else self.epoch,
            log_sequence=sequence,
            refused=refused_rows(refusals),
            unknown_tags=unknown_tags(refusals),
        )


def _name(row: QuarantinedMessage) -> str:
    """Name this sending: another wish of a person is another one."""
    return f"{row.id}:{row.version}"
