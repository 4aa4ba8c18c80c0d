"""Escalations of alarms and the calls about them."""

from dataclasses import replace
from typing import Final

from django.db import models

from anlan.kernel.base.fields import Exercisable, Identified, Placed, UlidField
from anlan.kernel.base.permissions import Facts
from anlan.systems.escalation.rules import AWAITED, OUTCOMES

_TITLE_LENGTH: Final = 80


class Escalation(Identified, Placed, Exercisable):
    """One rung that one occurrence of an alarm was carried to, because its owner let his time pass.

    It is written once and stays: for each deadline that passed one row a rung. `told` are the user ids of those who got the message, none where nobody stands
    there; whether it still waits is read from the alarm. `rung_title` is what the ladder said then.
    """

    alarm = models.ForeignKey("alerts.Alarm", on_delete=models.PROTECT, related_name="+")
    occurrence = models.IntegerField("第几次")
    rung = models.CharField("阶梯", max_length=24)
    rung_title = models.CharField("告知对象", max_length=60)
    rung_title_en = models.CharField(max_length=_TITLE_LENGTH)
    awaited = models.CharField("未做", max_length=8, choices=[*AWAITED.items()])
    due_at = models.DateTimeField("时限")
    organisations = models.JSONField("告知单位", default=list)
    told = models.JSONField("告知的人", default=list)
    message_id = UlidField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alarm", "occurrence", "rung", "due_at", "exercise_id"],
                nulls_distinct=False,
                name="escalation_escalation_once",
            )
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="escalation_newest"),
            models.Index(fields=["div", "-created_at"], name="escalation_div"),
            models.Index(fields=["site", "-created_at"], name="escalation_site"),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on; its matter is that of its alarm's subject."""
        return replace(super().facts, matter=self.alarm.subject.kind.matter)


class Call(Identified, Placed, Exercisable):
    """A call about an escalation (电话核实): who called whom, how it ended, what was said. Written once."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="calls")
    called_by = models.CharField("拨打人", max_length=64)
    callee = models.CharField("接听人", max_length=60)
    outcome = models.CharField("结果", max_length=16, choices=[*OUTCOMES.items()])
    said = models.CharField("内容", max_length=500, blank=True)
    called_at = models.DateTimeField("通话时间")

    class Meta:
        indexes = [models.Index(fields=["escalation", "called_at"], name="escalation_call_of")]
