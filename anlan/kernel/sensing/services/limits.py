"""File, change and withdraw limits (限值备案); the engine hears of them by the log (7.3)."""

from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
)
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import events, rules
from anlan.kernel.sensing.models import Datastream, Limit

DEFAULT_PRIORITY = {
    "HH": 1, "LL": 1, "H": 3, "L": 3, "rate": 3, "range": 4, "frozen": 4, "silent": 4,
}  # fmt: skip
#: What of a limit's details the engine judges by, beside its value.
_JUDGED_BY = ("deadband", "on_delay_ms", "off_delay_ms", "low", "window_ms")


def file_limit(
    *,
    datastream_id: str,
    condition: str,
    value: float,
    deadband: float = 0.0,
    may_replace: bool = True,
    **details: Any,
) -> Limit:
    """File a limit (限值备案): a new row, the old one closed; judged from its place in the log.

    What the figures mean says `rules.Asked`. Without
    `may_replace` a limit of this kind that stands already is a conflict: change it instead.
    """
    stream = locked(datastream_id, "file_limit")
    standing = _standing(stream)
    if condition in standing and not may_replace:
        raise ConflictError(
            "该类型的限值已在用，请改为修改它",
            code="sensing.limit_stands",
            limit_id=standing[condition].id,
        )
    return _file(stream, standing, condition, value, {"deadband": deadband} | details)


def change_limit(*, limit_id: str, version: int, value: float, **details: Any) -> Limit:
    """Put a new limit of the same kind in the place of one that stands, if nobody has before."""
    old = _limit(limit_id)
    stream = locked(old.datastream_id, "file_limit")
    _expect(old, version)
    return _file(stream, _standing(stream), old.condition, value, details)


def withdraw_limit(*, limit_id: str, reason: str, version: int | None = None) -> Limit:
    """Take a limit out of force; decisions that named it go on naming it."""
    row = _limit(limit_id)
    stream = locked(row.datastream_id, "file_limit")
    _expect(row, version)
    if not reason.strip():
        raise InvalidError("请填写撤销原因", code="sensing.reason_missing", field="reason")
    _end(row, reason.strip())
    row.withdrawn_version = raise_version(stream)
    row.log_epoch = row.log_seq = row.log_at = None
    row.save()
    _record(events.LIMIT_WITHDRAWN, row, stream, {"reason": reason})
    return row


def locked(datastream_id: str, act: str) -> Datastream:
    """Lock a datastream in use, if the person may do this act of `rules.KEEPING` on it."""
    row = Datastream.objects.select_for_update().filter(pk=datastream_id).first()
    if row is None:
        raise NotFoundError("没有这个测点，或不在您的范围内", id=datastream_id)
    decision = rules.decide_keeping(current_work().principal, act, row.facts)
    if not decision.allowed:
        raise NotPermittedError(
            "只有本企业和监管它的部门可以改动它的限值与抑制",
            permission=rules.KEEPING[act],
            reason=decision.reason,
        )
    if row.retired_at is not None:
        raise ConflictError("测点已停用", code="sensing.already_retired")
    return row


def raise_version(stream: Datastream) -> int:
    """Give the next control version of a datastream; the engine ignores what is not above its own."""
    stream.control_version += 1
    stream.updated_at = now()
    stream.save(update_fields=["control_version", "updated_at"])
    return stream.control_version


def _limit(limit_id: str) -> Limit:
    row = Limit.objects.filter(pk=limit_id).first()
    if row is None:
        raise NotFoundError("没有这个限值，或不在您的范围内", id=limit_id)
    return row


def _standing(stream: Datastream) -> dict[str, Limit]:
    rows = Limit.objects.filter(datastream=stream, superseded_at=None)
    return {row.condition: row for row in rows}


def _expect(row: Limit, version: int | None) -> None:
    """Refuse a change of what somebody else has changed in between; its datastream is locked."""
    row.refresh_from_db()
    if row.superseded_at is not None:
        raise ConflictError("限值已不在用", code="sensing.limit_not_current")
    if version is not None and row.version != version:
        raise StaleVersionError("限值已被他人修改，请刷新后再改", version=row.version)


def _end(row: Limit, reason: str) -> None:
    row.superseded_at = row.updated_at = now()
    row.ended_by, row.end_reason = current_work().principal.actor, reason
    row.version += 1


def _file(
    stream: Datastream,
    standing: dict[str, Limit],
    condition: str,
    value: float,
    details: dict[str, Any],
) -> Limit:
    others = {name: row.value for name, row in standing.items()}
    judged_by = {name: details[name] for name in _JUDGED_BY if name in details}
    asked = rules.Asked(condition=condition, value=value, **judged_by)
    if (error := rules.limit_error(asked, others)) is not None:
        raise InvalidError(error, code="sensing.bad_limit", condition=condition, field="value")
    if (old := standing.get(condition)) is not None:
        _end(old, "")
        old.save(update_fields=["superseded_at", "updated_at", "ended_by", "version"])
    moment = now()
    row = Limit(
        datastream=stream,
        condition=condition,
        value=value,
        unit={"silent": "s", "rate": f"{stream.unit}/s"}.get(condition, stream.unit),
        valid_from=moment,
        filed_by=current_work().principal.actor,
        control_version=raise_version(stream),
        div=stream.div,
        zone=stream.zone,
        site=stream.site,
        created_at=moment,
        updated_at=moment,
        **{"priority": DEFAULT_PRIORITY[condition]} | details,
    )
    row.save(force_insert=True)
    change = journal.changed({"value": old.value if old else None}, {"value": value})
    _record(events.LIMIT_FILED, row, stream, change)
    return row


def _record(event: EventType, row: Limit, stream: Datastream, change: dict[str, Any]) -> None:
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
        low=row.low,
        window_ms=row.window_ms,
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
