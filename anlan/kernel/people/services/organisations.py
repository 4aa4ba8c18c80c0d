"""Organisations: the legal firm or agency, what further territory it reaches, which sites."""

from datetime import datetime

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.ids import is_ulid
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import (
    Organisation,
    OrganisationKind,
    ScopeGrant,
    SiteReach,
    SiteRelation,
)
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.people.rules import is_credit_code
from anlan.kernel.places.rules import div_of


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
    """Register an organisation; its 统一社会信用代码 must have the right check character."""
    if credit_code is not None and not is_credit_code(credit_code):
        raise InvalidError(
            f"统一社会信用代码 {credit_code} 校验不通过",
            code="people.bad_credit_code",
            credit_code=credit_code,
        )
    if credit_code and Organisation.objects.filter(credit_code=credit_code).exists():
        raise ConflictError(
            f"统一社会信用代码 {credit_code} 已登记", code="people.credit_code_taken"
        )
    moment = now()
    made = Organisation.objects.create(
        name=name,
        name_en=name_en,
        kind=kind,
        credit_code=credit_code,
        parent=parent,
        territory_code=_checked_territory(territory_code),
        zone=zone,
        is_invented=is_invented,
        created_at=moment,
        updated_at=moment,
    )
    state = events.OrganisationState(
        id=made.id,
        name=name,
        kind=str(kind),
        credit_code=credit_code,
        territory_code=territory_code,
        zone=zone,
    )
    journal.record(events.ORGANISATION_REGISTERED, state, _about(made, made.id, made.version))
    return made


def grant_scope(
    *,
    organisation: Organisation,
    territory_code: str,
    reason: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> ScopeGrant:
    """Let an organisation's posts reach a further territory: a merged county, a share by name.

    A share needs its reason; one with an end stops by itself.
    """
    if not reason.strip() or not territory_code:
        raise InvalidError("授予范围须写明区划和理由", code="people.reason_missing")
    refuse_own_organisation(organisation)
    begins = valid_from or now()
    made = ScopeGrant.objects.create(
        organisation=organisation,
        territory_code=_checked_territory(territory_code),
        reason=reason,
        valid_from=begins,
        valid_to=_checked_end(begins, valid_to),
        created_at=now(),
        updated_at=now(),
    )
    state = events.ScopeGrantState(
        id=made.id,
        organisation_id=organisation.id,
        territory_code=territory_code,
        reason=reason,
        valid_from=begins.isoformat(),
        valid_to=valid_to.isoformat() if valid_to else None,
    )
    journal.record(events.SCOPE_GRANTED, state, _about(organisation, made.id, made.version))
    return made


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
    begins = valid_from or now()
    made = SiteReach.objects.create(
        organisation=organisation,
        site=site,
        relation=relation,
        matter=matter,
        valid_from=begins,
        valid_to=_checked_end(begins, valid_to),
        created_at=now(),
        updated_at=now(),
    )
    state = events.SiteReachState(
        id=made.id,
        organisation_id=organisation.id,
        site=site,
        relation=str(relation),
        matter=matter,
        valid_from=begins.isoformat(),
        valid_to=valid_to.isoformat() if valid_to else None,
    )
    journal.record(events.SITE_REACH_GRANTED, state, _about(organisation, made.id, made.version))
    return made


def refuse_own_organisation(organisation: Organisation) -> None:
    """Refuse somebody who widens the reach of posts that he holds himself (practice P11)."""
    actor = current_work().principal.actor
    if any(post.organisation_id == organisation.id for post in posts_of_actor(actor)):
        raise NotPermittedError("不能为本人所在单位授权", code="people.own_grant")


def _checked_territory(code: str) -> str:
    """Return a division code, or refuse one that has not the digits of a level."""
    try:
        div_of(code)
    except ValueError as error:
        raise InvalidError(f"区划代码 {code!r} 无效", code="people.bad_territory") from error
    return code


def _checked_end(begins: datetime, ends: datetime | None) -> datetime | None:
    if ends is not None and ends <= begins:
        raise InvalidError("终止时间须晚于起始时间", code="people.bad_period")
    return ends


def _about(organisation: Organisation, object_id: str, version: int) -> journal.Subject:
    """Hang a journal row where the organisation is."""
    place = journal.Place(div=div_of(organisation.territory_code), zone=organisation.zone)
    return journal.Subject(id=object_id, version=version, place=place)
