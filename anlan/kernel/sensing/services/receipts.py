"""The evidence of the doors: receipts of batches, messages in quarantine, gateways' health.

Readings are the one exception to "one transaction, one journal row": these rows are their evidence.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing.models import BatchReceipt, Gateway, QuarantinedMessage
from anlan.kernel.sensing.rules import writable

log = logging.getLogger(__name__)

REASON_LENGTH = 400
TOPIC_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One message that a door judged; its place in READINGS where it has one."""

    gateway_id: str
    sequence: int
    count: int
    refused: int
    digest: str
    verdict: str
    arrived_ms: int
    exercise_id: str | None = None
    log_epoch: str | None = None
    log_sequence: int | None = None
    mends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message that a door could not take, or not whole, as it came, with the reason."""

    door: str
    topic: str
    code: str
    reason: str
    payload: bytes
    received_ms: int
    gateway_id: str | None = None
    div: int = 0
    zone: int | None = None
    site: str | None = None
    exercise_id: str | None = None
    refused: tuple[tuple[int, str, str | None], ...] = ()
    unknown_tags: tuple[str, ...] = ()


def record_receipts(receipts: Iterable[Receipt]) -> None:
    """Insert receipts; one whose place in the log has a receipt already is left as it is.

    A batch of a gateway that this database does not know (a database set back, or loaded anew
    under an older log) gets no receipt: it stands in READINGS, and the door must open.
    """
    current_work()
    receipts = list(receipts)
    wanted = {receipt.gateway_id for receipt in receipts}
    known = set(Gateway.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if strangers := wanted - known:
        log.warning("no receipts for gateways unknown here: %s", ", ".join(sorted(strangers)))
    BatchReceipt.objects.bulk_create(
        (
            BatchReceipt(
                gateway_id=receipt.gateway_id,
                sequence=receipt.sequence,
                count=receipt.count,
                refused=receipt.refused,
                digest=receipt.digest,
                verdict=receipt.verdict,
                arrived_at=from_ms(receipt.arrived_ms),
                exercise_id=receipt.exercise_id,
                log_epoch=receipt.log_epoch,
                log_sequence=receipt.log_sequence,
                mends=receipt.mends,
            )
            for receipt in receipts
            if receipt.gateway_id in known
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )


def quarantine(messages: Iterable[Unread]) -> None:
    """Keep messages that could not be taken, for a person to look at (隔离区)."""
    current_work()
    QuarantinedMessage.objects.bulk_create(
        (
            QuarantinedMessage(
                gateway_id=message.gateway_id,
                door=message.door,
                topic=writable(message.topic)[:TOPIC_LENGTH],
                code=message.code,
                reason=writable(message.reason)[:REASON_LENGTH],
                refused=[list(row) for row in message.refused],
                unknown_tags=list(message.unknown_tags),
                exercise_id=message.exercise_id,
                payload=message.payload,
                received_at=from_ms(message.received_ms),
                div=message.div,
                zone=message.zone,
                site=message.site,
            )
            for message in messages
        ),
        batch_size=200,
    )


def note_gateways(seen: dict[str, tuple[int, dict[str, Any]]]) -> None:
    """Write when each gateway was last heard (ms) and how its messages fare; gateway id -> both."""
    current_work()
    for gateway_id, (seen_ms, health) in sorted(seen.items()):
        Gateway.objects.filter(pk=gateway_id).update(last_seen_at=from_ms(seen_ms), health=health)
