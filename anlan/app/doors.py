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

import msgspec
from msgspec.structs import replace

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.adapters.mqtt.decode import UnreadableError, to_batch
from anlan.adapters.mqtt.signature import signer, split
from anlan.app.database_thread import DatabaseAwayError
from anlan.app.evidence import DIGEST, MENDS, REFUSED, Evidence
from anlan.app.gateway_health import Health
from anlan.app.log_writer import LogWriter
from anlan.kernel.base.bus import EXERCISE_SHARD, readings_subject
from anlan.kernel.sensing import batch
from anlan.kernel.sensing.directory import (
    ACCEPTED,
    Absent,
    Directory,
    GatewayEntry,
    Past,
    digests_of,
)
from anlan.kernel.sensing.intake import LATE_MS, Accepted, RawBatch, accept_batch
from anlan.kernel.sensing.rules import key_fingerprint
from anlan.kernel.sensing.sequence import SequenceBook, Verdict
from anlan.kernel.sensing.services.receipts import Receipt

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a message; all but the first three are refusals of the whole."""

    KEPT = "kept"
    REPEAT = "repeat"
    LATER = "later"  # cannot be decided now: PostgreSQL is away and the number is old
    STRANGER = "gateway_unknown"
    UNSIGNED = "signature_bad"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    FOREIGN = "foreign"  # says that another gateway wrote it
    ALTERED = "altered"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A message at a door; `again` when we had it before and did not finish.

    `is_certified`: its sender came in by his client certificate, so it needs no signature.
    `mends` names a message of the quarantine that a person has sent again: that person answers
    for it instead of a signature and the sequence, and its clock is judged by `received_ms`.
    """

    door: str
    user: str
    payload: bytes
    arrived_ms: int
    again: bool = False
    is_certified: bool = False
    mends: str | None = None
    received_ms: int | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What became of it; `kept` is done when READINGS has it, `reason` is for a person.

    `absent` is who sent it where that is a gateway of ours that may not.
    """

    outcome: Outcome
    gateway: GatewayEntry | None = None
    absent: Absent | None = None
    seq: int | None = None
    accepted: Accepted | None = None
    kept: "asyncio.Future[int] | None" = None
    reason: str = ""


@dataclass(slots=True)
class Doors:
    """Everything between a message and the log."""

    node: str
    epoch: str
    writer: LogWriter
    evidence: Evidence
    directory: Directory = field(default_factory=lambda: Directory({}))
    late_ms: int = LATE_MS
    exercise_seen_ms: int = 0
    strangers: Counter[str] = field(default_factory=Counter)
    health: dict[str, Health] = field(default_factory=dict)
    books: dict[str, SequenceBook] = field(default_factory=dict)
    _flying: dict[tuple[str, int], "asyncio.Future[int]"] = field(default_factory=dict)

    def restore(self, past: Past) -> None:
        """Take up the books and counts of the gateways where the run before us left them."""
        for state in past.states:
            facts = state.health
            known = facts.get("last_seq", -1)
            gaps = [(int(first), int(last)) for first, last in facts.get("missing", ())]
            known = known if 0 <= known < state.last else state.last
            self.books[state.id] = SequenceBook.after(known, int(facts.get("gaps", 0)), gaps)
            self.health[state.id] = Health.of(facts)
        for gateway_id, seq, digest in past.recent:
            self.books[gateway_id].remember(seq, bytes.fromhex(digest))
        for state in past.states:
            book = self.books[state.id]
            book.last = book.forgotten = max(book.last, state.last)

    def recall(self, receipt: Receipt) -> None:
        """Remember a batch that the log had and PostgreSQL had not."""
        book = self.book_of(receipt.gateway_id)
        if not receipt.mends or receipt.sequence < book.last:
            book.remember(receipt.sequence, bytes.fromhex(receipt.digest))

    def know(self, directory: Directory) -> None:
        """Take a changed directory."""
        self.directory = directory
        for gateway in directory.entries.values():
            if (health := self.health.get(gateway.id)) is not None:
                health.expect(gateway.table.numbers)
                health.forget_tags(point.tag for point in gateway.table.points)
                health.forget_keys_but(key_fingerprint(key) for key in gateway.keys)

    def tell_health(self) -> None:
        """Hand on how the gateways fare, those heard since the last time."""
        for gateway_id, health in self.health.items():
            if not health.is_told:
                health.is_told = True
                book = self.book_of(gateway_id)
                self.evidence.seen(gateway_id, health.seen_ms, health.facts(book))

    async def take(self, incoming: Incoming) -> Taken:
        """Judge a message and put what is good of it on its way to the log."""
        taken = await self._take(incoming)
        if taken.gateway is None:
            self.strangers[taken.outcome] += 1
        else:
            self.health_of(taken.gateway).message(_word(incoming, taken), incoming.arrived_ms)
        return taken

    def health_of(self, gateway: GatewayEntry) -> Health:
        """Return the counts of a gateway."""
        if (health := self.health.get(gateway.id)) is None:
            health = self.health[gateway.id] = Health()
            health.expect(gateway.table.numbers)
        return health

    def book_of(self, gateway_id: str) -> SequenceBook:
        """Return what is known of a gateway's numbers."""
        if (book := self.books.get(gateway_id)) is None:
            book = self.books[gateway_id] = SequenceBook()
        return book

    async def _take(self, incoming: Incoming) -> Taken:
        gateway = self.directory.find(incoming.user)
        if gateway is None:
            absent = self.directory.find_absent(incoming.user)
            why = "no gateway {!r}" if absent is None else "gateway {!r} may not send"
            reason = why.format(incoming.user)
            return Taken(outcome=Outcome.STRANGER, absent=absent, reason=reason)
        raw = self._read(incoming, gateway)
        if isinstance(raw, Taken):
            return raw
        if incoming.mends is not None:
            return self._mend(incoming, gateway, raw)
        return await self._judge(incoming, gateway, raw)

    def _read(self, incoming: Incoming, gateway: GatewayEntry) -> RawBatch | Taken:
        """Return what a message says, or why it cannot be taken."""
        if (size := len(incoming.payload)) > MESSAGE_BYTES_MAX:
            why = f"{size} bytes; at most {MESSAGE_BYTES_MAX}"
            return Taken(outcome=Outcome.TOO_LARGE, gateway=gateway, reason=why)
        body, signature = split(incoming.payload)
        if incoming.mends is None and not (incoming.is_certified and signature is None):
            key = signer(body, signature, gateway.keys)
            if key is None:
                why = "the HMAC does not fit" if signature else "no HMAC at the end"
                return Taken(outcome=Outcome.UNSIGNED, gateway=gateway, reason=why)
            self.health_of(gateway).keys_used[key_fingerprint(key)] = incoming.arrived_ms
        try:
            raw = to_batch(body)
        except UnreadableError as error:
            return Taken(outcome=Outcome.UNREADABLE, gateway=gateway, reason=error.title)
        if raw.gateway != gateway.code:
            why = f"gw is {raw.gateway!r}, the sender is {gateway.code!r}"
            return Taken(outcome=Outcome.FOREIGN, gateway=gateway, seq=raw.seq, reason=why)
        return raw

    def _mend(self, incoming: Incoming, gateway: GatewayEntry, raw: RawBatch) -> Taken:
        """Take what a person has sent again: whatever its number, once for each sending."""
        received_ms = incoming.received_ms or incoming.arrived_ms
        accepted = accept_batch(raw, gateway.table, gateway.id, received_ms, self.late_ms)
        known_now = replace(accepted.batch, arrived_ms=incoming.arrived_ms)
        accepted = replace(accepted, batch=known_now)
        digest = sha256(incoming.payload)
        book = self.book_of(gateway.id)
        is_new = book.judge(raw.seq, digest.digest()).verdict is Verdict.NEW
        if is_new and raw.seq < book.last:  # it fills a gap; a number far ahead would be believed
            book.remember(raw.seq, digest.digest())
        kept = self._publish(incoming, gateway, accepted, digest.hexdigest())
        return Taken(
            outcome=Outcome.KEPT, gateway=gateway, seq=raw.seq, accepted=accepted, kept=kept
        )

    async def _judge(self, incoming: Incoming, gateway: GatewayEntry, raw: RawBatch) -> Taken:
        digest = sha256(incoming.payload)
        book = self.book_of(gateway.id)
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
        accepted = accept_batch(raw, gateway.table, gateway.id, incoming.arrived_ms, self.late_ms)
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
            log.debug("%s: messages %d to %d are missing", gateway.user, *gap)
        book.remember(raw.seq, digest.digest())
        self.health_of(gateway).batch(raw, accepted, self.late_ms)
        if raw.exercise_id is not None:
            self.exercise_seen_ms = incoming.arrived_ms
        kept = self._publish(incoming, gateway, accepted, digest.hexdigest())
        return Taken(
            outcome=Outcome.KEPT, gateway=gateway, seq=raw.seq, accepted=accepted, kept=kept
        )

    def _publish(
        self, incoming: Incoming, gateway: GatewayEntry, accepted: Accepted, digest: str
    ) -> "asyncio.Future[int]":
        readings = accepted.batch
        shard = gateway.shard if readings.exercise_id is None else EXERCISE_SHARD
        headers = {DIGEST: digest, REFUSED: str(len(accepted.refusals))}
        name = f"{gateway.id}:{readings.seq}"
        if incoming.mends is not None:
            name, headers[MENDS] = f"q:{incoming.mends}", incoming.mends
        subject = readings_subject(self.node, shard, incoming.door)
        payload = batch.encode(readings, self.node)
        kept = self.writer.publish(subject, payload, name, headers)
        if incoming.mends is None:
            self._flying[gateway.id, readings.seq] = kept

        def landed(future: "asyncio.Future[int]") -> None:
            if self._flying.get((gateway.id, readings.seq)) is kept:
                del self._flying[gateway.id, readings.seq]
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
                    mends=incoming.mends or "",
                )
            )

        kept.add_done_callback(landed)
        return kept


def _word(incoming: Incoming, taken: Taken) -> str:
    """Return under which word a message is counted."""
    if incoming.mends is not None:
        return "mended" if taken.outcome is Outcome.KEPT else "mended_refused"
    if incoming.again and taken.outcome is Outcome.REPEAT:
        return "redelivered"
    return str(taken.outcome)


def _by_receipts(digest: str, found: set[str]) -> Verdict:
    """Judge an old number by the hashes under which it was accepted."""
    if not found:
        return Verdict.NEW
    return Verdict.REPEAT if digest in found else Verdict.ALTERED
