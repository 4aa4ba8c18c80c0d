"""In a storm the statistics are older than the tables: sealing must not look at more for that (7.5)."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from anlan.kernel.base.sealing import GENESIS, SEAL_SQL

LIMIT, PENDING = 500, 20_000

_STORM = """
    WITH rows AS (
        INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at, correlation_id,
            actor, object, object_version, div, data)
        SELECT lpad(n::text, 26, '0'), 'n640181', 1, 'alerts.alarm.raised', now(), now(),
            lpad(n::text, 26, '0'), 'system:test', lpad(n::text, 26, '0'), 1, 6401811000000000, '{}'
        FROM generate_series(1, %s) n RETURNING id)
    INSERT INTO base_journal_pending (journal_id) SELECT id FROM rows
"""


def looked_at(plan: dict[str, Any]) -> Iterator[float]:
    """Yield how many rows each step of a plan has read, kept or not."""
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    yield (rows + plan.get("Rows Removed by Join Filter", 0)) * plan["Actual Loops"]
    for below in plan.get("Plans", []):
        yield from looked_at(below)


def test_what_sealing_reads_grows_with_what_it_seals_and_not_with_the_journal(
    journal_dsn: Callable[[str], str], writer: psycopg.Connection[Any]
) -> None:
    with psycopg.connect(journal_dsn("anlan_relay")) as relay:
        relay.execute("ANALYZE base_journal, base_journal_pending")  # as they are now: nearly empty
        relay.rollback()
        writer.execute(_STORM, [PENDING])
        writer.commit()
        told = relay.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {SEAL_SQL}", {"limit": LIMIT, "genesis": GENESIS}
        ).fetchone()
        assert told is not None
        sealed = relay.execute("SELECT count(*) FROM base_sealed").fetchone()
    assert sealed == (LIMIT,)
    assert max(looked_at(told[0][0]["Plan"])) <= 2 * LIMIT
