"""Messages to people and what became of each delivery (消息)."""

from django.db import models

from anlan.kernel.base.fields import (
    Exercisable,
    Identified,
    Placed,
    Sensitivity,
    UlidField,
    Withdrawable,
)


class Message(Withdrawable, Placed, Exercisable):
    """One thing said once, to one or more people, over one or more channels."""

    title = models.CharField(max_length=200)
    body = models.TextField()
    # what a process says, it says in both languages; a person's words stand as they are
    title_en = models.CharField(max_length=200, blank=True, default="", db_default="")
    body_en = models.TextField(blank=True, default="", db_default="")
    about_kind = models.CharField(max_length=48, blank=True)
    about_id = UlidField(null=True, blank=True)
    sensitivity = models.SmallIntegerField(
        choices=Sensitivity.choices, default=Sensitivity.INTERNAL
    )
    sender = models.CharField(max_length=64)
    # what a process says once however often it is asked to; null for what a person says
    key = models.CharField(max_length=160, null=True, unique=True)  # noqa: DJ001

    class Meta:
        indexes = [models.Index(fields=["about_id"], name="messaging_message_about")]


class DeliveryState(models.TextChoices):
    """What is known about one delivery; `unknown` is in flight at a crash (7.21)."""

    WAITING = "waiting", "待发"
    SENT = "sent", "已发"
    UNKNOWN = "unknown", "未知"
    FAILED = "failed", "失败"
    READ = "read", "已读"


class Delivery(Identified, Exercisable):
    """One message to one person by one channel; its id is the send id given to the channel."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    recipient = UlidField(db_index=True)
    # the message's sender again: row security may not look it up there, the two would ask in turn
    sender = models.CharField(max_length=64)
    channel = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=DeliveryState.choices)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "recipient", "channel"], name="messaging_delivery_once"
            )
        ]
