"""One look into PostgreSQL: relay, engine, history, gateways, jobs, reactions."""

import time

from django.db import DatabaseError, connection

from anlan.app.health.facts import DatabaseFacts
from anlan.app.relay import LOCK
from anlan.app.subscribers import subscribers
from anlan.kernel.base.permissions import EVERYTHING, Principal, Scope
from anlan.kernel.base.unit_of_work import unit_of_work

#: A gateway that sent nothing for so long is shown as silent; each point has a limit of its own.
SILENT_AFTER_MINUTES = 5
COUNTED_AT_MOST = 10_000

_WHO = Principal(
    actor="system:health", name="health", scope=EVERYTHING | Scope(audit=True), ceiling=0
)
_DATABASE = f"""
    SELECT
      (SELECT coalesce(max(last_position), 0) FROM base_seal) AS sealed,
      (SELECT coalesce(max(published_upto), 0) FROM base_relayprogress) AS published,
      (SELECT count(*) FROM (SELECT 1 FROM base_journal_pending LIMIT {COUNTED_AT_MOST}) p)
        AS pending,
      (SELECT EXTRACT(epoch FROM clock_timestamp() - j.known_at)::float8
         FROM base_journal_pending p JOIN base_journal j ON j.id = p.journal_id
         ORDER BY p.journal_id LIMIT 1) AS pending_s,
      (SELECT count(*) FROM base_deadletter WHERE settled_at IS NULL) AS dead_letters,
      (SELECT epoch FROM alerts_engineprogress ORDER BY updated_at LIMIT 1) AS engine_epoch,
      (SELECT seq FROM alerts_engineprogress ORDER BY updated_at LIMIT 1) AS engine_seq,
      (SELECT EXTRACT(epoch FROM clock_timestamp() - min(tick_at))::float8
         FROM alerts_engineprogress) AS tick_s,
      (SELECT EXTRACT(epoch FROM clock_timestamp() - max(live_from))::float8
         FROM sensing_historyfile WHERE dead_from IS NULL) AS history_s,
      (SELECT count(*) FROM sensing_historyfile WHERE dead_from IS NULL) AS history_files,
      (SELECT count(*) FROM sensing_gateway WHERE is_active) AS gateways,
      (SELECT count(*) FROM sensing_gateway WHERE is_active AND last_seen_at
         < clock_timestamp() - interval '{SILENT_AFTER_MINUTES} minutes') AS gateways_silent,
      (SELECT count(*) FROM sensing_gateway WHERE is_active AND last_seen_at IS NULL)
        AS gateways_never,
      (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS jobs_waiting,
      (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed') AS jobs_failed,
      (SELECT EXTRACT(epoch FROM clock_timestamp() - max(last_heartbeat))::float8
         FROM procrastinate_workers) AS jobs_s,
      EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
           AND (l.classid::int8 << 32) | l.objid::int8 = {LOCK}) AS relay_works,
      (SELECT coalesce(array_agg(DISTINCT application_name), '{{}}') FROM pg_stat_activity
         WHERE datname = current_database()) AS connected
"""  # noqa: S608  put together from constants
_BEHIND = f"""
    SELECT count(*) FROM (
      SELECT 1 FROM base_sealed s JOIN base_journal j ON j.id = s.journal_id
      WHERE s.position > (SELECT position FROM base_subscriptionprogress WHERE slice = %s)
        AND j.type = ANY(%s) LIMIT {COUNTED_AT_MOST}) b
"""  # noqa: S608  put together from constants


def read_database(why: dict[str, str]) -> DatabaseFacts | None:
    """Return what PostgreSQL says, or None and why. Opens a transaction of its own."""
    began = time.perf_counter()
    try:
        with unit_of_work(_WHO, read_only=True), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2s'")
            cursor.execute(_DATABASE)
            names = [column.name for column in cursor.description]
            found = dict(zip(names, cursor.fetchone(), strict=True))
            behind = {}
            for one in subscribers():
                cursor.execute(_BEHIND, [one.slice, list(one.handlers)])
                behind[one.slice] = int(cursor.fetchone()[0])
    except DatabaseError as error:
        connection.close()
        why["database"] = str(error).strip().splitlines()[0]
        return None
    took_ms = (time.perf_counter() - began) * 1000
    return DatabaseFacts(answer_ms=round(took_ms, 1), behind=behind, **found)
