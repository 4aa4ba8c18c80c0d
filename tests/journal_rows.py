"""Journal rows for tests, written as some service or the engine would; a quick way to lose them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg.types.json import Jsonb
from pytest_django import DjangoDbBlocker

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
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
    schema: int = 1


_WRITE = """
    WITH row AS (
        INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at, correlation_id,
            exercise_id, actor, object, object_version, div, zone, site, data, change)
        VALUES (%s, 'n640181', %s, %s, %s, %s, %s, %s, 'system:test', %s, %s, %s, %s, %s, %s, %s)
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
            row.schema,
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


#: What tests of the journal write; nothing else is cleaned by `journal_dsn`.
_TABLES = (
    "base_journal_pending",
    "base_sealed",
    "base_seal",
    "base_relayprogress",
    "base_subscriptionprogress",
    "base_deadletter",
    "base_journal",
)


@pytest.fixture
def journal_dsn(
    databases: Databases, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[str], str]]:
    """Return how to connect as a role; the test may commit to the journal's tables, no others.

    They are emptied behind it: a database made anew for each such test would cost a second.
    """
    database = config().database_url.split("?")[0].rpartition("/")[2]

    def dsn(role: str) -> str:
        return databases.dsn(role, database)

    with django_db_blocker.unblock():
        yield dsn
        connections.close_all()
    options = "-c session_replication_role=replica"
    with psycopg.connect(dsn("anlan_admin"), options=options) as admin:
        for table in _TABLES:
            admin.execute(f"DELETE FROM {table}")  # noqa: S608  names of ours
