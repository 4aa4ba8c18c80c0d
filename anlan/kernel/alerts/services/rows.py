"""From transitions to rows: the columns of a statement, and its journal (services.alarm_sql)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg import Connection, Cursor

from anlan.kernel.alerts import events
from anlan.kernel.alerts.folding import Columns
from anlan.kernel.alerts.rules import DEFAULT_PRIORITY, GROUP_PRIORITY, Transition
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.one_trip import Statement
from anlan.kernel.base.unit_of_work import current_work

_PRIORITY = DEFAULT_PRIORITY | GROUP_PRIORITY

#: A plan is kept from one call to the next; after so many rows of ours, then twice as many and so
#: on, it is made anew: what was best for an empty table is not for a storm's.
REPLAN_ROWS = 500


@dataclass(slots=True)
class _Growth:
    """How many rows a connection has written, and at how many its plans are made anew."""

    written: int = 0
    replan_at: int = REPLAN_ROWS

    def is_due(self, rows: int) -> bool:
        """Count rows; tell whether the plans are too old for them."""
        self.written += rows
        if self.written < self.replan_at:
            return False
        self.replan_at = 2 * self.written
        return True


_FORGET: Statement = ("DISCARD PLANS", {})
_growth: WeakKeyDictionary[Connection[Any], _Growth] = WeakKeyDictionary()


def columns_of(chosen: Sequence[Transition]) -> Columns:
    """Return transitions as the columns of `alarm_sql.INPUT`; plain values, times as ISO text."""
    return {
        "alarm": [one.alarm_id for one in chosen],
        "number": [one.number for one in chosen],
        "condition": [one.condition for one in chosen],
        "at": _moments([one.at_ms for one in chosen]),
        "known": _moments([one.known_ms for one in chosen]),
        "value": [one.value for one in chosen],
        "version": [one.limit_version for one in chosen],
        "late": [one.late for one in chosen],
        "default": [_PRIORITY[one.condition] for one in chosen],
        "exercise": [one.exercise_id for one in chosen],
        "cause": [one.cause_key for one in chosen],
    }


def _moments(each_ms: list[int]) -> list[str]:
    """Return moments as ISO text; in a crowd many are the same."""
    texts = {ms: from_ms(ms).isoformat() for ms in set(each_ms)}
    return [texts[ms] for ms in each_ms]


def write_rows(statement: str, kind: str, columns: Columns) -> int:
    """Run a statement of `alarm_sql`: rows and their journal; return how many that were."""
    connection.ensure_connection()
    actor = current_work().principal.actor
    row = None
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        for text, values in statements_of(statement, kind, columns, actor):
            row = cursor.execute(text.encode(), values, prepare=True)
        found = row.fetchone() if row else None
    return int(found[0]) if found else 0


def statements_of(statement: str, kind: str, columns: Columns, actor: str) -> list[Statement]:
    """Return a statement of `alarm_sql` with its values, behind one that forgets plans that are too old.

    It is to be prepared: under row security making the plan costs ten times what running it does.
    Columns go as text, which the statement casts: of numbers the types would differ with their size,
    and each set of types is a plan of its own.
    """
    said: Statement = (
        statement,
        {
            **{name: [_text(one) for one in column] for name, column in columns.items()},
            "ulids": sorted(new_ulid() for _ in columns["alarm"]),
            "node": config().node,
            "type": f"alerts.alarm.{kind}",
            "schema": events.ALARM_RAISED.schema,
            "actor": actor,
            "now": now(),
        },
    )
    is_due = _growth.setdefault(connection.connection, _Growth()).is_due(len(columns["alarm"]))
    return [_FORGET, said] if is_due else [said]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
