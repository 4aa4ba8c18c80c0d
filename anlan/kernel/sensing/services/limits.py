"""File and withdraw limits and suppressions; the engine hears of them by the log (7.3)."""

from datetime import datetime
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import events, rules
from anlan.kernel.sensing.models import Datastream, Limit, Suppression

DEFAULT_PRIORITY = {"HH": 1, "LL": 1, "H": 3, "L": 3, "silent": 4}


def file_limit(
    *, datastream_id: str, condition: str, value: float, deadband: float = 0.0, **details: Any
) -> Limit:
    """File a limit (限值备案): a new row, the old one closed; judged from its place in the log.

    `value` and `deadband` are in the datastream's unit, for `silent` in seconds.
    """
    stream = _locked(datastream_id)
    current = {
        row.condition: row for row in Limit.objects.filter(datastream=stream, superseded_at=None)
    }
    others = {name: row.value for name, row in current.items()}
    if (error := rules.limit_error(condition, value, deadband, others)) is not None:
        raise InvalidError(error, code="sensing.bad_limit", condition=condition, value=value)
    moment = now()
    if (old := current.get(condition)) is not None:
        old.superseded_at = old.updated_at = moment
        old.version += 1
        old.save(update_fields=["superseded_at", "updated_at", "version"])
    details.setdefault("priority", DEFAULT_PRIORITY[condition])
    row = Limit(
        datastream=stream,
        condition=condition,
        value=value,
        deadband=deadband,
        unit="s" if condition == "silent" else stream.unit,
        valid_from=moment,
        filed_by=current_work().principal.actor,
        control_version=_raise_version(stream),
        div=stream.div,
        zone=stream.zone,
        site=stream.site,
        created_at=moment,
        updated_at=moment,
        **details,
    )
    row.save(force_insert=True)
    change = journal.changed({"value": old.value if old else None}, {"value": value})
    _record_limit(events.LIMIT_FILED, row, stream, change)
    return row


def withdraw_limit(*, limit_id: str, reason: str) -> Limit:
    """Take a limit out of force; decisions that named it go on naming it."""
    row = Limit.objects.filter(pk=limit_id).select_related("datastream").first()
    if row is None:
        raise NotFoundError("没有这个限值，或不在您的范围内", id=limit_id)
    stream = _locked(row.datastream_id)
    row.refresh_from_db()
    if row.superseded_at is not None:
        raise ConflictError("限值已不在用", code="sensing.limit_not_current")
    if not reason.strip():
        raise InvalidError("请填写撤销原因", code="sensing.reason_missing")
    row.superseded_at = row.updated_at = now()
    row.reason = reason.strip()
    row.version += 1
    row.withdrawn_version = _raise_version(stream)
    row.log_epoch = row.log_seq = row.log_at = None
    row.save()
    _record_limit(events.LIMIT_WITHDRAWN, row, stream, {"reason": reason})
    return row


def file_suppression(
    *, datastream_id: str, starts_at: datetime, ends_at: datetime, reason: str
) -> Suppression:
    """Suppress a datastream's alarms by design (抑制) for a while, with an end and a reason."""
    stream = _locked(datastream_id)
    moment = now()
    if ends_at <= max(starts_at, moment):
        raise InvalidError("抑制的结束时间须晚于开始时间和现在", code="sensing.bad_span")
    if not reason.strip():
        raise InvalidError("请填写抑制原因", code="sensing.reason_missing")
    row = Suppression(
        datastream=stream,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        filed_by=current_work().principal.actor,
        control_version=_raise_version(stream),
        exercise_id=current_work().principal.exercise_id,
        div=stream.div,
        zone=stream.zone,
        site=stream.site,
        created_at=moment,
        updated_at=moment,
    )
    row.save(force_insert=True)
    _record_suppression(events.SUPPRESSION_FILED, row, stream)
    return row


def end_suppression(*, suppression_id: str) -> Suppression:
    """End a suppression before its time."""
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise NotFoundError("没有这个抑制，或不在您的范围内", id=suppression_id)
    stream = _locked(row.datastream_id)
    row.refresh_from_db()
    if row.ended_at is not None:
        raise ConflictError("抑制已结束", code="sensing.suppression_over")
    row.ended_at = row.updated_at = now()
    row.version += 1
    row.control_version = _raise_version(stream)
    row.log_epoch = row.log_seq = row.log_at = None
    row.save()
    _record_suppression(events.SUPPRESSION_ENDED, row, stream)
    return row


def _locked(datastream_id: str) -> Datastream:
    row = Datastream.objects.select_for_update().filter(pk=datastream_id).first()
    if row is None:
        raise NotFoundError("没有这个测点，或不在您的范围内", id=datastream_id)
    if row.retired_at is not None:
        raise ConflictError("测点已停用", code="sensing.already_retired")
    return row


def _raise_version(stream: Datastream) -> int:
    """Give the next control version of a datastream; the engine ignores what is not above its own."""
    stream.control_version += 1
    stream.updated_at = now()
    stream.save(update_fields=["control_version", "updated_at"])
    return stream.control_version


def _record_limit(event: EventType, row: Limit, stream: Datastream, change: dict[str, Any]) -> None:
    state = events.LimitState(
        id=row.id,
        version=row.version,
        datastream_id=stream.id,
        number=stream.number,
        shard=stream.shard,
        condition=row.condition,
        value=row.value,
        unit=row.unit,
        deadband=row.deadband,
        on_delay_ms=row.on_delay_ms,
        off_delay_ms=row.off_delay_ms,
        priority=row.priority,
        standard=row.standard,
        clause=row.clause,
        confidence=row.confidence,
        valid_from=row.valid_from,
        superseded_at=row.superseded_at,
        filed_by=row.filed_by,
        control_version=row.withdrawn_version or row.control_version,
    )
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place.of(row))
    journal.record(event, state, about, change=change)


def _record_suppression(event: EventType, row: Suppression, stream: Datastream) -> None:
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
