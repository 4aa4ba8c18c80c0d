"""Organisations: the legal firm or agency, what further territory it reaches, which sites."""

from datetime import datetime
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.ids import is_ulid
from anlan.kernel.base.permissions import Facts, decide
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import (
    Organisation,
    OrganisationKind,
    SiteReach,
    SiteRelation,
)
from anlan.kernel.people.queries.holdings import holdings, posts_of_actor, valid_at
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.people.rules import is_credit_code
from anlan.kernel.people.services.users import end_sessions
from anlan.kernel.places.rules import div_of

EDIT = "people.organisation.edit"
#: Who makes posts also says which bureau supervises which site: the security administrator.
SUPERVISE = "people.post.edit"


def create_organisation(  # noqa: PLR0913 - one argument a column
    *,
    name: str,
    kind: OrganisationKind,
    credit_code: str | None = None,
    territory_code: str = "",
    zone: int | None = None,
    parent: Organisation | None = None,
    name_en: str = "",
    is_invented: bool = False,
) -> Organisation:
    """Register an organisation; its 统一社会信用代码 must have the right check character.

    Who keeps the register enters the firms of his own territory; bureaus and agencies, which posts
    are made in, are the security administrator's.
    """
    _refuse_unless_keeper(kind, checked_territory(territory_code), zone)
    if credit_code is not None and not is_credit_code(credit_code):
        raise InvalidError(
            f"统一社会信用代码 {credit_code} 校验不通过",
            code="people.bad_credit_code",
            field="credit_code",
            credit_code=credit_code,
        )
    if credit_code and Organisation.objects.filter(credit_code=credit_code).exists():
        raise ConflictError(
            f"统一社会信用代码 {credit_code} 已登记",
            code="people.credit_code_taken",
            field="credit_code",
        )
    moment = now()
    made = Organisation.objects.create(
        name=name,
        name_en=name_en,
        kind=kind,
        credit_code=credit_code,
        parent=parent,
        territory_code=territory_code,
        zone=zone,
        is_invented=is_invented,
        created_at=moment,
        updated_at=moment,
    )
    record_organisation(events.ORGANISATION_REGISTERED, made)
    return made


def change_organisation(
    *, organisation: Organisation, name: str, name_en: str, territory_code: str, zone: int | None
) -> Organisation:
    """Give an organisation another name or seat; whoever does it keeps both the old and the new one."""
    refuse_merged(organisation)
    kind = OrganisationKind(organisation.kind)
    _refuse_unless_keeper(kind, organisation.territory_code, organisation.zone)
    _refuse_unless_keeper(kind, checked_territory(territory_code), zone)
    wanted = {"name": name, "name_en": name_en, "territory_code": territory_code, "zone": zone}
    before = {key: getattr(organisation, key) for key in wanted}
    reaches_otherwise = (organisation.territory_code, organisation.zone) != (territory_code, zone)
    if reaches_otherwise:
        refuse_own_organisation(organisation)
    for key, value in wanted.items():
        setattr(organisation, key, value)
    organisation.version += 1
    organisation.updated_at = now()
    organisation.save(update_fields=[*wanted, "version", "updated_at"])
    record_organisation(events.ORGANISATION_CHANGED, organisation, journal.changed(before, wanted))
    if reaches_otherwise and kind != OrganisationKind.FIRM:
        # what its posts reach has changed: whoever holds one signs in anew
        for held in holdings().filter(post__organisation=organisation).select_related("user"):
            end_sessions(user=held.user)
    return organisation


