"""What the doors leave in PostgreSQL: receipts within a second, quarantine, health; never in the way.

Receipts can always be made again: READINGS holds every batch with its hash. So with PostgreSQL away
they are dropped when there are too many, and read back from the log when it is there again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.kernel.base.bus import HTTP, MQTT, READINGS
from anlan.kernel.sensing.batch import BatchError, decode
from anlan.kernel.sensing.directory import ACCEPTED, receipts_upto
from anlan.kernel.sensing.services import receipts as services
from anlan.kernel.sensing.services.receipts import Receipt, Unread

log = logging.getLogger(__name__)

#: SHA-256 of the whole message as it came in, and how many of its rows were refused.
DIGEST = "Anlan-Digest"
REFUSED = "Anlan-Refused"
#: Which message of the quarantine, and its version, a person had sent again.
MENDS = "Anlan-Mends"

FLUSH_S = 0.5
RECEIPTS_MAX = 50_000
#: What may wait for PostgreSQL: messages, and their bytes.
UNREAD_MAX = 1_000
UNREAD_BYTES_MAX = 64 * 1024**2
#: A gateway with a wrong key or a fault must not fill the database: so much an hour is kept of each
#: sender, in messages and in bytes, and less of those of which only rows were refused.
WHOLE_AN_HOUR = 600
ROWS_AN_HOUR = 60
BYTES_AN_HOUR = 64 * 1024**2
ROWS_REFUSED = "rows_refused"
HOUR_MS = 3_600_000
TAIL_AT_ONCE = 256
TAIL_WAIT_S = 2.0

Done = Callable[[], Awaitable[None]]


class Aside(Enum):
    """What became of a message for quarantine."""

    KEPT = auto()
    ENOUGH = auto()  # this sender has filled its hour
    FULL = auto()  # too much waits for PostgreSQL: ask again later


@dataclass(slots=True)
class Evidence:
    """Buffers between the doors and PostgreSQL."""

    database: DatabaseThread
    js: JetStreamContext
    node: str
    epoch: str
    is_away: bool = False
    _unread_bytes: int = 0
    _hour: int = 0
    _this_hour: Counter[str] = field(default_factory=Counter)
    _receipts: list[Receipt] = field(default_factory=list)
    _unread: list[tuple[Unread, Done | None]] = field(default_factory=list)
    _seen: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    _is_behind: bool = False

    def receipt(self, receipt: Receipt) -> None:
        """Take a receipt."""
        self._receipts.append(receipt)
        if len(self._receipts) > RECEIPTS_MAX:
            self._receipts.clear()
            self._is_behind = True  # the log has them

    def _is_enough(self, message: Unread) -> bool:
        """Tell whether this sender has filled its hour of quarantine."""
        hour = message.received_ms // HOUR_MS
        if hour > self._hour:
            self._hour = hour
            self._this_hour.clear()
        kind = ROWS_REFUSED if message.code == ROWS_REFUSED else "whole"
        messages, size = f"{kind} {message.topic}", f"bytes {message.topic}"
        most = ROWS_AN_HOUR if kind == ROWS_REFUSED else WHOLE_AN_HOUR
        if self._this_hour[messages] >= most or self._this_hour[size] >= BYTES_AN_HOUR:
            return True
        self._this_hour[messages] += 1
        self._this_hour[size] += len(message.payload)
        return False

    def unread(self, message: Unread, done: Done | None = None) -> Aside:
        """Take a message for quarantine; `done` is called once it is kept."""
        if len(self._unread) >= UNREAD_MAX or self._unread_bytes >= UNREAD_BYTES_MAX:
            return Aside.FULL
        if self._is_enough(message):
            return Aside.ENOUGH
        self._unread.append((message, done))
        self._unread_bytes += len(message.payload)
        return Aside.KEPT

    def seen(self, gateway_id: str, at_ms: int, health: dict[str, Any]) -> None:
        """Note when a gateway was heard and how its messages fare."""
        self._seen[gateway_id] = (at_ms, health)

    async def run(self) -> None:
        """Write twice a second for ever; with PostgreSQL away, go on trying."""
        while True:
            await asyncio.sleep(FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Write what has gathered; what cannot be written stays."""
        try:
            if self._is_behind:
                async for _receipts in self.catch_up():
                    pass
                self._is_behind = False
            await self._write()
        except DatabaseAwayError as error:
            if not self.is_away:
                log.warning("PostgreSQL is away, readings go on: %s", error)
            self.is_away = True
        except (
            NatsError,
            OSError,
        ) as error:  # newer receipts would hide the gap: they wait as well
            log.warning("receipts wait, READINGS cannot be read: %r", error)
        else:
            if self.is_away:
                log.warning("PostgreSQL is back")
            self.is_away = False

    async def _write(self) -> None:
        receipts, unread, seen = self._receipts, self._unread, self._seen
        if not (receipts or unread or seen):
            return
        self._receipts, self._unread, self._seen = [], [], {}
        waiting, self._unread_bytes = self._unread_bytes, 0
        try:
            await self.database.write(
                _write, receipts, [message for message, _done in unread], seen
            )
        except DatabaseAwayError:
            self._receipts = [*receipts, *self._receipts]
            self._unread = [*unread, *self._unread]
            self._unread_bytes += waiting
            self._seen = seen | self._seen
            raise
        for _message, done in unread:
            if done is not None:
                with suppress(NatsError, OSError):  # it comes again; those behind it must not wait
                    await done()

    async def catch_up(self) -> AsyncIterator[list[Receipt]]:
        """Write the receipts that the log has and PostgreSQL has not; yield them. May raise away."""
        after = await self.database.read(receipts_upto, self.epoch)
        async for receipts in read_tail(self.js, self.node, self.epoch, after):
            await self.database.write(_write, receipts, [], {})
            yield receipts


