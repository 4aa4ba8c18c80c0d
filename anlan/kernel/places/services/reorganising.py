"""Reorganisations of divisions (区划调整) with their day: renamed, moved to another code, merged.

The old vintage ends and names what came after it; rows elsewhere keep their `div`, and who reaches
the successor reaches them (decision 7.6). So nobody reorganises what is not his own: a merger
widens the reach of everybody above the successor.
"""

from dataclasses import dataclass, field
from datetime import date

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.places import events, queries
from anlan.kernel.places.models import Division, Reorganisation, ReorganisationKind
from anlan.kernel.places.rules import code_digits, div_of, div_range, level_of, recoded
from anlan.kernel.places.services import divisions


@dataclass(slots=True, kw_only=True)
class _Work:
    """What an act has done so far; whose parent changed, with the parent before."""

    on: date
    ended: list[Division] = field(default_factory=list)
    made: list[Division] = field(default_factory=list)
    moved: dict[str, str | None] = field(default_factory=dict)

    def end(self, row: Division, successor: Division) -> None:
        row.valid_to, row.succeeded_by = self.on, successor
        _save(row, "valid_to", "succeeded_by")
        self.ended.append(row)

    def begin(self, like: Division, parent: Division | None, **changed: object) -> Division:
        """Begin a vintage that is like another one, save what has changed."""
        kept = ("code", "level", "name", "name_en", "div", "boundary", "is_schematic")
        values = {one: getattr(like, one) for one in (*kept, "attribution", "population")}
        made = divisions.begin(Division(parent=parent, **(values | changed)), self.on)
        self.made.append(made)
        return made

    def adopt(self, children: list[Division], parent: Division) -> None:
        for child in children:
            self.moved[child.id] = child.parent_id
            child.parent = parent
            _save(child, "parent")


def rename_division(
    *, division: Division, name: str, name_en: str, on: date, reason: str
) -> Reorganisation:
    """Let a division have another name from a day on; its code and rows stay."""
    work = _begun(division, on, reason)
    if name == division.name:
        raise InvalidError("名称没有变化", code="places.nothing_changes", field="name")
    children = _children(division)
    made = work.begin(division, division.parent, name=name, name_en=name_en)
    work.end(division, made)
    work.adopt(children, made)
    return _file(ReorganisationKind.RENAME, division, made, work, reason)


def move_division(*, division: Division, code: str, on: date, reason: str) -> Reorganisation:
    """Let a division and all below it stand under another one: each gets a code that says so."""
    work = _begun(division, on, reason)
    _refuse_other_level(division, code)
    parent = divisions.parent_of(code, on)
    divisions.refuse_unless_own(parent.div)
    below = Division.objects.filter(
        queries.in_force(on), div__range=div_range(division.code), valid_to__isnull=True
    )
    rows = list(below.select_for_update(of=("self",)).order_by("level", "code"))
    parents = {division.parent_id: parent}
    for row in rows:
        fresh = recoded(row.code, division.code, code)
        divisions.refuse_taken(fresh, on)
        above = parents.get(row.parent_id) or row.parent
        made = work.begin(row, above, code=fresh, div=div_of(fresh))
        parents[row.id] = made
        work.end(row, made)
    return _file(ReorganisationKind.MOVE, work.ended[0], work.made[0], work, reason)


def merge_division(*, division: Division, into: str, on: date, reason: str) -> Reorganisation:
    """Let a division end in another one of its level, which is in force and takes over what lies below."""
    work = _begun(division, on, reason)
    successor = queries.divisions(on).filter(code=into).select_for_update().first()
    if successor is None or successor.level != division.level or successor.pk == division.pk:
        raise InvalidError(
            f"{division.name} 不能并入 {into}：须为当日有效的另一个同级区划",
            code="places.not_supersedable",
            field="into",
        )
    divisions.refuse_unless_own(successor.div)
    divisions.refuse_ended(successor)
    children = _children(division)
    work.end(division, successor)
    work.adopt(children, successor)
    return _file(ReorganisationKind.MERGE, division, successor, work, reason)


def undo_reorganisation(*, reorganisation: Reorganisation) -> Reorganisation:
    """Put everything back as it was; refused where something stands on it since."""
    if reorganisation.undone_at is not None:
        raise ConflictError("已撤回", code="places.undone_already")
    ended = _locked(reorganisation.ended)
    made = _locked(reorganisation.made)
    children = _locked(list(reorganisation.moved))
    divisions.refuse_unless_own(reorganisation.div)
    divisions.refuse_unless_own(reorganisation.after_div)
    _refuse_built_on(reorganisation, ended, made, children)
    for row in ended:
        row.valid_to = row.succeeded_by = None
        _save(row, "valid_to", "succeeded_by")
    for row in children:
        row.parent_id = reorganisation.moved[row.id]
        _save(row, "parent")
    divisions.record(events.DIVISION_REOPENED, ended)
    divisions.record(events.DIVISION_WITHDRAWN, made)
    # a vintage that never was would stand in every list of the past; the journal keeps that it was filed
    for row in reversed(made):
        row.delete()
    reorganisation.undone_at = now()
    reorganisation.version, reorganisation.updated_at = reorganisation.version + 1, now()
    reorganisation.save(update_fields=["undone_at", "version", "updated_at"])
    _record(events.REORGANISATION_UNDONE, reorganisation)
    return reorganisation


