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


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchState:
    """What left the house, to whom and with what end; neither what it says nor any address."""

    id: str
    message_id: str | None
    recipient: str
    channel: str
    state: str
    tries: int
    reason: str
    settled_reason: str


DISPATCH_SENT = EventType("messaging.dispatch.sent", DispatchState, "外发成功")
DISPATCH_FAILED = EventType("messaging.dispatch.failed", DispatchState, "外发未成")
DISPATCH_SENT_AGAIN = EventType("messaging.dispatch.sent_again", DispatchState, "人工重发")
DISPATCH_GIVEN_UP = EventType("messaging.dispatch.given_up", DispatchState, "放弃外发")


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesState:
    """That a person has changed how he is told; not how."""

    id: str
    recipients: list[str]


WISHES_KEPT = EventType("messaging.wishes.kept", WishesState, "修改通知设置")
