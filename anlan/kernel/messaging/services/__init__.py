"""The only writer of messages: send, read, withdraw. What leaves the house is `dispatches`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import derived_ulid, ms_of, new_ulid
from anlan.kernel.base.services.withdrawal import withdraw
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import events, queries
from anlan.kernel.messaging.channels import InApp
from anlan.kernel.messaging.models import Delivery, DeliveryState, Message
from anlan.kernel.people.queries.principals import ceilings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The object that a message speaks of, and where that hangs."""

    kind: str
    id: str
    place: journal.Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message with its deliveries, and who may not read so high (敏感级别不足)."""

    message: Message
    deliveries: list[Delivery]
    below_ceiling: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message before it is sent: what `send_message` takes, and its thread of cause."""

    title: str
    body: str
    recipients: tuple[str, ...]
    title_en: str = ""
    body_en: str = ""
    about: About | None = None
    place: journal.Place | None = None
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    urgent: bool = False
    key: str | None = None
    cause: journal.Cause | None = None


def send_message(  # noqa: PLR0913 - one argument a column
    *,
    title: str,
    body: str,
    recipients: Iterable[str],
    title_en: str = "",
    body_en: str = "",
    about: About | None = None,
    place: journal.Place | None = None,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    urgent: bool = False,
    key: str | None = None,
) -> Sent:
    """Send something once to some people (user ids), each person once a channel.

    `*_en` is the same in English, for whoever reads in it; empty for what a person wrote.

    Everybody finds it in the inbox; the channels outside are chosen by drill, sensitivity and each person's
    wishes in answer to the event (`subscriptions`), so that nothing here waits for them. What is `urgent`
    goes through quiet hours. Somebody whose posts do not reach its sensitivity gets nothing and is named in
    the answer. What has been said under the same key is not said again; the answer is the message of then.
    """
    draft = Draft(
        title=title,
        body=body,
        title_en=title_en,
        body_en=body_en,
        recipients=tuple(recipients),
        about=about,
        place=place,
        sensitivity=sensitivity,
        urgent=urgent,
        key=key,
    )
    return send_messages([draft])[0]


def send_messages(drafts: Sequence[Draft]) -> list[Sent]:
    """Send many messages with a handful of statements; each as `send_message` does, keys different."""
    said = queries.said(draft.key for draft in drafts if draft.key is not None)
    fresh = [draft for draft in drafts if draft.key not in said]
    ceilings = ceilings_of(one for draft in fresh for one in draft.recipients)
    made = [_made(draft, ceilings) for draft in fresh]
    Message.objects.bulk_create([one.message for one in made])
    Delivery.objects.bulk_create([row for one in made for row in one.deliveries])
    journal.record_all(
        [
            _entry(events.MESSAGE_SENT, one.message, one.deliveries, draft.cause)
            for draft, one in zip(fresh, made, strict=True)
        ]
    )
    new = iter(made)
    return [
        next(new)
        if draft.key not in said
        else Sent(
            message=said[str(draft.key)],
            deliveries=list(said[str(draft.key)].deliveries.all()),
            below_ceiling=[],
        )
        for draft in drafts
    ]


def _made(draft: Draft, ceilings: dict[str, int]) -> Sent:
    """Return a message with its deliveries, not written yet."""
    principal = current_work().principal
    wanted = sorted(set(draft.recipients))
    reached = [one for one in wanted if ceilings.get(one, -1) >= draft.sensitivity]
    if not reached:
        raise InvalidError("没有可以接收的人", code="messaging.no_recipient")
    about = draft.about
    # a replay says the same again under the same ids: a channel outside knows what it has sent
    is_again = draft.key is not None and about is not None
    moment_ms = ms_of(about.id) if about else 0
    where = draft.place or (about.place if about else journal.Place())
    message = Message(
        id=derived_ulid(moment_ms, "messaging", draft.key) if is_again else new_ulid(),
        title=draft.title,
        body=draft.body,
        title_en=draft.title_en,
        body_en=draft.body_en,
        about_kind=about.kind if about else "",
        about_id=about.id if about else None,
        sensitivity=draft.sensitivity,
        urgent=draft.urgent,
        sender=principal.actor,
        key=draft.key,
        **journal.first_columns(where),
    )
    deliveries = [_delivered(message, recipient) for recipient in reached]
    below = [one for one in wanted if one not in set(reached)]
    return Sent(message=message, deliveries=deliveries, below_ceiling=below)


def mark_read(*, message_id: str) -> Delivery:
    """Note that the person who acts has read a message; the first time counts."""
    principal = current_work().principal
    delivery = queries.delivery(principal, message_id)
    if delivery.read_at is not None:
        return delivery
    delivery.state = DeliveryState.READ
    delivery.read_at = delivery.updated_at = now()
    delivery.version += 1
    delivery.save(update_fields=["state", "read_at", "updated_at", "version"])
    state = events.DeliveryRead(
        id=delivery.id,
        message_id=message_id,
        recipient=delivery.recipient,
        read_at=delivery.read_at.isoformat(),
    )
    about = journal.Subject(
        id=delivery.id,
        version=delivery.version,
        place=journal.Place.of(delivery.message),
        exercise_id=delivery.exercise_id,
    )
    journal.record(events.DELIVERY_READ, state, about)
    return delivery


def withdraw_message(*, message_id: str, version: int) -> Message:
    """Withdraw one's own message: its text is shown to nobody any more, the row stays."""
    message = queries.message(message_id)
    withdraw(message, author=message.sender, version=version, named="messaging")
    deliveries = list(message.deliveries.order_by("id"))
    journal.record_all([_entry(events.MESSAGE_WITHDRAWN, message, deliveries)])
    return message


def _delivered(message: Message, recipient: str) -> Delivery:
    """Return one delivery in the inbox: it sends by being committed."""
    moment = now()
    return Delivery(
        id=derived_ulid(ms_of(message.id), message.id, recipient, InApp.name),
        message=message,
        recipient=recipient,
        sender=message.sender,
        channel=InApp.name,
        state=DeliveryState.SENT,
        sent_at=moment,
        exercise_id=message.exercise_id,
        created_at=moment,
        updated_at=moment,
    )


def _entry(
    event: EventType,
    message: Message,
    deliveries: list[Delivery],
    cause: journal.Cause | None = None,
) -> journal.Entry:
    state = events.MessageState(
        id=message.id,
        sender=message.sender,
        recipients=sorted({one.recipient for one in deliveries}),
        channels=sorted({one.channel for one in deliveries}),
        about_kind=message.about_kind,
        about_id=message.about_id,
        sensitivity=message.sensitivity,
        withdrawn_at=message.withdrawn_at.isoformat() if message.withdrawn_at else None,
    )
    return journal.Entry(event=event, state=state, about=journal.Subject.of(message), cause=cause)
