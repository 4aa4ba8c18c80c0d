"""The only writer of messages: send, read, withdraw."""

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.services.withdrawal import withdraw
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import events, queries
from anlan.kernel.messaging.channels import Channel, Outcome, Outgoing, channels_for
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


def send_message(  # noqa: PLR0913 - one argument a column
    *,
    title: str,
    body: str,
    recipients: Iterable[str],
    about: About | None = None,
    place: journal.Place | None = None,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    key: str | None = None,
) -> Sent:
    """Send something once to some people (user ids), each person once a channel.

    The channels are chosen by drill and sensitivity before the message is built. Somebody whose
    posts do not reach its sensitivity gets nothing and is named in the answer. What has been said
    under the same key is not said again; the answer is the message of then.
    """
    principal = current_work().principal
    if key is not None and (said := queries.said(key)) is not None:
        return Sent(message=said, deliveries=list(said.deliveries.all()), below_ceiling=[])
    chosen = channels_for(in_exercise=principal.exercise_id is not None, sensitivity=sensitivity)
    if not chosen:
        raise InvalidError("没有可用的渠道", code="messaging.no_channel")
    wanted = sorted(set(recipients))
    ceilings = ceilings_of(wanted)
    reached = [one for one in wanted if ceilings.get(one, -1) >= sensitivity]
    if not reached:
        raise InvalidError("没有可以接收的人", code="messaging.no_recipient")
    where = place or (about.place if about else journal.Place())
    message = Message.objects.create(
        title=title,
        body=body,
        about_kind=about.kind if about else "",
        about_id=about.id if about else None,
        sensitivity=sensitivity,
        sender=principal.actor,
        key=key,
        **journal.first_columns(where),
    )
    deliveries = [
        _deliver(message, recipient, channel) for recipient in reached for channel in chosen
    ]
    _record(events.MESSAGE_SENT, message, deliveries)
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
    _record(events.MESSAGE_WITHDRAWN, message, list(message.deliveries.order_by("id")))
    return message


def _deliver(message: Message, recipient: str, channel: Channel) -> Delivery:
    """Write one delivery and hand it to its channel.

    The channel inside the product sends by being committed. The first channel that leaves the
    database must be handed its deliveries by the worker after the commit instead (7.21).
    """
    moment = now()
    delivery = Delivery.objects.create(
        message=message,
        recipient=recipient,
        sender=message.sender,
        channel=channel.name,
        state=DeliveryState.WAITING,
        exercise_id=message.exercise_id,
        created_at=moment,
        updated_at=moment,
    )
    outgoing = Outgoing(
        send_id=delivery.id, recipient=recipient, title=message.title, body=message.body
    )
    outcome = channel.send(outgoing)
    delivery.state = DeliveryState(outcome)
    delivery.sent_at = moment if outcome == Outcome.SENT else None
    delivery.save(update_fields=["state", "sent_at"])
    return delivery


def _record(event: EventType, message: Message, deliveries: list[Delivery]) -> None:
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
    journal.record(event, state, journal.Subject.of(message))
