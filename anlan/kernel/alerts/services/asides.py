"""Flags with an end and a filing: open alarms of a datastream that is out of service or suppressed (2b).

The engine knows the windows by the log and tells no raise inside them; here an alarm that was open before says
so too, from the window's begin to its end, whoever ends it: a person, or time.
"""

from collections import defaultdict
from typing import Any

from anlan.kernel.alerts import events
from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.alerts.services.columns import write_columns
from anlan.kernel.base.events import EventType
from anlan.kernel.sensing import queries as sensing
from anlan.kernel.sensing.models import Suppression, SuppressionKind

_IN_SERVICE: dict[str, Any] = {
    "suppressed_by": None,
    "out_of_service": False,
    "out_of_service_until": None,
    "out_of_service_by": "",
    "out_of_service_reason": "",
}


def follow_windows(limit: int) -> int:
    """Put back what no window covers any more, set aside what one covers now; at most `limit` alarms.

    Returns how many it was. Swept once a second; harmless when repeated.
    """
    windows = list(sensing.suppressions_now())
    ended = _put_back(windows, limit)
    return ended + _set_aside(windows, limit - ended)


def _put_back(windows: list[Suppression], limit: int) -> int:
    """Let alarms speak again whose window has ended."""
    aside = Alarm.objects.select_for_update(skip_locked=True).filter(
        OPEN, suppressed_by__isnull=False
    )
    rows = list(aside.exclude(suppressed_by__in=[one.id for one in windows]).order_by("id")[:limit])
    for alarm in rows:
        event = events.ALARM_PUT_BACK if alarm.out_of_service else events.ALARM_UNSUPPRESSED
        write_columns(alarm, event, **_IN_SERVICE)
    return len(rows)


def _set_aside(windows: list[Suppression], limit: int) -> int:
    """Say of open alarms that their datastream is suppressed or out of service; a drill's stay its own."""
    worlds: dict[str | None, dict[str, Suppression]] = defaultdict(dict)
    for window in windows:
        worlds[window.exercise_id][window.datastream_id] = window
    done = 0
    for exercise, covered in worlds.items():
        spoken = Alarm.objects.select_for_update(skip_locked=True).filter(
            OPEN, suppressed_by=None, exercise_id=exercise, datastream_id__in=list(covered)
        )
        for alarm in spoken.order_by("id")[: limit - done]:
            event, values = _values_of(covered[str(alarm.datastream_id)])
            write_columns(alarm, event, **values)
            done += 1
    return done


def _values_of(window: Suppression) -> tuple[EventType, dict[str, Any]]:
    """Return what an alarm under a window says."""
    if window.kind == SuppressionKind.BY_DESIGN:
        return events.ALARM_SUPPRESSED, {"suppressed_by": window.id}
    return events.ALARM_TAKEN_OUT, {
        "suppressed_by": window.id,
        "out_of_service": True,
        "out_of_service_until": window.ends_at,
        "out_of_service_by": window.approved_by,
        "out_of_service_reason": window.reason,
    }
