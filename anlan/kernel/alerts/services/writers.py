"""The one engine that writes for a group of shards: who comes next fences who was before (7.18)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from anlan.kernel.alerts.models import EngineProgress, EngineWriter
from anlan.kernel.alerts.rules import EXERCISE_GROUP
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import current_work

#: A writer that has committed nothing for so long is stuck; a living one commits each second.
SILENT_MS = 5_000
#: So long a stopped process may hold rows in an open transaction; then PostgreSQL rolls it back.
STOPPED_MS = 5_000

_QUEUE = """
    SELECT set_config('idle_in_transaction_session_timeout', %(stopped_ms)s, true),
        set_config('lock_timeout', %(stopped_ms)s, true), pg_advisory_xact_lock(%(key)s)
"""
_QUEUE_KEY = 0x616E6C61_6E656E67
_FOUND = """
    SELECT w.shard_group, w.shards, w.backend_pid <> pg_backend_pid()
        AND w.beat_at > clock_timestamp() - %(silent_ms)s * interval '1 millisecond'
        AND EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = w.backend_pid)
    FROM alerts_enginewriter w
    WHERE w.shards && %(shards)s::smallint[] OR w.shard_group = %(group)s ORDER BY 1
"""
_HOLD = """
    INSERT INTO alerts_enginewriter (shard_group, shards, fence, backend_pid, beat_at)
    VALUES (%(group)s, %(shards)s, %(fence)s, pg_backend_pid(), clock_timestamp())
    ON CONFLICT (shard_group) DO UPDATE SET shards = excluded.shards, fence = excluded.fence,
        backend_pid = excluded.backend_pid, beat_at = excluded.beat_at
"""

#: A writer stopped in the middle of what it sends holds its rows, and PostgreSQL waits for the rest.
_LET_GO = """
    SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
    WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.relation = 'alerts_enginewriter'::regclass AND l.mode = 'RowExclusiveLock'
        AND a.pid <> pg_backend_pid() AND a.wait_event = 'ClientRead'
        AND a.xact_start < clock_timestamp() - %s * interval '1 millisecond'
"""
_BEAT = """
    UPDATE alerts_enginewriter SET beat_at = clock_timestamp(), backend_pid = pg_backend_pid()
    WHERE shard_group = %s AND fence = %s
"""


def take_over(shard_group: str, shards: Collection[int]) -> str | None:
    """Become the one writer of these shards; return the fence, None while another engine lives.

    Whoever wrote before can write nothing more from the commit of this on. Shards taken out of a larger group
    go on where that one stood. Raises ConflictError where groups at different places of the log would
    have to be joined, and django's OperationalError when the former is stuck in a transaction: try again.
    """
    current_work()
    mine = sorted(shards)
    found = _writers(shard_group, mine)
    if any(is_alive for _, is_alive in found.values()):
        return None
    others = {name: held for name, (held, _) in found.items() if name != shard_group}
    if shard_group != EXERCISE_GROUP:
        _take_from(shard_group, mine, others)
    fence = new_ulid()
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, [STOPPED_MS])
        cursor.execute(_HOLD, {"group": shard_group, "shards": mine, "fence": fence})
    return fence


def beat(shard_group: str, fence: str) -> None:
    """Say that the writer lives though it has nothing to commit: it hears again what was judged before.

    Raises ConflictError where another engine has taken over.
    """
    current_work()
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [shard_group, fence])
        if not cursor.rowcount:
            raise ConflictError(
                f"分片组 {shard_group} 已由另一个引擎接管，本引擎什么也不再写",
                code="alerts.engine_fenced",
            )


def _writers(shard_group: str, shards: list[int]) -> Mapping[str, tuple[set[int], bool]]:
    """Return (shards, alive) of who holds any of these, one newcomer at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {"stopped_ms": str(STOPPED_MS), "key": _QUEUE_KEY})
        asked: dict[str, Any] = {"group": shard_group, "shards": shards, "silent_ms": SILENT_MS}
        cursor.execute(_FOUND, asked)
        return {name: (set(held), is_alive) for name, held, is_alive in cursor.fetchall()}


def _take_from(shard_group: str, shards: list[int], others: Mapping[str, set[int]]) -> None:
    """Go on where one larger group stood; it keeps its place until all of its shards are taken."""
    positions = {row.shard_group: row for row in EngineProgress.objects.filter(pk__in=others)}
    has_own = EngineProgress.objects.filter(pk=shard_group).exists()
    if positions and (has_own or len(positions) > 1 or not _is_within(shards, others)):
        raise ConflictError(
            f"分片 {shard_group} 已由 {', '.join(sorted(others))} 分别判定，位置不同，不能合并；"
            "请恢复原来的 engine_shards 设置",
            code="alerts.engine_shards_apart",
        )
    for row in positions.values():
        EngineProgress.objects.create(
            shard_group=shard_group, epoch=row.epoch, seq=row.seq, tick_at=row.tick_at,
            updated_at=now(),
        )  # fmt: skip
    for name, held in others.items():
        if left := held - set(shards):
            EngineWriter.objects.filter(pk=name).update(shards=sorted(left), fence=new_ulid())
        else:
            EngineWriter.objects.filter(pk=name).delete()
            EngineProgress.objects.filter(pk=name).delete()


def _is_within(shards: list[int], others: Mapping[str, set[int]]) -> bool:
    """Tell whether every shard comes from another group: none would begin at another place."""
    return set(shards) <= set().union(*others.values())
