"""From transitions to rows: the columns of a statement, and its journal (services.alarm_sql)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from anlan.kernel.alerts import events
from anlan.kernel.alerts.rules import DEFAULT_PRIORITY, GROUP_PRIORITY, Transition
from anlan.kernel.alerts.services import alarm_sql
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import current_work

_PRIORITY = DEFAULT_PRIORITY | GROUP_PRIORITY

Columns = dict[str, list[Any]]


def columns_of(chosen: Sequence[Transition]) -> Columns:
    """Return transitions as the columns of `alarm_sql.INPUT`; plain values, times as ISO text."""
    return {
        "alarm": [one.alarm_id for one in chosen],
        "number": [one.number for one in chosen],
        "condition": [one.condition for one in chosen],
        "at": [from_ms(one.at_ms).isoformat() for one in chosen],
        "known": [from_ms(one.known_ms).isoformat() for one in chosen],
        "value": [one.value for one in chosen],
        "version": [one.limit_version for one in chosen],
        "late": [one.late for one in chosen],
        "default": [_PRIORITY[one.condition] for one in chosen],
        "exercise": [one.exercise_id for one in chosen],
        "cause": [one.cause_key for one in chosen],
    }


def write_rows(statement: str, kind: str, columns: Columns) -> int:
    """Run a statement and write the journal rows of what it changed; return how many that were."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(statement, {**columns, "now": moment})
        written = cursor.fetchall()
        cursor.execute(
            alarm_sql.JOURNAL,
            {
                "ids": [alarm_id for alarm_id, _ in written],
                "at": [at for _, at in written],
                "ulids": sorted(new_ulid() for _ in written),
                "node": config().node,
                "type": f"alerts.alarm.{kind}",
                "schema": events.ALARM_RAISED.schema,
                "actor": current_work().principal.actor,
                "now": moment,
            },
        )
    return len(written)
