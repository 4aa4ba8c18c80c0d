"""Journal rows for tests, written as some service or the engine would."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid

NINGDONG = 6401811000000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A journal row to be written, as some service would."""

    type: str = "alerts.alarm.raised"
    object: str = field(default_factory=new_ulid)
    version: int = 1
    div: int = NINGDONG
    zone: int | None = None
    site: str | None = None
    exercise_id: str | None = None
    correlation_id: str = field(default_factory=new_ulid)
    data: dict[str, Any] = field(default_factory=dict)
    change: dict[str, Any] | None = None
    ulid: str = field(default_factory=new_ulid)


_WRITE = """
    WITH row AS (
        INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at, correlation_id,
            exercise_id, actor, object, object_version, div, zone, site, data, change)
        VALUES (%s, 'n640181', 1, %s, %s, %s, %s, %s, 'system:test', %s, %s, %s, %s, %s, %s, %s)
        RETURNING id)
    INSERT INTO base_journal_pending (journal_id) SELECT id FROM row RETURNING journal_id
"""


def write(connection: psycopg.Connection[Any], row: Row) -> int:
    """Insert a journal row and its pending mark; the caller commits. Returns the journal id."""
    moment = now()
    found = connection.execute(
        _WRITE,
        [
            row.ulid,
            row.type,
            moment,
            moment,
            row.correlation_id,
            row.exercise_id,
            row.object,
            row.version,
            row.div,
            row.zone,
            row.site,
            Jsonb(row.data),
            None if row.change is None else Jsonb(row.change),
        ],
    ).fetchone()
    assert found is not None
    return int(found[0])
