"""Messages to people, what became of each delivery, and what left the house (消息)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anlan.kernel.base.fields import (
    Exercisable,
    Identified,
    Placed,
    Sensitivity,
    UlidField,
    Withdrawable,
)
from anlan.kernel.messaging.rules import State


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
    # goes through quiet hours
    urgent = models.BooleanField(default=False, db_default=False)
    sender = models.CharField(max_length=64)
    # what a process says once however often it is asked to; null for what a person says
    key = models.CharField(max_length=160, null=True, unique=True)  # noqa: DJ001

    class Meta:
        indexes = [models.Index(fields=["about_id"], name="messaging_message_about")]


class DeliveryState(models.TextChoices):
    """What is known about one delivery in the inbox: committing it was sending it."""

    SENT = "sent", "已发"
    READ = "read", "已读"


class Delivery(Identified, Exercisable):
    """One message to one person in the inbox."""

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


class DispatchState(models.TextChoices):
    """`rules.State` in words."""

    WAITING = State.WAITING, "待发"
    SENDING = State.SENDING, "正在发"
    UNKNOWN = State.UNKNOWN, "结果不明"
    SENT = State.SENT, "已发出"
    DELIVERED = State.DELIVERED, "已送达"
    REFUSED = State.REFUSED, "被拒收"
    DEAD = State.DEAD, "未能发出"
    WITHDRAWN = State.WITHDRAWN, "已撤回"
    GIVEN_UP = State.GIVEN_UP, "已放弃"


class Dispatch(Identified, Exercisable):
    """One message to one person, or to one group, by one channel outside (外发); its id is the send id.

    It says nothing of what the message says. `tries` names a try, so that an answer that comes late is
    not taken for another's; `failures` begin anew when a person sends it again.
    """

    #: None: a test, whose words are fixed.
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    #: A person's id; empty for a group.
    recipient = UlidField(blank=True, db_index=True)
    channel = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=DispatchState.choices)
    urgent = models.BooleanField()
    #: Only that there is a message, nothing of what it says (P21).
    is_hint = models.BooleanField()
    tries = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True)
    words = models.CharField(max_length=200, blank=True)
    receipt = models.CharField(max_length=64, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "recipient", "channel"], name="messaging_dispatch_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                condition=models.Q(state=State.WAITING),
                name="messaging_dispatch_waiting",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(state=State.SENDING),
                name="messaging_dispatch_sending",
            ),
        ]


class ChannelRecord(models.Model):
    """How a channel fares: its tries of the last minute, when it last worked, since when it does not."""

    name = models.CharField(primary_key=True, max_length=32)
    #: Milliseconds since the epoch of the tries that its rate still counts.
    recent_ms = ArrayField(models.BigIntegerField(), default=list)
    last_sent_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True)
    words = models.CharField(max_length=200, blank=True)


class Wishes(Identified):
    """How a person wants to be told (通知设置): channels that he does not want, and when he is left alone."""

    user_id = UlidField(unique=True)
    without = ArrayField(models.CharField(max_length=32), default=list)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
