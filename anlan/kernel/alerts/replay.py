"""Alarms as they were known then (7.14): the open ones at a moment, and what changed after it, from the journal.

State at T = the last version of each alarm that the journal knew by T. Whoever asks sees what he reaches
today: row security of alarms and of the journal both hold.
"""

from datetime import datetime, timedelta
from json import loads
from typing import Any

from django.db import connection

from anlan.kernel.alerts.events import AlarmState
from anlan.kernel.base.clock import utc_text
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.events import EVENT_TYPES

#: One answer spans no more; what follows is asked for again.
LONGEST = timedelta(hours=24)
#: Alarms open at the beginning, and about so many changes after it, of one answer.
MOST_OPEN, MOST_CHANGES = 5_000, 10_000

_TYPES = [name for name, one in EVENT_TYPES.items() if one.data is AlarmState]

#: An alarm that was open then is open now or has changed since; a minute covers a commit under way.
_OPEN_THEN = """
    SELECT j.known_at, j.type, j.schema, j.object_version, j.data FROM alerts_alarm a
    CROSS JOIN LATERAL (
        SELECT known_at, type, schema, object_version, data FROM base_journal
        WHERE object = a.id AND type = ANY (%(types)s) AND known_at <= %(at)s
        ORDER BY known_at DESC, id DESC LIMIT 1
    ) j
    WHERE a.created_at <= %(at)s::timestamptz + interval '1 minute'
      AND (a.instrument_state = 'active' OR a.firm_state <> 'closed'
           OR a.updated_at > %(at)s::timestamptz - interval '1 minute')
      AND (j.data->>'instrument_state' = 'active' OR j.data->>'firm_state' <> 'closed')
    ORDER BY (j.data->>'priority')::int, a.raised_at DESC, a.id
    LIMIT %(most)s
"""
#: What one moment changed is never cut in two: the next answer begins behind that moment.
_CHANGES = """
    SELECT known_at, type, schema, object_version, data FROM (
    SELECT j.known_at, j.id, j.type, j.schema, j.object_version, j.data FROM alerts_alarm a
    JOIN base_journal j ON j.object = a.id
    WHERE a.created_at <= %(end)s::timestamptz + interval '1 minute'
      AND a.updated_at > %(start)s::timestamptz - interval '1 minute'
      AND j.type = ANY (%(types)s) AND j.known_at > %(start)s AND j.known_at <= %(end)s
    ORDER BY j.known_at FETCH FIRST %(most)s ROWS WITH TIES
    ) changed ORDER BY known_at, id
"""


def replay(start: datetime, end: datetime) -> dict[str, Any]:
    """Return the alarms open at `start` as they were known then, and each later version up to `end`.

    `next` is the moment up to which the changes are whole when there were more of them; else null.
    Raises InvalidError where the span is no span or longer than a day.
    """
    if not start < end <= start + LONGEST:
        raise InvalidError("回放时段须在 24 小时以内，且开始早于结束", code="alerts.bad_span")
    asked: dict[str, Any] = {"types": _TYPES, "at": start, "start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_THEN, asked | {"most": MOST_OPEN})
        opened = [_state(*row) for _known_at, *row in cursor.fetchall()]
        cursor.execute(_CHANGES, asked | {"most": MOST_CHANGES})
        changes = [
            {"known_at": utc_text(known_at), "state": _state(*row)}
            for known_at, *row in cursor.fetchall()
        ]
    further = changes[-1]["known_at"] if len(changes) >= MOST_CHANGES else None
    return {
        "start": start,
        "end": end,
        "open": opened,
        "changes": changes,
        "next": further,
    }


def _state(name: str, schema: int, version: int, data: Any) -> dict[str, Any]:
    """Return a state in the words of today, with the version that it had."""
    state: dict[str, Any] = loads(data) if isinstance(data, str) else data
    kind = EVENT_TYPES[name]
    if schema < kind.schema and kind.from_before is not None:
        state = kind.from_before(state)
    return state | {"version": version}
