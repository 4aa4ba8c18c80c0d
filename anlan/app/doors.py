"""What both doors do with a message: who sent it, is it new, what in it is good, into the log.

One `Doors` a process. A message is acknowledged (MQTT) or answered 202 (HTTP) only when the future
in `Taken.kept` is done: READINGS has it.
"""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from anlan.adapters.mqtt.decode import UnreadableError, to_batch
from anlan.adapters.mqtt.signature import is_signed_by, split
from anlan.app.database_thread import DatabaseAwayError
from anlan.app.evidence import DIGEST, REFUSED, Evidence
from anlan.app.log_writer import LogWriter
from anlan.kernel.base.bus import EXERCISE_SHARD, HTTP, readings_subject
from anlan.kernel.sensing import batch
from anlan.kernel.sensing.directory import ACCEPTED, Directory, GatewayEntry, digests_of
from anlan.kernel.sensing.intake import Accepted, RawBatch, accept_batch
from anlan.kernel.sensing.sequence import SequenceBook, Verdict
from anlan.kernel.sensing.services.receipts import Receipt

log = logging.getLogger(__name__)

#: Readings older than this that no backfill announced are counted: a gateway that caught up in silence.
LATE_MS = 300_000


class Outcome(StrEnum):
    """What became of a message; all but the first three are refusals of the whole."""

    KEPT = "kept"
    REPEAT = "repeat"
    LATER = "later"  # cannot be decided now: PostgreSQL is away and the number is old
    STRANGER = "gateway_unknown"
    UNSIGNED = "signature_bad"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"  # says that another gateway wrote it
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message at a door; `again` when we had it before and did not finish."""

    door: str
    user: str
    payload: bytes
    arrived_ms: int
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of it; `kept` is done when READINGS has it, `reason` is for a person."""

    outcome: Outcome
    gateway: GatewayEntry | None = None
    seq: int | None = None
    accepted: Accepted | None = None
    kept: "asyncio.Future[int] | None" = None
    reason: str = ""


