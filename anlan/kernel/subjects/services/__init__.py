"""The verbs of subjects. A site's parts carry its id as `site`, its place as their own (7.6)."""

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import Point

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
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.base.services.handover import hand_back, hand_over
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.people.models import Organisation, SiteRelation
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.people.queries.responsible import owners_of
from anlan.kernel.people.services import organisations
from anlan.kernel.places.rules import div_of
from anlan.kernel.subjects import events, queries, rules
from anlan.kernel.subjects.models import Subject, SubjectKind, SubjectStatus

#: The kind whose subjects are sites: what hangs below inherits the site (architecture.md 2b).
SITE_KIND = "enterprise"
EDIT = "subjects.subject.edit"
#: Who only sees a site, because it lies in his territory, does not change what stands on it.
IN_CHARGE = (Reach.OWN_FIRM, Reach.IN_CHARGE)
_EDITABLE = ("name", "name_en", "code", "status", "attributes", "location")


def register_subject(
    *,
    kind: str,
    name: str,
    parent_id: str | None = None,
    organisation_id: str | None = None,
    place: journal.Place | None = None,
    lon_lat: tuple[float, float] | None = None,
    **details: Any,
) -> Subject:
    """Register a subject; without `place` it stands where its parent stands.

    `lon_lat` is CGCS2000/WGS-84 in degrees. A subject of kind enterprise is a site of its own.
    """
    row_kind = SubjectKind.objects.filter(code=kind).first()
    if row_kind is None:
        raise InvalidError(f"没有类别 {kind}", code="subjects.unknown_kind", kind=kind)
    if kind == SITE_KIND and details.get("code"):
        _refuse_taken(details["code"])
    attributes = details.pop("attributes", {})
    _check_attributes(row_kind, attributes)
    parent = _parent(parent_id)
    where = place or (journal.Place.of(parent) if parent else None)
    if where is None:
        raise InvalidError("监测对象须有所在区划，或有上级对象", code="subjects.no_place")
    at = Facts(div=where.div, zone=where.zone, site=where.site, matter=row_kind.matter)
    refuse_unless(EDIT, at, *IN_CHARGE)
    own_id = details.pop("id", None) or new_ulid()
    moment = now()
    row = Subject(
        id=own_id,
        kind=row_kind,
        name=name,
        parent=parent,
        organisation_id=organisation_id or (parent.organisation_id if parent else None),
        div=where.div,
        zone=where.zone,
        site=own_id if kind == SITE_KIND else where.site,
        location=Point(*lon_lat, srid=4326) if lon_lat else None,
        attributes=attributes,
        created_at=moment,
        updated_at=moment,
        **details,
    )
    row.save(force_insert=True)
    _record(events.SUBJECT_REGISTERED, row, {})
    return row


def place_of(division: str, zone: int | None) -> journal.Place:
    """Return where something of a division stands. Raises InvalidError for a code of no level."""
    try:
        return journal.Place(div=div_of(division), zone=zone)
    except ValueError as error:
        raise InvalidError(f"区划代码 {division} 无效", code="people.bad_territory") from error


def register_site(
    *, organisation: Organisation, name: str, code: str, place: journal.Place, **details: Any
) -> Subject:
    """Register a site as an organisation's own; who supervises it is said by somebody else.

    Only in one's own territory or zone: what was shared is for looking.
    """
    at = Facts(div=place.div, zone=place.zone)
    if not is_own(current_work().principal, EDIT, at):
        raise NotPermittedError("没有权限", permission=EDIT, reason="out_of_reach_own")
    made = register_subject(
        kind=SITE_KIND,
        name=name,
        code=code,
        organisation_id=organisation.id,
        place=place,
        **details,
    )
    organisations.grant_site_reach(
        organisation=organisation, site=made.id, relation=SiteRelation.OWNER
    )
    return made


def own_again(*, site: Subject, organisation: Organisation) -> bool:
    """Make a site its organisation's own again where nobody owns it; tell whether it had to be."""
    if owners_of(site.id, now()):
        return False
    if not is_own(current_work().principal, EDIT, site.facts):
        raise NotPermittedError("没有权限", permission=EDIT, reason="out_of_reach_own")
    organisations.grant_site_reach(
        organisation=organisation, site=site.id, relation=SiteRelation.OWNER
    )
    return True


