"""HTTP of messages: my inbox."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, principal
from anlan.kernel.messaging import queries, services
from anlan.kernel.messaging.models import Delivery
from anlan.kernel.messaging.schemas import MessageOut, UnreadOut

VIEW = "messaging.message.view"

door = Door("messaging")
router = door.router


@door.list("/messages", VIEW, queries.INBOX, MessageOut)
def messages(request: HttpRequest) -> QuerySet[Delivery]:
    """My messages, the newest first."""
    return queries.inbox(principal(request))


@door.read("/unread", VIEW, response=UnreadOut)
def unread(request: HttpRequest) -> dict[str, int]:
    """How many messages I have not read."""
    return {"unread": queries.unread(principal(request))}


@door.write("/messages/{message_id}/read", VIEW, response=MessageOut)
def mark_read(request: HttpRequest, message_id: str) -> dict[str, Any]:
    """Note that I have read a message."""
    services.mark_read(message_id=message_id)
    return queries.in_inbox(principal(request), message_id)
