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
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.log_writer import LogWriter
from anlan.kernel.base.bus import CONTROL, READINGS, event_subject, readings_parts, readings_subject
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.control import Control, decode_control, encode_control
from anlan.kernel.sensing.services import control as services
from anlan.kernel.sensing.services import set_back
from anlan.kernel.sensing.services.control import Change

log = logging.getLogger(__name__)

LOOK_S = 5.0
AT_ONCE, WAIT_S = 256, 2.0
WAKING = (
    "sensing.limit.*",
    "sensing.suppression.*",
    "sensing.outage.*",
    "sensing.datastream.retired",
    "sensing.datastream.reinstated",
)


@dataclass(slots=True)
class ControlPublisher:
    """Publishes on `rd.<shard>.c` and writes where each change came to stand."""

    node: str
    epoch: str
    nats: Client
    js: JetStreamContext
    writer: LogWriter
    database: DatabaseThread
    published: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Publish for ever."""
        for event in WAKING:
            await self.nats.subscribe(event_subject(self.node, event), cb=self._wakened)
        is_settled = False
        while True:
            self._wake.clear()
            try:
                if not is_settled:
                    is_settled = await self.settle()
                while await self.publish_once():
                    pass
            except DatabaseAwayError:
                log.debug("PostgreSQL is away; changes wait in it")
            except (NatsError, OSError) as error:
                log.warning("READINGS cannot be asked, changes wait in PostgreSQL: %r", error)
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
            *await self.database.read(services.unpublished_retirements),
        ]
        if not waiting:
            return 0
        futures = [self._publish(change) for change in waiting]
        sequences = await asyncio.gather(*futures)
        placed = list(zip(waiting, sequences, strict=True))
        await self.database.write(services.place_in_log, placed, epoch=self.epoch, at_ms=now_ms())
        self.published += len(placed)
        return len(placed)

    async def settle(self) -> bool:
        """Let the rows have the last word, where the log has heard of a time that they have lost."""
        after = await self.database.read(set_back.placed_upto, self.epoch)
        words = await read_controls(self.js, self.node, after)
        again = await self.database.write(set_back.say_again, words)
        await asyncio.gather(*map(self._publish, again))
        if again:
            log.warning(
                "the database was set back: %s limits and suppressions said anew", len(again)
            )
        return True

    def _publish(self, change: Change) -> "asyncio.Future[int]":
        subject = readings_subject(self.node, change.shard, CONTROL)
        message_id = f"c:{change.row_id}:{change.control.version}"
        return self.writer.publish(subject, encode_control(change.control), message_id)


async def read_controls(js: JetStreamContext, node: str, after: int) -> list[tuple[int, Control]]:
    """Return (shard, change) of every control message that stands behind a sequence now."""
    if (await js.stream_info(READINGS)).state.last_seq <= after:
        return []
    consumer = await js.pull_subscribe(
        "",
        stream=READINGS,
        config=ConsumerConfig(
            filter_subjects=[f"{node}.rd.*.{CONTROL}"],
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=after + 1,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
        ),
    )
    found: list[tuple[int, Control]] = []
    try:
        while (await consumer.consumer_info()).num_pending:
            with suppress(NatsTimeoutError):
                found += [
                    (readings_parts(message.subject)[0], decode_control(message.data))
                    for message in await consumer.fetch(AT_ONCE, timeout=WAIT_S)
                ]
    finally:
        await consumer.unsubscribe()
    return found
