"""From transitions to rows: the columns of a statement, and its journal (services.alarm_sql)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor

from anlan.kernel.alerts import events
from anlan.kernel.alerts.rules import DEFAULT_PRIORITY, GROUP_PRIORITY, Transition
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
    """Run a statement of `alarm_sql`: rows and their journal; return how many that were.

    It is prepared: sent once a connection, and the server may keep its plan.
    """
    said = {
        **columns,
        "ulids": sorted(new_ulid() for _ in columns["alarm"]),
        "node": config().node,
        "type": f"alerts.alarm.{kind}",
        "schema": events.ALARM_RAISED.schema,
        "actor": current_work().principal.actor,
        "now": now(),
    }
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        row = cursor.execute(statement.encode(), said, prepare=True).fetchone()
    return int(row[0]) if row else 0
