"""Kinds of subject and the versions of their attributes' schema: one that stands is never edited.

A kind is the installation's: who keeps the whole territory of the node changes it, because he sees
every row that a new version must fit.
"""

from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.places.rules import node_div
from anlan.kernel.subjects import events, queries, rules
from anlan.kernel.subjects.models import KindVersion, SubjectKind

EDIT = "subjects.kind.edit"


def define_kind(
    *, code: str, title: str, title_en: str, schema: dict[str, Any], matter: str = ""
) -> SubjectKind:
    """Define a kind as the product ships it; the same again changes nothing.

    Where people have filed a version of their own, theirs stands.
    """
    _checked(code, schema)
    row = SubjectKind.objects.filter(code=code).first()
    wanted = {"title": title, "title_en": title_en, "matter": matter, "schema": schema}
    if row is None:
        return _made(code, wanted, reason="")
    if row.is_kept_by_hand or all(getattr(row, name) == value for name, value in wanted.items()):
        return row
    is_new_schema = row.schema != schema
    for name, value in wanted.items():
        setattr(row, name, value)
    _save(row, *wanted, schema=schema if is_new_schema else None)
    return row


def register_kind(  # noqa: PLR0913 - one argument a column
    *,
    code: str,
    title: str,
    title_en: str,
    icon: str,
    matter: str,
    schema: dict[str, Any],
    reason: str,
) -> SubjectKind:
    """Enter a kind with the first version of its schema."""
    refuse_unless_keeper()
    _refuse_not_plain(schema)
    _checked(code, schema)
    if SubjectKind.objects.filter(code=code).exists():
        raise ConflictError(f"已有类别 {code}", code="subjects.kind_code_taken", field="code")
    words = {"title": title, "title_en": title_en, "icon": icon, "matter": matter}
    return _made(code, words | {"schema": schema, "is_kept_by_hand": True}, reason=reason)


def change_kind(*, kind: SubjectKind, **wanted: str) -> SubjectKind:
    """Change a kind's titles or sign; what it asks of its rows changes by a new version."""
    refuse_unless_keeper()
    before = {name: getattr(kind, name) for name in wanted}
    if before == wanted:
        return kind
    for name, value in wanted.items():
        setattr(kind, name, value)
    kind.is_kept_by_hand = True
    _save(kind, *wanted, "is_kept_by_hand", change=journal.changed(before, dict(wanted)))
    return kind


def file_version(*, kind: SubjectKind, schema: dict[str, Any], reason: str) -> SubjectKind:
    """Give a kind the next version of its schema; every row that stands must fit it.

    Raises InvalidError with the rows that do not, each with its attributes in question.
    """
    refuse_unless_keeper()
    _refuse_not_plain(schema)
    _checked(kind.code, schema)
    if schema == kind.schema:
        raise InvalidError("与现行版本相同", code="subjects.same_schema", field="schema")
    if not reason.strip():
        raise InvalidError("请写明修改的理由", code="subjects.reason_missing", field="reason")
    found = queries.misfits(kind, schema)
    if found.count:
        raise InvalidError(
            f"有 {found.count} 个监测对象的属性不符合新版本，请先改正",
            code="subjects.rows_do_not_fit",
            count=found.count,
            rows=found.rows,
        )
    kind.schema = schema
    kind.is_kept_by_hand = True
    _save(kind, "schema", "is_kept_by_hand", schema=schema, reason=reason)
    return kind


def check(*, kind: SubjectKind, schema: dict[str, Any]) -> queries.Misfits:
    """Hold the rows of a kind against a schema that somebody thinks of filing."""
    refuse_unless_keeper()
    _refuse_not_plain(schema)
    _checked(kind.code, schema)
    return queries.misfits(kind, schema)


def refuse_unless_keeper() -> None:
    """Refuse whoever does not keep the whole territory of this node."""
    refuse_unless(EDIT, Facts(div=node_div(config().node)), Reach.HOME)


def _checked(code: str, schema: dict[str, Any]) -> None:
    if (error := rules.schema_error(schema)) is not None:
        raise InvalidError(
            f"类别 {code} 的 JSON Schema 有误：{error}", code="subjects.bad_schema", field="schema"
        )


def _refuse_not_plain(schema: dict[str, Any]) -> None:
    if (error := rules.not_plain(schema)) is not None:
        raise InvalidError(
            f"属性定义中不能使用 {error}", code="subjects.schema_not_plain", field="schema"
        )


def _made(code: str, columns: dict[str, Any], *, reason: str) -> SubjectKind:
    row = SubjectKind(code=code, created_at=now(), updated_at=now(), **columns)
    row.save(force_insert=True)
    _keep_version(row, reason)
    _record(row)
    return row


def _save(
    row: SubjectKind,
    *columns: str,
    schema: dict[str, Any] | None = None,
    reason: str = "",
    change: dict[str, Any] | None = None,
) -> None:
    row.schema_version += schema is not None
    row.version, row.updated_at = row.version + 1, now()
    row.save(update_fields=[*columns, "schema_version", "version", "updated_at"])
    if schema is not None:
        _keep_version(row, reason)
    _record(row, change)


def _keep_version(row: SubjectKind, reason: str) -> None:
    KindVersion(
        kind=row,
        number=row.schema_version,
        schema=row.schema,
        reason=reason.strip(),
        filed_by=current_work().principal.actor,
        created_at=now(),
        updated_at=now(),
    ).save(force_insert=True)


def _record(row: SubjectKind, change: dict[str, Any] | None = None) -> None:
    state = events.KindState(
        id=row.id,
        version=row.version,
        code=row.code,
        title=row.title,
        title_en=row.title_en,
        matter=row.matter,
        schema=row.schema,
        schema_version=row.schema_version,
    )
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place())
    journal.record(events.KIND_DEFINED, state, about, change=change)
