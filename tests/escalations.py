"""Escalations of alarms and calls about them, for tests."""

from datetime import timedelta

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now
from anlan.systems.escalation.models import Call, Escalation
from anlan.systems.escalation.services.calls import record_call
from anlan.systems.escalation.services.climbing import climb


def escalated(alarm_id: str) -> tuple[Escalation, Call]:
    """Let an alarm wait for too long in the open unit of work; return its first escalation and a call about it."""
    alarm = Alarm.objects.filter(pk=alarm_id)
    before = alarm.get().last_raised_at
    alarm.update(last_raised_at=now() - timedelta(minutes=15))
    climb(500)
    alarm.update(last_raised_at=before)
    row = Escalation.objects.filter(alarm=alarm_id).order_by("id")[0]
    call = record_call(
        escalation_id=row.id, callee="孙中控", outcome="reached", said="正在处置", called_at=None
    )
    return row, call
