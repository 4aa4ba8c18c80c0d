"""Reads of alarms: lists, one alarm's public state, each subject's worst open alarm."""

from dataclasses import fields
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from anlan.kernel.alerts.events import AlarmState
from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.models import Seal

_JOINED = {
    "subject_name": F("subject__name"),
    "datastream_name": F("datastream__name"),
    "tag": F("datastream__tag"),
    "unit": F("datastream__unit"),
    "firm_now": Case(
        When(
            Q(firm_state="confirmed") & Q(occurrences__gt=F("confirmed_occurrence")),
            then=Value("new"),
        ),
        default=F("firm_state"),
    ),
}
_PATHS = {field.name: field.name for field in fields(AlarmState)} | {"firm_state": "firm_now"}


def alarms() -> QuerySet[Alarm]:
    """Return every alarm that the scope reaches, with the names that a list shows."""
    return Alarm.objects.annotate(**_JOINED)


def open_alarms() -> QuerySet[Alarm]:
    """Return what is active or not closed by its firm."""
    return alarms().filter(OPEN)


def alarm_state(alarm_id: str) -> AlarmState:
    """Return the public state of one alarm, or say that there is none to be seen."""
    row = alarms().filter(pk=alarm_id).values(*_PATHS.values()).first()
    if row is None:
        raise NotFoundError("没有这个报警，或不在您的范围内", id=alarm_id)
    return AlarmState(**{name: row[path] for name, path in _PATHS.items()})


def journal_position() -> int:
    """Return the position that a snapshot is taken after; read it before the snapshot (7.15)."""
    last = Seal.objects.order_by("-id").values_list("last_position", flat=True).first()
    return last or 0


def subject_states() -> dict[str, Any]:
    """Return each subject's worst open alarm and how many there are, with the position before."""
    position = journal_position()
    grouped = (
        Alarm.objects.filter(OPEN)
        .values("subject_id")
        .annotate(
            priority=Min("priority"),
            count=Count("id"),
            active=Count("id", filter=Q(instrument_state="active")),
        )
        .order_by("priority", "subject_id")
    )
    return {"position": position, "states": list(grouped)}
