"""JSON shapes of messages."""

from datetime import datetime, time
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body


class MessageOut(Schema):
    """One message in the inbox of who asks; `version` is that of its delivery."""

    id: str
    title: str
    body: str
    title_en: str
    body_en: str
    sender: str
    sender_name: str
    about_kind: str
    about_id: str | None
    sensitivity: int
    sent_at: datetime | None
    read_at: datetime | None
    withdrawn_at: datetime | None
    exercise_id: str | None
    version: int


class UnreadOut(Schema):
    """How many messages wait to be read."""

    unread: int


DispatchStateKey = Literal[
    "waiting", "sending", "unknown", "sent", "delivered", "refused", "dead", "withdrawn", "given_up"
]
WayKey = Literal["sms", "voice", "mail", "group"]


class ChannelOut(Schema):
    """A channel outside and how it fares; nothing of where it leads or what opens it.

    `dead` counts what waits for a person, `waiting` what is due or under way.
    """

    name: str
    title: str
    title_en: str
    way: WayKey
    idempotent: bool
    rate_per_minute: int
    ceiling: int
    hints_above: bool
    urgent_only: bool
    carries: Literal["actual", "exercise", "both"]
    last_sent_at: datetime | None
    failing_since: datetime | None
    reason: str
    words: str
    waiting: int
    dead: int


class ChannelsOut(Schema):
    """Every channel that leaves the house; empty where none is described."""

    items: list[ChannelOut]


class DispatchOut(Schema):
    """One message to one person, or to one group (empty `recipient`), by one channel; not what it says.

    `reason` is a code, `words` what the other side answered. `is_hint`: only that there is a message left.
    """

    id: str
    message_id: str | None
    created_at: datetime
    channel: str
    recipient: str
    recipient_name: str
    state: DispatchStateKey
    urgent: bool
    is_hint: bool
    is_test: bool
    tries: int
    reason: str
    words: str
    due_at: datetime
    sent_at: datetime | None
    settled_by_name: str
    settled_reason: str
    exercise_id: str | None
    version: int


class LetterBody(Body):
    """Why a dispatch is sent again, or given up."""

    reason: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class OwnWayOut(Schema):
    """A channel that may reach me: whether I have what it needs, and whether I want it."""

    name: str
    title: str
    title_en: str
    way: WayKey
    urgent_only: bool
    is_reachable: bool
    is_wanted: bool


class OwnDispatchOut(Schema):
    """What was lately sent to me by one channel."""

    id: str
    channel: str
    state: DispatchStateKey
    reason: str
    created_at: datetime
    sent_at: datetime | None
    due_at: datetime
    is_hint: bool
    is_test: bool


class WishesOut(Schema):
    """How I am told: my addresses as a screen shows them, my channels, when I am left alone (Beijing time)."""

    phone: str
    mail: str
    quiet_from: time | None
    quiet_to: time | None
    channels: list[OwnWayOut]
    lately: list[OwnDispatchOut]


class WishesBody(Body):
    """The names of the channels that I do not want, and my quiet hours (Beijing time)."""

    without: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=50)]
    quiet_from: time | None
    quiet_to: time | None
