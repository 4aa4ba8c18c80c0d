"""HTTP of subjects; one call per route."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.queries import directory
from anlan.kernel.subjects import queries, schemas, services
from anlan.kernel.subjects.models import Subject, SubjectKind, SubjectStatus
from anlan.kernel.subjects.rules import MATTERS

VIEW = "subjects.subject.view"
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
        "code": Field(path="code", sortable=True, title="类别代码"),
        "title": Field(path="title", title="类别"),
        "title_en": Field(path="title_en"),
        "icon": Field(path="icon"),
        "matter": Field(path="matter", title="监管事项", words=MATTERS),
        "schema": Field(path="schema"),
        "schema_version": Field(path="schema_version", title="属性版本"),
    },
    sort="code",
)


@door.list("", VIEW, SUBJECTS, schemas.SubjectRow)
def list_subjects(request: HttpRequest) -> QuerySet[Subject]:
    """List subjects by name."""
    return queries.listed(current_work().principal.scope)


@door.list("/kinds", VIEW, KINDS, schemas.KindOut)
def list_kinds(request: HttpRequest) -> QuerySet[SubjectKind]:
    """List the kinds of subject."""
    return queries.kinds()


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
    wanted = said.dict(exclude_none=True)
    version = expected_version(request)
    services.change_subject(subject_id=subject_id, expected_version=version, **wanted)
    return _whole(queries.subject(subject_id))


def _whole(row: Subject) -> dict[str, Any]:
    """Return a subject as the card shows it."""
    listed = {name: getattr(row, field.path) for name, field in SUBJECTS.fields.items()}
    return listed | {
        "attributes": row.attributes,
        "schema": row.kind.schema,
        "path": queries.path_of(row),
    }