@dataclass(slots=True)
class Health:
    """How one gateway's messages have fared since this process began."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seen_ms: int = 0
    skew_ms: int | None = None
    is_told: bool = True

    def count(self, taken: Taken, incoming: Incoming) -> None:
        """Note what became of a message."""
        word = (
            "redelivered" if incoming.again and taken.outcome is Outcome.REPEAT else taken.outcome
        )
        self.counts[str(word)] += 1
        self.seen_ms = max(self.seen_ms, incoming.arrived_ms)
        self.is_told = False
        if taken.outcome is Outcome.KEPT and taken.accepted is not None:
            self.counts["readings"] += len(taken.accepted.batch)
            self.refused.update(refusal.code for refusal in taken.accepted.refusals)

    def facts(self, book: SequenceBook) -> dict[str, Any]:
        """Return what a page shows of a gateway."""
        return {
            "last_seq": book.last,
            "gaps": book.gap_count,
            "missing": book.missing(),
            "skew_ms": self.skew_ms,
            "messages": dict(self.counts),
            "refused_rows": dict(self.refused),
        }


@dataclass(slots=True)
class Doors:
    """Everything between a message and the log."""

    node: str
    epoch: str
    writer: LogWriter
    evidence: Evidence
    directory: Directory = field(default_factory=lambda: Directory({}))
    exercise_seen_ms: int = 0
    strangers: Counter[str] = field(default_factory=Counter)
    health: dict[str, Health] = field(default_factory=dict)
    books: dict[str, SequenceBook] = field(default_factory=dict)
    _flying: dict[tuple[str, int], "asyncio.Future[int]"] = field(default_factory=dict)

    def restore(self, last: dict[str, int]) -> None:
        """Begin each gateway's book behind its last receipt."""
        self.books = {gateway_id: SequenceBook.after(seq) for gateway_id, seq in last.items()}

    def recall(self, receipt: Receipt) -> None:
        """Remember a batch that the log had and PostgreSQL had not."""
        book = self.books.setdefault(receipt.gateway_id, SequenceBook())
        book.remember(receipt.sequence, bytes.fromhex(receipt.digest))

    def tell_health(self) -> None:
        """Hand on how the gateways fare, those heard since the last time."""
        for gateway_id, health in self.health.items():
            if not health.is_told:
                health.is_told = True
                book = self.books.get(gateway_id, SequenceBook())
                self.evidence.seen(gateway_id, health.seen_ms, health.facts(book))

    async def take(self, incoming: Incoming) -> Taken:
        """Judge a message and put what is good of it on its way to the log."""
        taken = await self._take(incoming)
        if taken.gateway is None:
            self.strangers[taken.outcome] += 1
        else:
            self.health.setdefault(taken.gateway.id, Health()).count(taken, incoming)
        return taken

    async def _take(self, incoming: Incoming) -> Taken:
        gateway = self.directory.find(incoming.user)
        if gateway is None:
            return Taken(outcome=Outcome.STRANGER, reason=f"no gateway {incoming.user!r}")
        body, signature = split(incoming.payload)
        needs_signature = gateway.keys or incoming.door == HTTP
        if needs_signature and not is_signed_by(body, signature, gateway.keys):
            why = "the HMAC does not fit" if signature else "no HMAC at the end"
            return Taken(outcome=Outcome.UNSIGNED, gateway=gateway, reason=why)
        try:
            raw = to_batch(body)
        except UnreadableError as error:
            return Taken(outcome=Outcome.UNREADABLE, gateway=gateway, reason=error.title)
        if raw.gateway != gateway.code:
            why = f"gw is {raw.gateway!r}, the sender is {gateway.code!r}"
            return Taken(outcome=Outcome.FOREIGN, gateway=gateway, seq=raw.seq, reason=why)
        return await self._judge(incoming, gateway, raw)

    async def _judge(self, incoming: Incoming, gateway: GatewayEntry, raw: RawBatch) -> Taken:
        digest = sha256(incoming.payload)
        book = self.books.setdefault(gateway.id, SequenceBook())
        verdict, gap = book.judge(raw.seq, digest.digest())
        if verdict is Verdict.UNKNOWN:
            try:
                found = await self.evidence.database.read(digests_of, gateway.id, raw.seq)
            except DatabaseAwayError as error:
                return Taken(outcome=Outcome.LATER, gateway=gateway, seq=raw.seq, reason=str(error))
            verdict, gap = book.judge(raw.seq, digest.digest())  # the other door was not asleep
            if verdict is Verdict.UNKNOWN:
                verdict = _by_receipts(digest.hexdigest(), found)
        if verdict is Verdict.ALTERED:
            why = f"message {raw.seq} was received before with another content"
            return Taken(outcome=Outcome.ALTERED, gateway=gateway, seq=raw.seq, reason=why)
        accepted = accept_batch(raw, gateway.table, gateway.id, incoming.arrived_ms)
        if verdict is Verdict.REPEAT:
            flying = self._flying.get((gateway.id, raw.seq))
            return Taken(
                outcome=Outcome.REPEAT,
                gateway=gateway,
                seq=raw.seq,
                accepted=accepted,
                kept=flying,
            )
        if gap is not None:
            log.warning("%s: messages %d to %d are missing", gateway.user, *gap)
        book.remember(raw.seq, digest.digest())
        self._note(gateway, raw, accepted)
        kept = self._publish(incoming, gateway, accepted, digest.hexdigest())
        return Taken(
            outcome=Outcome.KEPT, gateway=gateway, seq=raw.seq, accepted=accepted, kept=kept
        )

    def _note(self, gateway: GatewayEntry, raw: RawBatch, accepted: Accepted) -> None:
        health = self.health.setdefault(gateway.id, Health())
        arrived_ms = accepted.batch.arrived_ms
        if raw.sent_ms is not None:
            health.skew_ms = arrived_ms - raw.sent_ms
        if raw.exercise_id is not None:
            self.exercise_seen_ms = arrived_ms
        if raw.backfill_ms is None:
            late = accepted.batch.times_ms < arrived_ms - LATE_MS
            health.counts["late_unannounced"] += int(late.sum())

    def _publish(
        self, incoming: Incoming, gateway: GatewayEntry, accepted: Accepted, digest: str
    ) -> "asyncio.Future[int]":
        readings = accepted.batch
        shard = gateway.shard if readings.exercise_id is None else EXERCISE_SHARD
        kept = self.writer.publish(
            readings_subject(self.node, shard, incoming.door),
            batch.encode(readings),
            f"{gateway.id}:{readings.seq}",
            {DIGEST: digest, REFUSED: str(len(accepted.refusals))},
        )
        self._flying[gateway.id, readings.seq] = kept

        def landed(future: "asyncio.Future[int]") -> None:
            self._flying.pop((gateway.id, readings.seq), None)
            if future.cancelled() or future.exception() is not None:
                return
            self.evidence.receipt(
                Receipt(
                    gateway_id=gateway.id,
                    sequence=readings.seq,
                    count=len(readings),
                    refused=len(accepted.refusals),
                    digest=digest,
                    verdict=ACCEPTED,
                    arrived_ms=readings.arrived_ms,
                    exercise_id=readings.exercise_id,
                    log_epoch=self.epoch,
                    log_sequence=future.result(),
                )
            )

        kept.add_done_callback(landed)
        return kept


def _by_receipts(digest: str, found: set[str]) -> Verdict:
    """Judge an old number by the hashes under which it was accepted."""
    if not found:
        return Verdict.NEW
    return Verdict.REPEAT if digest in found else Verdict.ALTERED
