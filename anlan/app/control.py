"""Limits, retirements and suppressions onto the log (7.3): what the rows say is not there yet.

The rows are the queue, so nothing is forgotten while NATS or this process is away. EVENTS only
wakes us; without it we look every few seconds.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.log_writer import LogWriter
from anlan.kernel.base.bus import CONTROL, event_subject, readings_subject
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.control import encode_control
from anlan.kernel.sensing.services import control as services
from anlan.kernel.sensing.services.control import Change

log = logging.getLogger(__name__)

LOOK_S = 5.0
WAKING = (
    "sensing.limit.*",
    "sensing.suppression.*",
    "sensing.outage.*",
    "sensing.datastream.retired",
)


@dataclass(slots=True)
class ControlPublisher:
    """Publishes on `rd.<shard>.c` and writes where each change came to stand."""

    node: str
    epoch: str
    nats: Client
    writer: LogWriter
    database: DatabaseThread
    published: int = 0
    _retired: dict[str, int] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Publish for ever."""
        for event in WAKING:
            await self.nats.subscribe(event_subject(self.node, event), cb=self._wakened)
        while True:
            self._wake.clear()
            try:
                while await self.publish_once():
                    pass
            except DatabaseAwayError:
                log.debug("PostgreSQL is away; changes wait in it")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()

    async def _wakened(self, _event: Msg) -> None:
        self._wake.set()

    async def publish_once(self) -> int:
        """Publish what waits, note where it stands; return how many changes that were."""
        waiting = [
            *await self.database.read(services.unpublished_limits),
            *await self.database.read(services.unpublished_suppressions),
            *self._fresh(await self.database.read(services.retirements)),
        ]
        if not waiting:
            return 0
        futures = [self._publish(change) for change in waiting]
        sequences = await asyncio.gather(*futures)
        placed = list(zip(waiting, sequences, strict=True))
        await self.database.write(services.place_in_log, placed, epoch=self.epoch, at_ms=now_ms())
        self.published += len(placed)
        return len(placed)

    def _fresh(self, retirements: list[Change]) -> list[Change]:
        """Return the retirements that this run has not published."""
        new = [one for one in retirements if self._retired.get(one.row_id) != one.row_version]
        self._retired = {one.row_id: one.row_version for one in retirements}
        return new

    def _publish(self, change: Change) -> "asyncio.Future[int]":
        subject = readings_subject(self.node, change.shard, CONTROL)
        message_id = f"c:{change.row_id}:{change.control.version}"
        return self.writer.publish(subject, encode_control(change.control), message_id)
