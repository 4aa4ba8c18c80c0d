"""What the engine writes: alarms, their journal and its progress, in one transaction (7.2, 7.10).

The statements stand in `alarm_sql.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, connection
from psycopg.errors import DivisionByZero

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
from anlan.kernel.alerts.services.rows import columns_of, statements_of, write_rows
from anlan.kernel.alerts.services.writers import STOPPED_MS
from anlan.kernel.base import journal
from anlan.kernel.base.clock import from_ms, now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.one_trip import Statement, one_trip
from anlan.kernel.base.permissions import Principal
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


def apply_alone(
    principal: Principal, transitions: Sequence[Transition], progress: Progress
) -> bool:
    """Do what `apply_transitions` does in one round trip, in a unit of work of its own.

    Returns False with nothing written where an answer is needed in between: we were deaf, members of
    groups are there or wait, or another engine has taken over. `apply_transitions` then does it or says why.
    """
    if progress.deaf or any(one.is_member for one in transitions):
        return False
    connection.ensure_connection()
    statements: list[Statement] = [(alarm_sql.ADVANCE_ALONE[_is_apart(progress)], _moved(progress))]
    for one_round in rounds(list(transitions)):
        for statement, kind, of_kind in _statements(one_round):
            statements += statements_of(statement, kind, columns_of(of_kind), principal.actor)
    try:
        one_trip(principal, statements)
    except DataError as error:
        if not isinstance(error.__cause__, DivisionByZero):
            raise
        return False
    return True


def plan_statements() -> None:
    """Have every statement planned before the first alarm needs it; nothing is written.

    Call inside a unit of work of the engine, on the connection that will write.
    """
    for statements in (alarm_sql.GROUP_STATEMENTS, alarm_sql.STATEMENTS):
        for kind, statement in statements.items():
            write_rows(statement, kind, columns_of([]))


def _write_round(transitions: list[Transition], *, members_wait: bool) -> int:
    """Write transitions of which no two speak of one alarm; members of groups wait for later."""
    members: list[Transition] = []
    others: list[Transition] = []
    for one in transitions:  # once: a storm has a hundred thousand
        (members if one.is_member else others).append(one)
    if members_wait:
        write_members_of({one.number for one in others})
    changed = sum(
        write_rows(statement, kind, columns_of(of_kind))
        for statement, kind, of_kind in _statements(others)
    )
    put_aside(members)
    return changed


def _statements(one_round: list[Transition]) -> Iterator[tuple[str, str, list[Transition]]]:
    """Return the statements of a round with their kind and what they write, groups before the others."""
    groups = [one for one in one_round if one.is_group]
    singles = [one for one in one_round if not one.is_group]
    for statements, chosen in (
        (alarm_sql.GROUP_STATEMENTS, groups),
        (alarm_sql.STATEMENTS, singles),
    ):
        for kind, statement in statements.items():
            if of_kind := [one for one in chosen if one.kind == kind]:
                yield statement, kind, of_kind


def _advance(progress: Progress) -> tuple[int, bool]:
    """Move the progress, return its version and whether members wait; refuse where it has moved."""
    with connection.cursor() as cursor:
        cursor.execute(alarm_sql.ADVANCE[_is_apart(progress)], _moved(progress))
        if (row := cursor.fetchone()) is None:
            raise ConflictError(
                f"分片组 {progress.shard_group} 已由另一个引擎接管，本引擎什么也不再写",
                code="alerts.engine_fenced",
            )
    return int(row[0]), bool(row[1])


def _is_apart(progress: Progress) -> bool:
    return progress.shard_group == EXERCISE_GROUP


def _moved(progress: Progress) -> dict[str, Any]:
    """Return the values of `alarm_sql.ADVANCE`."""
    return {
        "group": progress.shard_group,
        "epoch": progress.epoch,
        "after": progress.after_seq,
        "seq": progress.seq,
        "tick": _moment(progress.tick_ms),
        "deaf": len(progress.deaf),
        "fence": progress.fence,
        "stopped_ms": str(STOPPED_MS),
        "now": now(),
    }


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
