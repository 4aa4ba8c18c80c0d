"""What happens to messages; their text stays out of the events."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageState:
    """A message as others may know it: to whom and about what, not what it says."""

    id: str
    sender: str
    recipients: list[str]
    channels: list[str]
    about_kind: str
    about_id: str | None
    sensitivity: int
    withdrawn_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRead:
    """Who has read a message, and when."""

    id: str
    message_id: str
    recipient: str
    read_at: str


MESSAGE_SENT = EventType("messaging.message.sent", MessageState, "发出消息")
MESSAGE_WITHDRAWN = EventType("messaging.message.withdrawn", MessageState, "撤回消息")
DELIVERY_READ = EventType("messaging.delivery.read", DeliveryRead, "消息已读")