def _write(
    receipts: Iterable[Receipt],
    unread: Iterable[Unread],
    seen: dict[str, tuple[int, dict[str, Any]]],
) -> None:
    services.record_receipts(receipts)
    services.quarantine(unread)
    services.note_gateways(seen)


async def read_tail(
    js: JetStreamContext, node: str, epoch: str, after: int
) -> AsyncIterator[list[Receipt]]:
    """Yield the receipts of all batches that stand behind a sequence of READINGS now."""
    last = (await js.stream_info(READINGS)).state.last_seq
    if last <= after:
        return
    consumer = await js.pull_subscribe(
        "",
        stream=READINGS,
        config=ConsumerConfig(
            filter_subjects=[f"{node}.rd.*.{kind}" for kind in (MQTT, HTTP)],
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=after + 1,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
        ),
    )
    try:
        while (await consumer.consumer_info()).num_pending:
            try:
                messages = await consumer.fetch(TAIL_AT_ONCE, timeout=TAIL_WAIT_S)
            except NatsTimeoutError:
                continue
            found = [_receipt(message, epoch) for message in messages]
            yield [receipt for receipt in found if receipt is not None]
    finally:
        await consumer.unsubscribe()


def _receipt(message: Any, epoch: str) -> Receipt | None:
    try:
        batch = decode(message.data)
        headers = message.headers
        return Receipt(
            gateway_id=batch.gateway,
            sequence=batch.seq,
            count=len(batch),
            refused=int(headers[REFUSED]),
            digest=headers[DIGEST],
            verdict=ACCEPTED,
            arrived_ms=batch.arrived_ms,
            exercise_id=batch.exercise_id,
            log_epoch=epoch,
            log_sequence=message.metadata.sequence.stream,
            mends=headers.get(MENDS, ""),
        )
    except (BatchError, KeyError, TypeError, ValueError):
        log.exception("READINGS %s: no receipt can be made", message.subject)
        return None
