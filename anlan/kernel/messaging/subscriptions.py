"""What messaging does in answer to its own events: what was said leaves the house, beside whoever said it."""

from collections.abc import Sequence

from anlan.kernel.base.envelope import Envelope
from anlan.kernel.messaging.events import MESSAGE_SENT
from anlan.kernel.messaging.services.dispatches import plan_dispatches


def on_messages_sent(sent: Sequence[Envelope]) -> None:
    """Plan what leaves by the channels outside; harmless when repeated."""
    plan_dispatches(message_ids=[one.object for one in sent])


def on_message_sent(event: Envelope) -> None:
    """Plan what leaves of one message."""
    on_messages_sent([event])


HANDLERS = {MESSAGE_SENT.name: on_message_sent}
TOGETHER = {MESSAGE_SENT.name: on_messages_sent}
