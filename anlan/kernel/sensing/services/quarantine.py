"""What people do with a message in quarantine (隔离区): mend and send again, adopt a tag, discard.

The row is the queue, as with limits: the gateway takes what waits through its real door and answers
here. What came in never changes; what was sent in its place stands beside it.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    StaleVersionError,
    TooLargeError,
)
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.sensing import events
from anlan.kernel.sensing.models import (
    Datastream,
    ObservedProperty,
    QuarantinedMessage,
)
from anlan.kernel.sensing.rules import writable
from anlan.kernel.sensing.services.equipment import device_behind, register_datastream

EDIT = "sensing.quarantine.edit"
Settled = QuarantinedMessage.Settled
RESULT_LENGTH = 400
#: The door takes no larger one.
MENDED_BYTES_MAX = 1024 * 1024


#: Everything but what came in.
_CHANGING = [
    *("version", "refused", "unknown_tags", "mended", "resend_at", "resend_by", "resend_reason"),
    *("result_code", "result_reason", "settled_at", "settled_by", "settled_how", "settled_reason"),
    *("log_epoch", "log_sequence"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the door said to a message sent again; `code` "" when it was taken whole.

    `unknown_tags` and `refused` are what is still wrong with a message taken in part.
    """

    message_id: str
    version: int
    code: str
    reason: str = ""
    log_epoch: str | None = None
    log_sequence: int | None = None
    refused: tuple[tuple[int, str, str | None], ...] = ()
    unknown_tags: tuple[str, ...] = ()


def resend_message(
    *, message_id: str, version: int, reason: str, mended: bytes | None = None
) -> QuarantinedMessage:
    """Have a message sent again, as it came or with another body (without signature).

    The person answers for it instead of the gateway's signature and number.
    """
    row = _open(message_id, version)
    if mended is not None and len(mended) > MENDED_BYTES_MAX:
        raise TooLargeError(f"报文不得大于 {MENDED_BYTES_MAX} 字节", limit=MENDED_BYTES_MAX)
    if mended is not None:
        row.mended = mended
    _send(row, _said(reason))
    return row


def discard_message(*, message_id: str, version: int, reason: str) -> QuarantinedMessage:
    """Let a message go for good; it stays readable, with who and why."""
    row = _open(message_id, version)
    _discard(row, _said(reason))
    return row


def adopt_tag(
    *,
    message_id: str,
    version: int,
    tag: str,
    device_id: str,
    property_code: str,
    name: str,
    **details: Any,
) -> tuple[Datastream, int]:
    """Register an unknown tag at a device of the gateway, and send again all that wait for it.

    Returns the datastream and how many messages are sent again; `details` as for
    `register_datastream`.
    """
    row = _open(message_id, version)
    if tag not in row.unknown_tags:
        raise InvalidError(f"报文里没有未登记的位号 {tag}", code="sensing.tag_not_in_message")
    device = device_behind(row.gateway_id, device_id)
    observed = ObservedProperty.objects.filter(code=property_code).first()
    if observed is None:
        raise InvalidError(
            f"没有监测指标 {property_code}", code="sensing.unknown_property", field="property_code"
        )
    stream = register_datastream(
        gateway=device.gateway,
        subject_id=device.subject_id,
        observed_property=observed,
        tag=tag,
        name=name,
        device=device,
        **details,
    )
    waiting = QuarantinedMessage.objects.select_for_update().filter(
        gateway_id=row.gateway_id,
        unknown_tags__contains=[tag],
        settled_at=None,
        resend_at=None,
    )
    sent = 0
    for one in waiting.order_by("received_at", "id").iterator(chunk_size=100):
        _send(one, f"采纳位号 {tag}")
        sent += 1
    return stream, sent


def waiting_messages(at_once: int = 20) -> list[QuarantinedMessage]:
    """Return the messages that a person wants sent again, the oldest wish first."""
    rows = QuarantinedMessage.objects.filter(settled_at=None, resend_at__isnull=False)
    return list(rows.order_by("resend_at", "id")[:at_once])


def note_answer(answer: Answer) -> None:
    """Write what the door said; a row that has changed since it was sent is left as it is."""
    row = QuarantinedMessage.objects.select_for_update().filter(pk=answer.message_id).first()
    if row is None or row.version != answer.version or row.resend_at is None:
        return
    row.result_code = answer.code
    row.result_reason = writable(answer.reason)[:RESULT_LENGTH]
    row.resend_at = None
    row.log_epoch, row.log_sequence = answer.log_epoch, answer.log_sequence
    if not answer.code:
        row.settled_at = now()
        row.settled_by, row.settled_how = row.resend_by, Settled.RESENT
        row.settled_reason = row.resend_reason
    elif answer.log_sequence is not None:
        row.refused = [list(one) for one in answer.refused]
        row.unknown_tags = list(answer.unknown_tags)
    _save(row, events.QUARANTINE_ANSWERED)


def _open(message_id: str, version: int) -> QuarantinedMessage:
    """Lock a message that waits for somebody to decide, if this person may."""
    row = QuarantinedMessage.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise NotFoundError("没有这条隔离报文，或不在您的范围内", id=message_id)
    facts = Facts(div=row.div, zone=row.zone, site=row.site)
    refuse_unless(EDIT, facts, Reach.IN_CHARGE)
    if row.version != version:
        raise StaleVersionError("报文已被他人处理，请刷新后再看", version=row.version)
    if row.settled_at is not None:
        raise ConflictError("报文已处理完毕", code="sensing.quarantine_settled")
    if row.resend_at is not None:
        raise ConflictError("报文正在重送", code="sensing.quarantine_resending")
    return row


def _said(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("请说明原因", code="sensing.reason_missing", field="reason")
    return reason.strip()


def _send(row: QuarantinedMessage, reason: str) -> None:
    row.resend_at = now()
    row.resend_by = current_work().principal.actor
    row.resend_reason = reason
    row.result_code = row.result_reason = ""
    _save(row, events.QUARANTINE_RESENT)


def _discard(row: QuarantinedMessage, reason: str) -> None:
    row.settled_at = now()
    row.settled_by = current_work().principal.actor
    row.settled_how, row.settled_reason = Settled.DISCARDED, reason
    _save(row, events.QUARANTINE_DISCARDED)


def _save(row: QuarantinedMessage, event: EventType) -> None:
    row.version += 1
    row.save(update_fields=_CHANGING)
    mended = None if row.mended is None else sha256(row.mended).hexdigest()
    state = events.QuarantineState(
        id=row.id,
        version=row.version,
        gateway_id=row.gateway_id,
        topic=row.topic,
        code=row.code,
        received_at=row.received_at,
        payload_sha256=sha256(row.payload).hexdigest(),
        mended_sha256=mended,
        resend_at=row.resend_at,
        resend_reason=row.resend_reason,
        result_code=row.result_code,
        result_reason=row.result_reason,
        settled_at=row.settled_at,
        settled_how=row.settled_how,
        settled_reason=row.settled_reason,
        log_epoch=row.log_epoch,
        log_sequence=row.log_sequence,
        exercise_id=row.exercise_id,
        div=row.div,
        zone=row.zone,
        site=row.site,
    )
    place = journal.Place(div=row.div, zone=row.zone, site=row.site)
    about = journal.Subject(
        id=row.id, version=row.version, place=place, exercise_id=row.exercise_id
    )
    journal.record(event, state, about)
