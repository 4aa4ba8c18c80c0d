"""Suppress a datastream's alarms by design (抑制) for a while; the engine hears of it by the log."""

from datetime import datetime

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, StaleVersionError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import events, queries
from anlan.kernel.sensing.models import Datastream, Suppression
from anlan.kernel.sensing.services.limits import locked, raise_version


def file_suppression(
    *, datastream_id: str, starts_at: datetime, ends_at: datetime, reason: str
) -> Suppression:
    """Suppress a datastream's alarms by design for a while, with an end and a reason.

    One at a time: the engine knows one window of a datastream, a second would silently end the
    first.
    """
    stream = locked(datastream_id, "file_suppression")
    moment = now()
    if ends_at <= max(starts_at, moment):
        raise InvalidError(
            "抑制的结束时间须晚于开始时间和现在", code="sensing.bad_span", field="ends_at"
        )
    if not reason.strip():
        raise InvalidError("请填写抑制原因", code="sensing.reason_missing", field="reason")
    exercise = current_work().principal.exercise_id
    standing = queries.running_suppressions().filter(datastream=stream, exercise_id=exercise)
    if (other := standing.first()) is not None:
        raise ConflictError(
            "该测点已有抑制在用或待用，请先结束它",
            code="sensing.suppression_stands",
            suppression_id=other.id,
        )
    row = Suppression(
        datastream=stream,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        filed_by=current_work().principal.actor,
        control_version=raise_version(stream),
        exercise_id=exercise,
        div=stream.div,
        zone=stream.zone,
        site=stream.site,
        created_at=moment,
        updated_at=moment,
    )
    row.save(force_insert=True)
    _record(events.SUPPRESSION_FILED, row, stream)
    return row


def end_suppression(*, suppression_id: str, version: int | None = None) -> Suppression:
    """End a suppression before its time; what it had hidden is told at that moment."""
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise NotFoundError("没有这个抑制，或不在您的范围内", id=suppression_id)
    stream = locked(row.datastream_id, "file_suppression")
    row.refresh_from_db()
    moment = now()
    if row.ended_at is not None or row.ends_at <= moment:
        raise ConflictError("抑制已结束", code="sensing.suppression_over")
    if version is not None and row.version != version:
        raise StaleVersionError("抑制已被他人修改，请刷新后再改", version=row.version)
    row.ended_at = row.updated_at = moment
    row.ended_by = current_work().principal.actor
    row.version += 1
    row.control_version = raise_version(stream)
    row.log_epoch = row.log_seq = row.log_at = None
    row.save()
    _record(events.SUPPRESSION_ENDED, row, stream)
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
    )
    about = journal.Subject(
        id=row.id, version=row.version, place=journal.Place.of(row), exercise_id=row.exercise_id
    )
    journal.record(event, state, about)