def change_subject(*, subject_id: str, expected_version: int, **wanted: Any) -> Subject:
    """Change name, code, status, attributes or place; somebody else's change in between is refused.

    What says nothing new makes no version. The place is `location`, or `lon_lat` in degrees.
    """
    row = Subject.objects.select_for_update().filter(pk=subject_id).first()
    if row is None:
        raise NotFoundError("没有这个监测对象，或不在您的范围内", id=subject_id)
    refuse_unless(EDIT, row.facts, *IN_CHARGE)
    if row.version != expected_version:
        raise StaleVersionError("已被他人修改，请刷新后再改", current_version=row.version)
    if unknown := sorted(set(wanted) - {*_EDITABLE, "lon_lat"}):
        raise InvalidError(f"不能修改 {', '.join(unknown)}", code="subjects.not_editable")
    if "attributes" in wanted:
        _check_attributes(row.kind, wanted["attributes"])
    if row.kind.code == SITE_KIND and wanted.get("code", row.code) != row.code:
        _refuse_taken(wanted["code"])
    if (lon_lat := wanted.pop("lon_lat", None)) is not None:
        wanted["location"] = _point(*lon_lat)
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return row
    before = _state(row)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = now()
    row.save(update_fields=[*wanted, "version", "updated_at"])
    retired = row.status == SubjectStatus.RETIRED and before.status != SubjectStatus.RETIRED
    event = events.SUBJECT_RETIRED if retired else events.SUBJECT_CHANGED
    _record(event, row, {"before": _plain(before), "after": _plain(_state(row))})
    return row


def may_change(principal: Principal, row: Subject) -> bool:
    """Tell whether a person keeps a subject: his firm's own, or one that his bureau is in charge of."""
    return any(decide(principal, EDIT, row.facts, one).allowed for one in IN_CHARGE)


def move_subjects(*, giver: str, taker: str, ids: Sequence[str] | None = None) -> list[str]:
    """Give a firm's sites and all on them to another; with `ids` give those back that once came from it."""
    rows, column = Subject.objects.select_related("kind"), "organisation_id"
    moved = (
        hand_over(rows.filter(organisation=giver), column, taker)
        if ids is None
        else hand_back(rows, column, ids, giver=giver, taker=taker)
    )
    change = {column: [giver, taker]}
    journal.record_all(
        [
            journal.Entry(
                event=events.SUBJECT_CHANGED,
                state=_state(one),
                about=journal.Subject.of(one),
                change=change,
            )
            for one in moved
        ]
    )
    return [one.id for one in moved]


def _point(lon: float | None, lat: float | None) -> Point:
    if lon is None or lat is None:
        raise InvalidError("经度和纬度须一起填写", code="subjects.half_a_place", field="lat")
    return Point(lon, lat, srid=4326)


def _parent(parent_id: str | None) -> Subject | None:
    if parent_id is None:
        return None
    parent = Subject.objects.filter(pk=parent_id).first()
    if parent is None:
        raise InvalidError("没有这个上级对象", code="subjects.unknown_parent", parent_id=parent_id)
    return parent


def _refuse_taken(code: str) -> None:
    if queries.is_site_code_taken(code):
        raise ConflictError(
            f"厂区编码 {code} 已在使用", code="subjects.site_code_taken", field="code"
        )


def _check_attributes(kind: SubjectKind, attributes: dict[str, Any]) -> None:
    if errors := rules.attribute_errors(kind.schema, attributes):
        raise InvalidError("属性不符合类别的要求", code="subjects.bad_attributes", errors=errors)


def _state(row: Subject) -> events.SubjectState:
    return events.SubjectState(
        id=row.id,
        version=row.version,
        kind=row.kind.code,
        name=row.name,
        name_en=row.name_en,
        code=row.code,
        parent_id=row.parent_id,
        organisation_id=row.organisation_id,
        status=row.status,
        lon=row.location.x if row.location else None,
        lat=row.location.y if row.location else None,
        attributes=row.attributes,
        div=row.div,
        zone=row.zone,
        site=row.site,
        is_invented=row.is_invented,
    )


def _plain(state: events.SubjectState) -> dict[str, Any]:
    return events.SUBJECT_CHANGED.payload(state)


def _record(event: EventType, row: Subject, change: dict[str, Any]) -> None:
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place.of(row))
    journal.record(event, _state(row), about, change=change or None)