def grant_site_reach(
    *,
    organisation: Organisation,
    site: str,
    relation: SiteRelation,
    matter: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> SiteReach:
    """Make a site an organisation's own, or put it under its supervision in one matter."""
    if not is_ulid(site):
        raise InvalidError("企业编号不是 ULID", code="people.bad_site")
    if relation == SiteRelation.SUPERVISOR and not matter:
        raise InvalidError("监管须写明事项", code="people.matter_missing")
    refuse_own_organisation(organisation)
    refuse_merged(organisation)
    begins = valid_from or now()
    made = SiteReach.objects.create(
        organisation=organisation,
        site=site,
        relation=relation,
        matter=matter,
        valid_from=begins,
        valid_to=checked_end(begins, valid_to),
        created_at=now(),
        updated_at=now(),
    )
    about = about_organisation(organisation, made.id, made.version)
    journal.record(events.SITE_REACH_GRANTED, site_reach_state(made), about)
    return made


def site_reach_state(one: SiteReach) -> events.SiteReachState:
    """Return what the journal says of how an organisation is related to a site."""
    return events.SiteReachState(
        id=one.id,
        organisation_id=one.organisation_id,
        site=one.site,
        relation=str(one.relation),
        matter=one.matter,
        valid_from=utc_text(one.valid_from),
        valid_to=utc_text(one.valid_to) if one.valid_to else None,
    )


def owned_sites(credit_code: str) -> list[str]:
    """Return the sites that are a firm's own today."""
    rows = SiteReach.objects.filter(valid_at(now()), relation=SiteRelation.OWNER)
    firm = of_credit_code(credit_code)
    return sorted(rows.filter(organisation=firm).values_list("site", flat=True)) if firm else []


def of_credit_code(credit_code: str) -> Organisation | None:
    """Return the organisation of a code; of one that was merged away, the one that was kept."""
    rows = Organisation.objects.select_related("merged_into")
    found = rows.filter(credit_code=credit_code).first()
    return None if found is None else found.merged_into or found


def refuse_merged(organisation: Organisation) -> None:
    """Refuse a change of a firm that stands only as another name of the one that was kept."""
    if organisation.merged_into_id is not None:
        raise ConflictError(
            f"{organisation.name} 已并入另一家单位，请改动保留的那一家",
            code="people.merged_away",
            merged_into=organisation.merged_into_id,
        )


def refuse_own_organisation(organisation: Organisation) -> None:
    """Refuse somebody who widens the reach of posts that he holds himself (practice P11)."""
    actor = current_work().principal.actor
    if any(post.organisation_id == organisation.id for post in posts_of_actor(actor)):
        raise NotPermittedError("不能为本人所在单位授权", code="people.own_grant")


def _refuse_unless_keeper(kind: OrganisationKind, territory_code: str, zone: int | None) -> None:
    principal = current_work().principal
    if kind == OrganisationKind.FIRM:
        at = Facts(div=div_of(territory_code), zone=zone)
        allowed = decide(principal, EDIT).allowed and is_own(principal, EDIT, at)
        field = "territory_code"
    else:
        allowed, field = decide(principal, SUPERVISE).allowed, "kind"
    if not allowed:
        raise NotPermittedError(
            "不能登记或改动这里的这类单位",
            permission=EDIT,
            reason="out_of_reach_own",
            field=field,
        )


def record_organisation(
    event: EventType, row: Organisation, change: dict[str, list[Any]] | None = None
) -> None:
    """Write the journal row of an organisation."""
    state = events.OrganisationState(
        id=row.id,
        name=row.name,
        kind=str(row.kind),
        credit_code=row.credit_code,
        territory_code=row.territory_code,
        zone=row.zone,
        merged_into=row.merged_into_id,
    )
    journal.record(event, state, about_organisation(row, row.id, row.version), change=change)


def checked_territory(code: str) -> str:
    """Return a division code, or refuse one that has not the digits of a level."""
    try:
        div_of(code)
    except ValueError as error:
        raise InvalidError(
            f"区划代码 {code!r} 无效", code="people.bad_territory", field="territory_code"
        ) from error
    return code


def checked_end(begins: datetime, ends: datetime | None) -> datetime | None:
    if ends is not None and ends <= begins:
        raise InvalidError("终止时间须晚于起始时间", code="people.bad_period")
    return ends


def about_organisation(organisation: Organisation, object_id: str, version: int) -> journal.Subject:
    """Hang a journal row where the organisation is."""
    place = journal.Place(div=div_of(organisation.territory_code), zone=organisation.zone)
    return journal.Subject(id=object_id, version=version, place=place)
