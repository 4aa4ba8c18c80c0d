"""A datastream's alarms not told for a while: suppressed by design (抑制), or out of service (停用).

The engine hears of both by the log (7.3): it goes on judging, and tells at the end what it had hidden.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, StaleVersionError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import events, queries, rules
from anlan.kernel.sensing.models import Datastream, Suppression, SuppressionKind
from anlan.kernel.sensing.services.limits import locked, raise_version


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verb:
    """What a kind of suppression is called in rules and events."""

    act: str
    filed: EventType
    ended: EventType


_VERBS = {
    SuppressionKind.BY_DESIGN: _Verb(
        act="file_suppression", filed=events.SUPPRESSION_FILED, ended=events.SUPPRESSION_ENDED
    ),
    SuppressionKind.OUT_OF_SERVICE: _Verb(
        act="take_out", filed=events.OUTAGE_FILED, ended=events.OUTAGE_ENDED
    ),
}


def file_suppression(
    *, datastream_id: str, starts_at: datetime, ends_at: datetime, reason: str
) -> Suppression:
    """Suppress a datastream's alarms by design for a while, with an end and a reason.

    It begins now or later and lasts at most `config().suppression_days`. No two overlap, whichever
    kind. The engine knows one window of a datastream: a later one waits in its row for its turn.
    """
    row = Suppression(
        kind=SuppressionKind.BY_DESIGN, starts_at=starts_at, ends_at=ends_at, reason=reason
    )
    return _file(row, datastream_id)


def take_out_of_service(
    *, datastream_id: str, starts_at: datetime, ends_at: datetime, reason: str, approved_by: str
) -> Suppression:
    """Take a datastream out of service (停用) for maintenance, until an end that is filed.

    `approved_by` is who answers for it; whose alarms these are is not asked by a machine.
    """
    if not approved_by.strip():
        raise InvalidError("请填写批准人", code="sensing.approver_missing", field="approved_by")
    row = Suppression(
        kind=SuppressionKind.OUT_OF_SERVICE,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        approved_by=approved_by.strip(),
    )
    return _file(row, datastream_id)


def end_suppression(*, suppression_id: str, version: int | None = None) -> Suppression:
    """End a suppression before its time; what it had hidden is told at that moment."""
    return _end(SuppressionKind.BY_DESIGN, suppression_id, version)


def return_to_service(*, suppression_id: str, version: int | None = None) -> Suppression:
    """Put a datastream back into service before the end that was filed."""
    return _end(SuppressionKind.OUT_OF_SERVICE, suppression_id, version)


def _file(row: Suppression, datastream_id: str) -> Suppression:
    """Check, write and journal a window that has its span, its reason and its kind."""
    verb = _VERBS[SuppressionKind(row.kind)]
    stream = locked(datastream_id, verb.act)
    moment = now()
    _refuse_wrong_span(row, moment)
    if not row.reason.strip():
        raise InvalidError("请填写原因", code="sensing.reason_missing", field="reason")
    exercise = current_work().principal.exercise_id
    standing = queries.running_suppressions().filter(datastream=stream, exercise_id=exercise)
    crossing = standing.filter(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
    if (other := crossing.order_by("starts_at").first()) is not None:
        raise ConflictError(
            "这段时间里该测点已有抑制或停用，请换一段时间，或先结束它",
            code="sensing.suppression_stands",
            suppression_id=other.id,
            starts_at=other.starts_at.isoformat(),
            ends_at=other.ends_at.isoformat(),
        )
    row.datastream, row.reason = stream, row.reason.strip()
    row.filed_by = current_work().principal.actor
    row.control_version = raise_version(stream)
    row.exercise_id = exercise
    row.div, row.zone, row.site = stream.div, stream.zone, stream.site
    row.created_at = row.updated_at = moment
    row.save(force_insert=True)
    _put_behind(row, stream)
    _record(verb.filed, row, stream)
    return row


def _put_behind(row: Suppression, stream: Datastream) -> None:
    """Let the windows after this one be told to the engine anew, behind it: it takes only what is newer."""
    later = queries.running_suppressions().filter(
        datastream=stream, exercise_id=row.exercise_id, starts_at__gt=row.starts_at
    )
    for other in later.exclude(pk=row.pk).order_by("starts_at"):
        other.control_version = raise_version(stream)
        other.log_epoch = other.log_seq = other.log_at = None
        other.version += 1  # a place of what was told before is not its place any more
        other.save(update_fields=["control_version", "log_epoch", "log_seq", "log_at", "version"])


def _refuse_wrong_span(row: Suppression, moment: datetime) -> None:
    """Refuse a window that is over, that was begun without anybody knowing, or has no end in sight."""
    if row.ends_at <= max(row.starts_at, moment):
        raise InvalidError("结束时间须晚于开始时间和现在", code="sensing.bad_span", field="ends_at")
    if row.starts_at < moment - rules.EARLIEST_BEGIN:
        raise InvalidError(
            "开始时间已过，不能补报；请从现在或以后开始",
            code="sensing.begins_in_past",
            field="starts_at",
        )
    longest = config().suppression_days
    if row.ends_at - row.starts_at > timedelta(days=longest):
        raise InvalidError(
            f"一次抑制或停用最长 {longest} 天（设置 suppression_days），到期仍需要时重新备案",
            code="sensing.span_too_long",
            field="ends_at",
            longest_days=longest,
            setting="suppression_days",
        )


def _end(kind: SuppressionKind, suppression_id: str, version: int | None) -> Suppression:
    row = Suppression.objects.filter(pk=suppression_id, kind=kind).first()
    if row is None:
        raise NotFoundError("没有这个抑制或停用，或不在您的范围内", id=suppression_id)
    stream = locked(row.datastream_id, _VERBS[kind].act)
    row.refresh_from_db()
    moment = now()
    if row.ended_at is not None or row.ends_at <= moment:
        raise ConflictError("已结束", code="sensing.suppression_over")
    if version is not None and row.version != version:
        raise StaleVersionError("已被他人修改，请刷新后再改", version=row.version)
    row.ended_at = row.updated_at = moment
    row.ended_by = current_work().principal.actor
    row.version += 1
    row.control_version = raise_version(stream)
    row.log_epoch = row.log_seq = row.log_at = None
    row.save()
    _put_behind(row, stream)
    _record(_VERBS[kind].ended, row, stream)
    return row


def _record(event: EventType, row: Suppression, stream: Datastream) -> None:
    state = events.SuppressionState(
        id=row.id,
        version=row.version,
        datastream_id=stream.id,
        number=stream.number,
        shard=stream.shard,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        reason=row.reason,
        filed_by=row.filed_by,
        control_version=row.control_version,
        exercise_id=row.exercise_id,
        kind=row.kind,
        approved_by=row.approved_by,
    )
    about = journal.Subject(
        id=row.id, version=row.version, place=journal.Place.of(row), exercise_id=row.exercise_id
    )
    journal.record(event, state, about)
