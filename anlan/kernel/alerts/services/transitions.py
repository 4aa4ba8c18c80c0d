"""What the engine writes: alarms, their journal and its progress, in one transaction (7.2, 7.10).

The statements stand in `alarm_sql.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from anlan.kernel.alerts import events
from anlan.kernel.alerts.rules import (
    DEFAULT_PRIORITY,
    EXERCISE_GROUP,
    Deafness,
    Progress,
    Transition,
    rounds,
)
from anlan.kernel.alerts.services import alarm_sql
from anlan.kernel.base import journal
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.places.rules import node_div


def apply_transitions(transitions: Sequence[Transition], progress: Progress) -> int:
    """Write the alarms of some log messages, one journal row each, and the engine's progress.

    Call inside a unit of work of the engine. Returns how many alarm rows changed. Raises
    ConflictError when another engine has moved the progress: the caller must stop.
    """
    version = _advance(progress)
    for at, deafness in enumerate(progress.deaf, version - len(progress.deaf) + 1):
        _record_deafness(progress, deafness, at)
    changed = 0
    for one_round in rounds(list(transitions)):
        for kind in alarm_sql.STATEMENTS:
            chosen = [one for one in one_round if one.kind == kind]
            changed += _apply(kind, chosen) if chosen else 0
    return changed


def _advance(progress: Progress) -> int:
    """Move the progress, and return its version; refuse where it is not what it was."""
    with connection.cursor() as cursor:
        apart = progress.shard_group == EXERCISE_GROUP
        cursor.execute(
            alarm_sql.ADVANCE_EXERCISES if apart else alarm_sql.ADVANCE,
            {
                "group": progress.shard_group,
                "epoch": progress.epoch,
                "after": progress.after_seq,
                "seq": progress.seq,
                "tick": _moment(progress.tick_ms),
                "deaf": len(progress.deaf),
                "now": now(),
            },
        )
        if (row := cursor.fetchone()) is None:
            raise ConflictError(
                f"分片组 {progress.shard_group} 的进度已被另一个引擎推进",
                code="alerts.engine_fenced",
            )
    return int(row[0])


def _record_deafness(progress: Progress, deafness: Deafness, version: int) -> None:
    """Leave the journal row of a time in which we were deaf; it concerns the node's whole area."""
    state = events.EngineDeafness(
        shard_group=progress.shard_group,
        version=version,
        epoch=progress.epoch,
        seq=progress.seq,
        began_at=from_ms(deafness.from_ms),
        ended_at=from_ms(deafness.to_ms),
        reason=deafness.reason,
    )
    place = journal.Place(div=node_div(config().node))
    about = journal.Subject(id=progress.shard_group, version=version, place=place)
    journal.record(events.ENGINE_WAS_DEAF, state, about, occurred_at=state.ended_at)


def _apply(kind: str, chosen: list[Transition]) -> int:
    """Run the statement of one kind and write its journal rows."""
    moment = now()
    values: dict[str, Any] = {
        "alarm": [one.alarm_id for one in chosen],
        "number": [one.number for one in chosen],
        "condition": [one.condition for one in chosen],
        "at": [_moment(one.at_ms) for one in chosen],
        "known": [_moment(one.known_ms) for one in chosen],
        "value": [one.value for one in chosen],
        "version": [one.limit_version for one in chosen],
        "late": [one.late for one in chosen],
        "default": [DEFAULT_PRIORITY[one.condition] for one in chosen],
        "exercise": [one.exercise_id for one in chosen],
        "now": moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(alarm_sql.STATEMENTS[kind], values)
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


def _moment(ms: int | None) -> datetime | None:
    """Turn milliseconds into a moment for PostgreSQL."""
    return None if ms is None else from_ms(ms)
