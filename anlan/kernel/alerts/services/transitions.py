"""What the engine writes: alarms, their journal and its progress, in one transaction (7.2, 7.10).

The statements stand in `alarm_sql.py`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from anlan.kernel.alerts import events
from anlan.kernel.alerts.rules import (
    EXERCISE_GROUP,
    Deafness,
    Progress,
    Transition,
    rounds,
)
from anlan.kernel.alerts.services import alarm_sql
from anlan.kernel.alerts.services.members import put_aside, write_members_of
from anlan.kernel.alerts.services.rows import columns_of, write_rows
from anlan.kernel.alerts.services.writers import STOPPED_MS
from anlan.kernel.base import journal
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.places.rules import node_div


def apply_transitions(transitions: Sequence[Transition], progress: Progress) -> int:
    """Write the alarms of some log messages, one journal row each, and the engine's progress.

    Call inside a unit of work of the engine. Returns how many alarm rows changed; members of groups get
    theirs from `members.write_members`. Raises
    ConflictError when another engine has taken over, or has moved the progress: the caller must stop.
    """
    version, members_wait = _advance(progress)
    for at, deafness in enumerate(progress.deaf, version - len(progress.deaf) + 1):
        _record_deafness(progress, deafness, at)
    changed = 0
    for one_round in rounds(list(transitions)):
        members_wait |= any(one.is_member for one in one_round)
        changed += _write_round(one_round, members_wait=members_wait)
    return changed


def plan_statements() -> None:
    """Have every statement planned before the first alarm needs it; nothing is written.

    Call inside a unit of work of the engine, on the connection that will write.
    """
    for statements in (alarm_sql.GROUP_STATEMENTS, alarm_sql.STATEMENTS):
        for kind, statement in statements.items():
            write_rows(statement, kind, columns_of([]))


def _write_round(transitions: list[Transition], *, members_wait: bool) -> int:
    """Write transitions of which no two speak of one alarm; members of groups wait for later."""
    members = [one for one in transitions if one.is_member]
    singles = [one for one in transitions if not one.is_member and not one.is_group]
    if members_wait:
        write_members_of({one.number for one in singles})
    changed = 0
    for statements, chosen in (
        (alarm_sql.GROUP_STATEMENTS, [one for one in transitions if one.is_group]),
        (alarm_sql.STATEMENTS, singles),
    ):
        for kind, statement in statements.items():
            if of_kind := [one for one in chosen if one.kind == kind]:
                changed += write_rows(statement, kind, columns_of(of_kind))
    put_aside(members)
    return changed


def _advance(progress: Progress) -> tuple[int, bool]:
    """Move the progress, return its version and whether members wait; refuse where it has moved."""
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
                "fence": progress.fence,
                "stopped_ms": str(STOPPED_MS),
                "now": now(),
            },
        )
        if (row := cursor.fetchone()) is None:
            raise ConflictError(
                f"分片组 {progress.shard_group} 已由另一个引擎接管，本引擎什么也不再写",
                code="alerts.engine_fenced",
            )
    return int(row[0]), bool(row[1])


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


def _moment(ms: int | None) -> datetime | None:
    """Turn milliseconds into a moment for PostgreSQL."""
    return None if ms is None else from_ms(ms)
