"""HTTP of subjects; one call per route."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.queries import directory
from anlan.kernel.people.queries.accountable import responsible_for
from anlan.kernel.people.rules import MATTERS
from anlan.kernel.subjects import queries, schemas, services
from anlan.kernel.subjects.models import KindVersion, Subject, SubjectKind, SubjectStatus
from anlan.kernel.subjects.services import kinds

VIEW = queries.VIEW
door = Door("subjects")
router = door.router

_STATUSES = cast("dict[Any, str]", dict(SubjectStatus.choices))
SUBJECTS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en"),
        "kind": Field(path="kind_code", sortable=True, title="类别代码"),
        "kind_title": Field(path="kind_title", sortable=True, title="类别"),
        "kind_title_en": Field(path="kind_title_en"),
        "code": Field(path="code", sortable=True, title="编码"),
        "parent_id": Field(path="parent_id"),
        "organisation_id": Field(path="organisation_id"),
        "organisation_name": Field(path="organisation_name", sortable=True, title="单位"),
        "organisation_name_en": Field(path="organisation_name_en"),
        "status": Field(path="status", sortable=True, title="状态", words=_STATUSES),
        "lon": Field(path="lon", kind="float", title="经度"),
        "lat": Field(path="lat", kind="float", title="纬度"),
        "div": Field(path="div", kind="int", sortable=True, title="区划"),
        "zone": Field(path="zone", kind="int"),
        "site": Field(path="site"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "search": Field(path="search"),
    },
    sort="name",
)
KINDS = ListSpec(
    fields={
        "id": Field(path="id"),
        "code": Field(path="code", sortable=True, title="编码"),
        "title": Field(path="title", title="类别"),
        "title_en": Field(path="title_en"),
        "icon": Field(path="icon"),
        "matter": Field(path="matter", title="监管事项", words=MATTERS),
        "schema": Field(path="schema"),
        "schema_version": Field(path="schema_version", title="版本"),
        "version": Field(path="version", kind="int"),
    },
    sort="code",
)

VERSIONS = ListSpec(
    fields={
        "id": Field(path="id"),
        "kind_id": Field(path="kind_id"),
        "kind": Field(path="kind__code", title="类别代码"),
        "number": Field(path="number", kind="int", sortable=True, title="版本"),
        "schema": Field(path="schema"),
        "reason": Field(path="reason", title="理由"),
        "filed_by": Field(path="filed_by", title="登记人"),
        "filed_at": Field(path="created_at", kind="time", title="登记时间"),
    },
    sort="-number",
)


@door.list("", VIEW, SUBJECTS, schemas.SubjectRow)
def list_subjects(request: HttpRequest) -> tuple[QuerySet[Subject], ...]:
    """List subjects by name."""
    return queries.listed(current_work().principal.scope)


@door.list("/kinds", VIEW, KINDS, schemas.KindOut)
def list_kinds(request: HttpRequest) -> QuerySet[SubjectKind]:
    """List the kinds of subject."""
    return queries.kinds()


@door.create("/kinds", kinds.EDIT, response=schemas.KindOut)
def register_kind(request: HttpRequest, said: schemas.KindBody) -> dict[str, Any]:
    """Enter a kind of subject with the first version of its schema."""
    details = said.dict(exclude={"schema_"})
    return _kind(kinds.register_kind(schema=said.schema_, **details))


@door.change("/kinds/{kind_id}", kinds.EDIT, "PATCH", response=schemas.KindOut)
def change_kind(request: HttpRequest, kind_id: str, said: schemas.KindPatch) -> dict[str, Any]:
    """Change a kind's titles or sign."""
    row = at_version(SubjectKind.objects, kind_id, expected_version(request))
    return _kind(kinds.change_kind(kind=row, **said.dict(exclude_none=True)))


@door.list("/kind-versions", VIEW, VERSIONS, schemas.KindVersionOut)
def list_kind_versions(request: HttpRequest) -> QuerySet[KindVersion]:
    """List the versions of the kinds' schemas, the latest first."""
    return queries.kind_versions()


