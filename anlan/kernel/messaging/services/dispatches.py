"""What leaves the house (外发): planned in answer to a message, claimed before sending, its answer noted (7.21).

The intent is committed before anything leaves. Whatever crashes between the two leaves the dispatch
`sending`, and after `rules.LEASE` it is unknown: of a channel that may reach somebody twice only a person
sends it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from anlan.kernel.base import journal
from anlan.kernel.base.clock import from_ms, now, now_ms
from anlan.kernel.base.events import EventType
from anlan.kernel.base.ids import derived_ulid, ms_of, new_ulid
from anlan.kernel.messaging import channels, events
from anlan.kernel.messaging.channels import Answer, Channel, Fit, Way
from anlan.kernel.messaging.models import ChannelRecord, Dispatch, Message
from anlan.kernel.messaging.queries.dispatches import wishes_of
from anlan.kernel.messaging.rules import (
    LEASE,
    TOO_OLD,
    WAITS_FOR_A_PERSON,
    Outcome,
    Quiet,
    State,
    after_try,
    room,
)
from anlan.kernel.people.models import ContactKind
from anlan.kernel.people.queries.addresses import kinds_known, organisations_of

ADDRESSES = {Way.SMS: ContactKind.PHONE, Way.VOICE: ContactKind.PHONE, Way.MAIL: ContactKind.MAIL}
WORDS_MAX, RECEIPT_MAX = 200, 64
#: How many tries of one channel are under way at once.
AT_ONCE = 4


def plan_dispatches(*, message_ids: Iterable[str]) -> list[Dispatch]:
    """Plan what of these messages leaves by which channel to whom; asked again, nothing is planned twice."""
    if not channels.outside():
        return []
    messages = list(Message.objects.filter(pk__in=set(message_ids)).prefetch_related("deliveries"))
    people = {one.recipient for message in messages for one in message.deliveries.all()}
    known, wishes = kinds_known(people), wishes_of(people)
    planned = []
    for message in messages:
        recipients = sorted({one.recipient for one in message.deliveries.all()})
        for fit in _fits(message):
            if fit.channel.way == Way.GROUP:
                planned += [_planned(message, "", fit)] if _is_theirs(fit, recipients) else []
                continue
            planned += [
                _planned(message, one, fit)
                for one in recipients
                if ADDRESSES[fit.channel.way] in known.get(one, ())
                and (one not in wishes or fit.channel.name not in wishes[one].without)
            ]
    return Dispatch.objects.bulk_create(planned, ignore_conflicts=True)


def _fits(message: Message) -> list[Fit]:
    in_exercise = message.exercise_id is not None
    found = [
        channels.fit(one, in_exercise=in_exercise, sensitivity=message.sensitivity)
        for one in channels.outside()
        if message.urgent or not one.urgent_only
    ]
    return [one for one in found if one is not None]


def _is_theirs(fit: Fit, recipients: Sequence[str]) -> bool:
    """Tell whether a group hears of a message: its organisations are among those of the recipients."""
    wanted = fit.channel.organisations
    return not wanted or bool(organisations_of(recipients) & set(wanted))


def _planned(message: Message, recipient: str, fit: Fit) -> Dispatch:
    moment = now()
    return Dispatch(
        # the same however often it is planned: a channel outside knows what it has sent
        id=derived_ulid(ms_of(message.id), message.id, recipient, fit.channel.name),
        message=message,
        recipient=recipient,
        channel=fit.channel.name,
        state=State.WAITING,
        urgent=message.urgent,
        is_hint=fit.is_hint,
        due_at=moment,
        exercise_id=message.exercise_id,
        created_at=moment,
        updated_at=moment,
    )


def plan_test(*, user_id: str, channel: Channel) -> Dispatch:
    """Plan a test to a person by one channel; it says that it is one and goes through quiet hours."""
    moment = now()
    return Dispatch.objects.create(
        id=new_ulid(),
        recipient=user_id,
        channel=channel.name,
        state=State.WAITING,
        urgent=True,
        is_hint=False,
        due_at=moment,
        created_at=moment,
        updated_at=moment,
    )


def keep_tried(*, dispatch_id: str, user_id: str, channel: Channel, answer: Answer) -> Dispatch:
    """Keep what a test by the command has come to, and who was tried."""
    moment = now()
    row = Dispatch(
        id=dispatch_id,
        recipient=user_id,
        channel=channel.name,
        state=State.SENDING,
        urgent=True,
        is_hint=False,
        tries=1,
        due_at=moment,
        claimed_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    row.save(force_insert=True)
    ended = answer
    if answer.outcome == Outcome.NOT_SENT:  # a test is not tried again behind whoever looks at it
        ended = replace(answer, outcome=Outcome.REFUSED)
    return _apply(row, ended, idempotent=False)


def claim_dispatches(*, channel: Channel) -> list[Dispatch]:
    """Take what is due for a channel, as far as its rate allows; commit before sending.

    Of a channel that fails one at a time is tried. Whoever is in his quiet hours waits for their end,
    unless it is urgent; what has become too old is dead.
    """
    moment = now()
    due = Dispatch.objects.filter(channel=channel.name, state=State.WAITING, due_at__lte=moment)
    if not due.exists():
        return []
    # the record is the lock of its channel: two workers never use up one rate
    ChannelRecord.objects.bulk_create([ChannelRecord(name=channel.name)], ignore_conflicts=True)
    record = ChannelRecord.objects.select_for_update().get(pk=channel.name)
    recent, free = room(record.recent_ms, channel.rate_per_minute, now_ms())
    free = min(free, 1 if record.failing_since else AT_ONCE)
    rows = list(due.select_for_update(skip_locked=True).order_by("-urgent", "due_at", "id")[:free])
    wishes = wishes_of({one.recipient for one in rows})
    claimed = []
    for row in rows:
        said = wishes.get(row.recipient)
        until = None
        if said and said.quiet_from and said.quiet_to and not row.urgent:
            until = Quiet(said.quiet_from, said.quiet_to).until(moment)
        if moment - max(row.created_at, _asked_again(row)) > TOO_OLD:
            _saved(row, State.DEAD, reason="too_old")
        elif until is not None:
            _saved(row, State.WAITING, due_at=until)
        else:
            row.tries += 1
            claimed.append(_saved(row, State.SENDING, claimed_at=moment))
    record.recent_ms = [*recent, *([now_ms()] * len(claimed))]
    record.save(update_fields=["recent_ms"])
    return claimed


def _asked_again(row: Dispatch) -> datetime:
    """Return when a person last sent it again; long ago where nobody did."""
    return row.updated_at if row.settled_by else from_ms(0)


def note_answer(*, dispatch_id: str, tries: int, answer: Answer, channel: Channel) -> Dispatch:
    """Note what a try has come to. An answer that comes after the lease still counts where it is certain."""
    row = Dispatch.objects.select_for_update().get(pk=dispatch_id)
    is_under_way = row.state == State.SENDING
    is_certain = answer.outcome in {Outcome.SENT, Outcome.DELIVERED, Outcome.REFUSED}
    is_open = row.state in {State.WAITING, State.UNKNOWN}
    if row.tries != tries or not (is_under_way or (is_open and is_certain)):
        return row
    _note_channel(channel.name, answer)
    return _apply(row, answer, idempotent=channel.idempotent)


def lapse_dispatches(limit: int) -> int:
    """Note what was under way at a crash; returns how many it was."""
    due = Dispatch.objects.filter(state=State.SENDING, claimed_at__lt=now() - LEASE)
    rows = list(due.select_for_update(skip_locked=True).order_by("claimed_at")[:limit])
    for row in rows:
        channel = channels.named(row.channel)
        lapsed = Answer(outcome=Outcome.UNKNOWN, reason="in_flight")
        _apply(row, lapsed, idempotent=channel is not None and channel.idempotent)
    return len(rows)


def withdraw_dispatch(*, dispatch_id: str) -> Dispatch:
    """Let a claimed dispatch be, because its message was taken back before it left."""
    row = Dispatch.objects.select_for_update().get(pk=dispatch_id)
    return _saved(row, State.WITHDRAWN) if row.state == State.SENDING else row


def _apply(row: Dispatch, answer: Answer, *, idempotent: bool) -> Dispatch:
    if answer.outcome in {Outcome.NOT_SENT, Outcome.UNKNOWN}:
        row.failures += 1
    follows = after_try(answer.outcome, failures=row.failures, idempotent=idempotent)
    values = {
        "reason": answer.reason,
        "words": answer.words[:WORDS_MAX],
        "receipt": answer.receipt[:RECEIPT_MAX],
    }
    if follows.pause_s is not None:
        return _saved(
            row, follows.state, due_at=from_ms(now_ms() + follows.pause_s * 1000), **values
        )
    if follows.state in {State.SENT, State.DELIVERED}:
        return _saved(row, follows.state, sent_at=now(), **values)
    return _saved(row, follows.state, **values)


def _saved(row: Dispatch, state: State, **values: object) -> Dispatch:
    """Save a dispatch in its new state; how it ended is in the journal, each try is not."""
    row.state, row.updated_at = state, now()
    row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save(
        update_fields=[*values, "state", "tries", "failures", "updated_at", "version"],
    )
    if state in {State.SENT, State.DELIVERED}:
        record(events.DISPATCH_SENT, row)
    elif state in WAITS_FOR_A_PERSON:
        record(events.DISPATCH_FAILED, row)
    return row


def record(event: EventType, row: Dispatch) -> None:
    """Tell the journal what became of a dispatch."""
    state = events.DispatchState(
        id=row.id,
        message_id=row.message_id,
        recipient=row.recipient,
        channel=row.channel,
        state=row.state,
        tries=row.tries,
        reason=row.reason,
        settled_reason=row.settled_reason,
    )
    about = journal.Subject(
        id=row.id, version=row.version, place=journal.Place(), exercise_id=row.exercise_id
    )
    journal.record(event, state, about)


def _note_channel(name: str, answer: Answer) -> None:
    """Keep since when a channel fails; what one receiver refuses says nothing of the channel."""
    record = ChannelRecord.objects.select_for_update().get(pk=name)
    if answer.outcome in {Outcome.SENT, Outcome.DELIVERED}:
        record.last_sent_at, record.failing_since = now(), None
        record.reason = record.words = ""
    elif answer.outcome in {Outcome.NOT_SENT, Outcome.UNKNOWN}:
        record.failing_since = record.failing_since or now()
        record.reason, record.words = answer.reason, answer.words[:WORDS_MAX]
    record.save(update_fields=["last_sent_at", "failing_since", "reason", "words"])
