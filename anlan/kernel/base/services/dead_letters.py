"""The only writer of dead letters (死信): set aside, asked for again, handled after all, discarded."""

from typing import Any

from anlan.kernel.base import events, journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, StaleVersionError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.models import DeadLetter
from anlan.kernel.base.unit_of_work import current_work

HANDLED, DISCARDED = "handled", "discarded"
ERROR_MAX = 8_000


def set_aside(*, slice_name: str, event: Envelope, error: str, tries: int) -> DeadLetter:
    """Keep an event that a slice has refused too often; the caller's position passes it."""
    made = DeadLetter.objects.create(
        slice=slice_name,
        position=event.position,
        event=event.plain(),
        error=error[-ERROR_MAX:],
        tries=tries,
        failed_at=now(),
    )
    _record(events.DEAD_LETTER_SET_ASIDE, made)
    return made


def ask_again(*, letter_id: str, version: int) -> DeadLetter:
    """Have the worker hand the event to its slice once more."""
    letter = _open(letter_id, version)
    if letter.retry_at is not None:
        raise ConflictError("已要求重新处理", code="base.retry_waiting")
    return _saved(letter, events.DEAD_LETTER_RETRIED, retry_at=now())


def discard(*, letter_id: str, version: int, reason: str) -> DeadLetter:
    """Give an event up, with the reason why nothing is lost by it."""
    if not reason.strip():
        raise InvalidError("请写明放弃的原因", code="base.reason_missing")
    letter = _open(letter_id, version)
    return _settled(letter, events.DEAD_LETTER_DISCARDED, DISCARDED, reason=reason.strip())


def claimed(*, letter_id: str) -> DeadLetter | None:
    """Return a letter that is wanted again, locked; None when another worker has it or had it."""
    wanted = DeadLetter.objects.filter(
        pk=letter_id, retry_at__isnull=False, settled_at__isnull=True
    )
    return wanted.select_for_update(skip_locked=True).first()


def note_handled(*, letter: DeadLetter) -> DeadLetter:
    """Settle a letter in the transaction in which its event was handled."""
    return _settled(letter, events.DEAD_LETTER_HANDLED, HANDLED, tries=letter.tries + 1)


def note_refused(*, letter: DeadLetter, error: str) -> DeadLetter:
    """Keep that the slice refused once more; it waits again for somebody to decide."""
    return _saved(
        letter,
        events.DEAD_LETTER_REFUSED,
        retry_at=None,
        error=error[-ERROR_MAX:],
        tries=letter.tries + 1,
        failed_at=now(),
    )


def _open(letter_id: str, version: int) -> DeadLetter:
    """Lock a letter that nobody has settled or changed since the caller read it."""
    letter = DeadLetter.objects.select_for_update().filter(pk=letter_id).first()
    if letter is None:
        raise NotFoundError("没有这条死信", code="base.no_dead_letter")
    if letter.settled_at is not None:
        raise ConflictError("死信已处理", code="base.already_settled")
    if letter.version != version:
        raise StaleVersionError("已被他人修改", version=letter.version)
    return letter


def _settled(letter: DeadLetter, event: EventType, outcome: str, **values: Any) -> DeadLetter:
    return _saved(
        letter,
        event,
        settled_at=now(),
        settled_by=current_work().principal.actor,
        outcome=outcome,
        **values,
    )


def _saved(letter: DeadLetter, event: EventType, **values: Any) -> DeadLetter:
    for name, value in values.items():
        setattr(letter, name, value)
    letter.version += 1
    letter.save(update_fields=[*values, "version"])
    _record(event, letter)
    return letter


def _record(event: EventType, letter: DeadLetter) -> None:
    state = events.DeadLetterState(
        id=letter.id,
        slice=letter.slice,
        position=letter.position,
        event_id=letter.event["id"],
        event_type=letter.event["type"],
        tries=letter.tries,
        outcome=letter.outcome,
        reason=letter.reason,
    )
    about = journal.Subject(id=letter.id, version=letter.version, place=journal.Place())
    journal.record(event, state, about)
