"""JSON shapes of messages."""

from datetime import datetime

from ninja import Schema


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
