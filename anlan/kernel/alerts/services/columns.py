"""How columns that are not the engine's are written: one row, one version, one journal row."""

from typing import Any

from anlan.kernel.alerts import events, queries
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.events import EventType


def write_columns(alarm: Alarm, event: EventType, **values: Any) -> events.AlarmState:
    """Write these columns of a locked row only, raise the version, and leave the journal row."""
    before = {name: getattr(alarm, name) for name in values}
    for name, value in values.items():
        setattr(alarm, name, value)
    alarm.version += 1
    alarm.updated_at = now()
    alarm.save(update_fields=[*values, "version", "updated_at"])
    state = queries.alarm_state(alarm.id)
    change = journal.changed(before, values)
    journal.record(event, state, journal.Subject.of(alarm), change=change)
    return state