def supersede_division(*, code: str, successor: Division, on: date) -> Division:
    """End a division on a day in favour of its successor (撤并); its rows keep their `div`.

    Raises NotFoundError, or ConflictError when it has ended already.
    """
    old = queries.division(code, on)
    if old.pk == successor.pk or old.succeeded_by_id is not None:
        raise ConflictError(
            f"区划 {code} 不能并入 {successor.code}", code="places.not_supersedable"
        )
    _Work(on=on).end(old, successor)
    divisions.record(events.DIVISION_SUPERSEDED, [old])
    return old


def _begun(division: Division, on: date, reason: str) -> _Work:
    divisions.refuse_unless_own(division.div)
    divisions.refuse_ended(division)
    if not reason.strip():
        raise InvalidError("请写明依据（批复文号等）", code="places.reason_missing", field="reason")
    if division.valid_from is not None and on <= division.valid_from:
        raise InvalidError(
            f"生效日期须晚于该区划的启用日期 {division.valid_from}",
            code="places.bad_day",
            field="on",
        )
    return _Work(on=on)


def _refuse_other_level(division: Division, code: str) -> None:
    if not code.isdigit() or len(code) != code_digits(level_of(division.code)):
        raise InvalidError(
            f"{division.name} 的新代码应为 {len(division.code)} 位数字",
            code="places.bad_code",
            field="code",
        )


def _children(division: Division) -> list[Division]:
    rows = Division.objects.filter(parent=division, valid_to__isnull=True)
    return list(rows.select_for_update().order_by("code"))


def _locked(ids: list[str]) -> list[Division]:
    """Return rows in the order of their ids in the act, each locked."""
    rows = Division.objects.select_for_update().in_bulk(ids)
    return [rows[one] for one in ids if one in rows]


def _refuse_built_on(
    act: Reorganisation, ended: list[Division], made: list[Division], children: list[Division]
) -> None:
    ours = {*act.ended, *act.made, *act.moved}
    heirs = set(act.made) or {one.succeeded_by_id for one in ended}
    also = Division.objects.exclude(pk__in=ours)
    is_built_on = (
        len(ended) != len(act.ended)
        or len(made) != len(act.made)
        or any(one.valid_to != act.on for one in ended)
        or any(one.valid_to is not None for one in made)
        or any(one.parent_id not in heirs for one in children)
        or also.filter(parent__in=act.made).exists()
        or also.filter(succeeded_by__in=act.made).exists()
    )
    if is_built_on:
        raise ConflictError(
            "这次调整之后又有新的调整，请先撤回后来的那一次", code="places.built_on_since"
        )


def _file(
    kind: ReorganisationKind, before: Division, after: Division, work: _Work, reason: str
) -> Reorganisation:
    divisions.record(events.DIVISION_SUPERSEDED, work.ended)
    divisions.record(events.DIVISION_REGISTERED, work.made)
    made = Reorganisation(
        id=new_ulid(),
        kind=kind,
        on=work.on,
        reason=reason.strip(),
        code=before.code,
        name=before.name,
        name_en=before.name_en,
        div=before.div,
        after_code=after.code,
        after_name=after.name,
        after_div=after.div,
        ended=[one.id for one in work.ended],
        made=[one.id for one in work.made],
        moved=work.moved,
        created_at=now(),
        updated_at=now(),
    )
    made.save(force_insert=True)
    _record(events.REORGANISATION_FILED, made)
    return made


def _record(event: EventType, one: Reorganisation) -> None:
    state = events.ReorganisationState(
        id=one.id,
        kind=one.kind,
        on=one.on.isoformat(),
        reason=one.reason,
        code=one.code,
        name=one.name,
        after_code=one.after_code,
        after_name=one.after_name,
        divisions=len(one.ended),
        is_undone=one.undone_at is not None,
    )
    place = journal.Place(div=one.div)
    journal.record(event, state, journal.Subject(id=one.id, version=one.version, place=place))


def _save(row: Division, *columns: str) -> None:
    row.version, row.updated_at = row.version + 1, now()
    row.save(update_fields=[*columns, "version", "updated_at"])
