"""The evidence of the doors: receipts of batches, messages in quarantine, gateways' health.

Readings are the one exception to "one transaction, one journal row": these rows are their evidence.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing.models import Gateway, QuarantinedMessage
from anlan.kernel.sensing.rules import writable

log = logging.getLogger(__name__)

REASON_LENGTH = 400
TOPIC_LENGTH = 200


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
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


#: The columns of a receipt, by the names of its fields.
_COLUMNS = [(field.name, attrgetter(field.name)) for field in msgspec.structs.fields(Receipt)]
#: One statement whatever their number: a second of readings brings thousands.
_RECEIPTS = """
    INSERT INTO sensing_batchreceipt (gateway_id, sequence, count, refused, digest, verdict,
        arrived_at, exercise_id, log_epoch, log_sequence, mends)
    SELECT r.gateway_id, r.sequence, r.count, r.refused, r.digest, r.verdict,
        timestamptz 'epoch' + r.arrived_ms * interval '1 millisecond', r.exercise_id,
        r.log_epoch, r.log_sequence, r.mends
    FROM unnest(%(gateway_id)s::text[], %(sequence)s::bigint[], %(count)s::int[],
        %(refused)s::int[], %(digest)s::text[], %(verdict)s::text[], %(arrived_ms)s::bigint[],
        %(exercise_id)s::text[], %(log_epoch)s::text[], %(log_sequence)s::bigint[],
        %(mends)s::text[])
    AS r(gateway_id, sequence, count, refused, digest, verdict, arrived_ms, exercise_id,
        log_epoch, log_sequence, mends)
    ON CONFLICT DO NOTHING
"""


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
    written = [receipt for receipt in receipts if receipt.gateway_id in known]
    if written:
        with connection.cursor() as cursor:
            cursor.execute(_RECEIPTS, {name: list(map(get, written)) for name, get in _COLUMNS})


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


#: One statement for all of them, in the order of their names so that two writers never wait in a ring.
_HEARD = """
    UPDATE sensing_gateway g
    SET health = s.health, last_seen_at = CASE WHEN s.seen_ms > 0
        THEN timestamptz 'epoch' + s.seen_ms * interval '1 millisecond' ELSE g.last_seen_at END
    FROM (
        SELECT held.id, s.seen_ms, s.health
        FROM unnest(%(ids)s::text[], %(seen_ms)s::bigint[], %(health)s::jsonb[])
            AS s(id, seen_ms, health)
        JOIN sensing_gateway held ON held.id = s.id
        ORDER BY held.id FOR NO KEY UPDATE OF held) s
    WHERE g.id = s.id
"""


def note_gateways(seen: dict[str, tuple[int, dict[str, Any]]]) -> None:
    """Write when each gateway was last heard (ms) and how its messages fare; gateway id -> both.

    One that was not heard since we run has 0 for a time, and keeps the one that stands.
    """
    current_work()
    if not seen:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _HEARD,
            {
                "ids": list(seen),
                "seen_ms": [seen_ms for seen_ms, _ in seen.values()],
                "health": [Jsonb(health) for _, health in seen.values()],
            },
        )
