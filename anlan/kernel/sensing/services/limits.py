"""File, change and withdraw limits (限值备案); the engine hears of them by the log (7.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
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
#: What a limit says beside why it was filed: a change of none of it changes nothing.
_SAID = ("value", *_JUDGED_BY, "priority", "standard", "clause", "clause_en", "confidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One limit to file; what the figures mean says `rules.Asked`."""

    datastream_id: str
    condition: str
    value: float
    details: dict[str, Any] = field(default_factory=dict)


def file_limits(filings: Sequence[Filing]) -> list[Limit]:
    """File the limits of a whole set-up (限值备案), in this order, by a handful of statements.

    All of them or none: the first that cannot stand is refused as `file_limit` refuses it.
    """
    streams = _locked_all({one.datastream_id for one in filings}, "file_limit")
    standing: dict[str, dict[str, Limit]] = {one: {} for one in streams}
    for row in Limit.objects.filter(datastream__in=streams, superseded_at=None):
        standing[row.datastream_id][row.condition] = row
    filed = []
    for one in filings:
        stream = streams[one.datastream_id]
        made = _prepare(stream, standing[stream.id], one.condition, one.value, one.details)
        standing[stream.id][one.condition] = made.row
        filed.append(made)
    _store(list(streams.values()), filed)
    return [one.row for one in filed]


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
    """Put a new limit of the same kind in the place of one that stands, if nobody has before.

    What says the same as the one that stands is refused: it would be a version that changes nothing.
    """
    old = _limit(limit_id)
    stream = locked(old.datastream_id, "file_limit")
    _expect(old, version)
    filed = _prepare(stream, _standing(stream), old.condition, value, details)
    if all(getattr(filed.row, name) == getattr(old, name) for name in _SAID):
        raise ConflictError(
            "与在用限值相同，没有改动", code="sensing.limit_unchanged", limit_id=old.id
        )
    _store([stream], [filed])
    return filed.row


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
    return _locked_all({datastream_id}, act)[datastream_id]


def _locked_all(ids: Collection[str], act: str) -> dict[str, Datastream]:
    """Lock datastreams in the order of their ids, so that two who want the same ones take turns."""
    rows = Datastream.objects.select_related("subject__kind").select_for_update(of=("self",))
    rows = rows.filter(pk__in=ids).order_by("id")
    found = {row.id: row for row in rows}
    for missing in sorted(set(ids) - found.keys()):
        raise NotFoundError("没有这个测点，或不在您的范围内", id=missing)
    for row in found.values():
        _refuse_unless_kept(row, act)
    return found


def _refuse_unless_kept(row: Datastream, act: str) -> None:
    """Refuse who may not do this, and what is measured no more."""
    decision = rules.decide_keeping(current_work().principal, act, row.facts)
    if not decision.allowed:
        raise NotPermittedError(
            "只有本企业和监管它的部门可以改动它的限值与抑制",
            permission=rules.KEEPING[act],
            reason=decision.reason,
        )
    if row.retired_at is not None:
        raise ConflictError("测点已注销", code="sensing.already_retired")


def raise_version(stream: Datastream) -> int:
    """Give the next control version of a datastream; the engine ignores what is not above its own."""
    _raise_version(stream)
    stream.save(update_fields=["control_version", "updated_at"])
    return stream.control_version


def _raise_version(stream: Datastream) -> int:
    stream.control_version += 1
    stream.updated_at = now()
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


@dataclass(frozen=True, slots=True)
class _Filed:
    """A limit to store, the one whose place it takes, and what the journal says of it."""

    row: Limit
    old: Limit | None
    entry: journal.Entry


def _file(
    stream: Datastream,
    standing: dict[str, Limit],
    condition: str,
    value: float,
    details: dict[str, Any],
) -> Limit:
    filed = _prepare(stream, standing, condition, value, details)
    _store([stream], [filed])
    return filed.row


def _prepare(
    stream: Datastream,
    standing: dict[str, Limit],
    condition: str,
    value: float,
    details: dict[str, Any],
) -> _Filed:
    """Check a limit beside those that stand; close the one whose place it takes. Stores nothing."""
    others = {name: row.value for name, row in standing.items()}
    judged_by = {name: details[name] for name in _JUDGED_BY if name in details}
    asked = rules.Asked(condition=condition, value=value, **judged_by)
    if (error := rules.limit_error(asked, others)) is not None:
        raise InvalidError(error, code="sensing.bad_limit", condition=condition, field="value")
    if (old := standing.get(condition)) is not None:
        _end(old, "")
        if details.get("clause", "") == old.clause and not details.get("clause_en"):
            # the same clause is still what it is called in English
            details = details | {"clause_en": old.clause_en}
    moment = now()
    row = Limit(
        datastream=stream,
        condition=condition,
        value=value,
        unit={"silent": "s", "rate": f"{stream.unit}/s"}.get(condition, stream.unit),
        valid_from=moment,
        filed_by=current_work().principal.actor,
        control_version=_raise_version(stream),
        div=stream.div,
        zone=stream.zone,
        site=stream.site,
        created_at=moment,
        updated_at=moment,
        **{"priority": DEFAULT_PRIORITY[condition]} | details,
    )
    change = journal.changed({"value": old.value if old else None}, {"value": value})
    return _Filed(row, old, _entry(events.LIMIT_FILED, row, stream, change))


def _store(streams: list[Datastream], filed: list[_Filed]) -> None:
    """Write what was prepared: versions, the closed rows, the new ones, and a journal row for each."""
    new = {one.row.id for one in filed}
    ended = [one.old for one in filed if one.old is not None and one.old.id not in new]
    Datastream.objects.bulk_update(streams, ["control_version", "updated_at"])
    Limit.objects.bulk_update(ended, ["superseded_at", "updated_at", "ended_by", "version"])
    Limit.objects.bulk_create([one.row for one in filed])
    journal.record_all([one.entry for one in filed])


def _record(event: EventType, row: Limit, stream: Datastream, change: dict[str, Any]) -> None:
    journal.record_all([_entry(event, row, stream, change)])


def _entry(
    event: EventType, row: Limit, stream: Datastream, change: dict[str, Any]
) -> journal.Entry:
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
    return journal.Entry(event=event, state=state, about=about, change=change)