@door.write("/kinds/{kind_id}/check", kinds.EDIT, response=schemas.MisfitsOut)
def check_kind(request: HttpRequest, kind_id: str, said: schemas.KindSchemaBody) -> dict[str, Any]:
    """Hold the rows of a kind against a schema, row by row; nothing is changed."""
    found = kinds.check(kind=queries.kind(kind_id), schema=said.schema_)
    return {"checked": found.checked, "count": found.count, "rows": found.rows}


@door.change("/kinds/{kind_id}/versions", kinds.EDIT, response=schemas.KindOut)
def file_kind_version(
    request: HttpRequest, kind_id: str, said: schemas.KindVersionBody
) -> dict[str, Any]:
    """Give a kind the next version of its schema; refused, row by row, where rows do not fit."""
    row = at_version(SubjectKind.objects, kind_id, expected_version(request))
    return _kind(kinds.file_version(kind=row, schema=said.schema_, reason=said.reason))


@door.read("/points.geojson", VIEW, response=schemas.FeatureCollection)
def subject_points(request: HttpRequest) -> dict[str, Any]:
    """Return the placed subjects for the map."""
    return queries.points()


@door.create("/sites", services.EDIT, response=schemas.SubjectOut, by_alias=True)
def register_site(request: HttpRequest, said: schemas.SiteIn) -> dict[str, Any]:
    """Register a site as its firm's own; the security administrator says who supervises it."""
    placed = said.lon is not None and said.lat is not None
    row = services.register_site(
        organisation=directory.one(Organisation.objects, said.organisation_id),
        name=said.name,
        name_en=said.name_en,
        code=said.code,
        place=services.place_of(said.division, said.zone),
        lon_lat=(said.lon or 0.0, said.lat or 0.0) if placed else None,
    )
    return _whole(queries.subject(row.id))


@door.read("/{subject_id}", VIEW, response=schemas.SubjectOut, by_alias=True)
def get_subject(request: HttpRequest, subject_id: str) -> dict[str, Any]:
    """Return one subject."""
    return _whole(queries.subject(subject_id))


@door.read("/{subject_id}/responsible", VIEW, response=schemas.ResponsibleOut)
def get_responsible(request: HttpRequest, subject_id: str) -> dict[str, Any]:
    """Return who answers for a subject: its firm's accountable posts, and who supervises its site."""
    row = queries.subject(subject_id)
    return responsible_for(Facts(div=row.div, zone=row.zone, site=row.site))


@door.create("", "subjects.subject.edit", response=schemas.SubjectOut, by_alias=True)
def register_subject(request: HttpRequest, said: schemas.SubjectIn) -> dict[str, Any]:
    """Register a subject under another."""
    details = said.dict(exclude={"lon", "lat"})
    placed = said.lon is not None and said.lat is not None
    lon_lat = (said.lon or 0.0, said.lat or 0.0) if placed else None
    row = services.register_subject(lon_lat=lon_lat, **details)
    return _whole(queries.subject(row.id))


@door.change(
    "/{subject_id}", "subjects.subject.edit", "PATCH", response=schemas.SubjectOut, by_alias=True
)
def change_subject(
    request: HttpRequest, subject_id: str, said: schemas.SubjectPatch
) -> dict[str, Any]:
    """Change a subject; needs If-Match."""
    wanted = said.dict(exclude_none=True, exclude={"lon", "lat"})
    if said.lon is not None or said.lat is not None:
        wanted["lon_lat"] = (said.lon, said.lat)
    version = expected_version(request)
    services.change_subject(subject_id=subject_id, expected_version=version, **wanted)
    return _whole(queries.subject(subject_id))


def _kind(row: SubjectKind) -> dict[str, Any]:
    return {name: getattr(row, field.path) for name, field in KINDS.fields.items()}


def _whole(row: Subject) -> dict[str, Any]:
    """Return a subject as the card shows it."""
    listed = {name: getattr(row, field.path) for name, field in SUBJECTS.fields.items()}
    return listed | {
        "attributes": row.attributes,
        "schema": row.kind.schema,
        "path": queries.path_of(row),
        "may": ["change"] if services.may_change(current_work().principal, row) else [],
    }
