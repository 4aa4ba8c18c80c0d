"""Shares (共享): a territory or zone that another organisation may look at, by name and for a time.

A division is shared by whose territory it lies in; a functional zone, whose rows may lie in several
counties, by the bureau of the zone only.

The giver's side asks for it with its reason and its end; another person of the giver's side, who may
approve, does so by name. Before that it gives nothing, and at its end it stops by itself.
"""

from datetime import datetime, timedelta

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import Organisation, OrganisationKind, ScopeGrant
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.people.queries.shares import place_of
from anlan.kernel.people.services.organisations import (
    about_organisation,
    checked_end,
    checked_territory,
    refuse_merged,
    refuse_own_organisation,
)
from anlan.kernel.places.queries import division, ranges_of
from anlan.kernel.places.queries import zone as zone_of

VIEW, GIVE, APPROVE = "people.share.view", "people.share.give", "people.share.approve"
#: A share is for an occasion; for longer than this a reorganisation or a new share is the way.
LONGEST = timedelta(days=366)


def ask_share(
    *,
    organisation: Organisation,
    reason: str,
    valid_from: datetime,
    valid_to: datetime,
    territory_code: str = "",
    zone: int | None = None,
) -> ScopeGrant:
    """Ask that an organisation may look at a part of one's own territory, or one's zone; it gives nothing yet."""
    if bool(territory_code) == (zone is not None):
        raise InvalidError(
            "请写明区划或功能区，二者取一", code="people.share_names_one", field="territory_code"
        )
    refuse_unless_givers(GIVE, checked_territory(territory_code), zone)
    if zone is None:
        division(territory_code)
    else:
        zone_of(zone)
    _refuse_receiver(organisation, territory_code, zone)
    if valid_to <= now():
        raise InvalidError("终止时间已过", code="people.share_past", field="valid_to")
    if valid_to - max(valid_from, now()) > LONGEST:
        raise InvalidError("共享最长一年", code="people.share_too_long", field="valid_to")
    standing = ScopeGrant.objects.filter(
        organisation=organisation,
        territory_code=territory_code,
        zone=zone,
        ended_at=None,
        valid_from__lt=valid_to,
        valid_to__gt=max(valid_from, now()),
    )
    if standing.exists():
        raise ConflictError(
            "这段时间内已有相同的共享", code="people.share_stands", field="valid_from"
        )
    begins = max(valid_from, now())
    made = _made(organisation, (territory_code, zone), reason, begins, valid_to)
    _record(events.SCOPE_ASKED, made)
    return made


def approve_share(*, share: ScopeGrant) -> ScopeGrant:
    """Let a share begin, as a person of the giver's side who has not asked for it himself."""
    refuse_unless_givers(APPROVE, share.territory_code, share.zone)
    actor = current_work().principal.actor
    if share.asked_by == actor:
        raise NotPermittedError("不能批准本人提出的共享", code="people.own_share")
    refuse_own_organisation(share.organisation)
    refuse_merged(share.organisation)
    _refuse_over(share)
    if share.approved_at is not None:
        raise ConflictError("已经批准", code="people.share_approved")
    _saved(share, approved_by=actor, approved_at=now())
    _record(events.SCOPE_GRANTED, share)
    return share


def end_share(*, share: ScopeGrant, reason: str) -> ScopeGrant:
    """End a share now, or turn one down that nobody has approved yet."""
    refuse_unless_givers(GIVE, share.territory_code, share.zone)
    if not reason.strip():
        raise InvalidError("请写明理由", code="people.end_reason_missing", field="reason")
    _refuse_over(share)
    moment = now()
    _saved(
        share,
        valid_to=moment,
        ended_by=current_work().principal.actor,
        ended_at=moment,
        end_reason=reason.strip(),
    )
    _record(events.SCOPE_ENDED, share)
    return share


def grant_scope(
    *,
    organisation: Organisation,
    territory_code: str,
    reason: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> ScopeGrant:
    """Share at once, as a process that sets an installation up does."""
    refuse_own_organisation(organisation)
    if not current_work().principal.is_machine:
        raise NotPermittedError("共享须经批准", permission=APPROVE, reason="out_of_reach_own")
    begins = valid_from or now()
    made = _made(organisation, (territory_code, None), reason, begins, valid_to)
    made.approved_by, made.approved_at = made.asked_by, made.created_at
    made.save(update_fields=["approved_by", "approved_at"])
    _record(events.SCOPE_GRANTED, made)
    return made


def scope_grant_state(one: ScopeGrant) -> events.ScopeGrantState:
    """Return what the journal says of a further territory."""
    return events.ScopeGrantState(
        id=one.id,
        organisation_id=one.organisation_id,
        territory_code=one.territory_code,
        zone=one.zone,
        reason=one.reason,
        valid_from=utc_text(one.valid_from),
        valid_to=utc_text(one.valid_to) if one.valid_to else None,
        asked_by=one.asked_by,
        approved_by=one.approved_by,
        ended_by=one.ended_by,
        end_reason=one.end_reason,
    )


def refuse_unless_givers(permission: str, territory_code: str, zone: int | None) -> None:
    """Refuse whoever does not serve, with this permission, where the territory or the zone is his own."""
    principal = current_work().principal
    if not is_own(principal, permission, place_of(territory_code, zone)):
        raise NotPermittedError("不是本属地", permission=permission, reason="out_of_reach_home")


def _refuse_receiver(organisation: Organisation, territory_code: str, zone: int | None) -> None:
    """Refuse whom a share would give nothing: a firm reaches sites only, a bureau has its own already."""
    refuse_own_organisation(organisation)
    refuse_merged(organisation)
    if organisation.kind == OrganisationKind.FIRM:
        raise InvalidError(
            "企业只看本企业，不能向其共享属地",
            code="people.share_to_firm",
            field="organisation_id",
        )
    own, at = organisation.territory_code, place_of(territory_code, zone)
    if (zone is not None and organisation.zone == zone) or (
        own and any(low <= at.div <= high for low, high in ranges_of(own))
    ):
        raise ConflictError(
            "该单位本来就管辖这里", code="people.share_needless", field="organisation_id"
        )


def _refuse_over(share: ScopeGrant) -> None:
    if share.ended_at is not None or (share.valid_to is not None and share.valid_to <= now()):
        raise ConflictError("共享已经结束", code="people.share_over")


def _made(
    organisation: Organisation,
    what: tuple[str, int | None],
    reason: str,
    begins: datetime,
    ends: datetime | None,
) -> ScopeGrant:
    territory_code, zone = what
    if not reason.strip() or not (territory_code or zone):
        raise InvalidError("授予范围须写明区划和理由", code="people.reason_missing", field="reason")
    moment = now()
    return ScopeGrant.objects.create(
        organisation=organisation,
        territory_code=checked_territory(territory_code),
        zone=zone,
        reason=reason.strip(),
        valid_from=begins,
        valid_to=checked_end(begins, ends),
        asked_by=current_work().principal.actor,
        created_at=moment,
        updated_at=moment,
    )


def _saved(share: ScopeGrant, **values: object) -> None:
    for name, value in values.items():
        setattr(share, name, value)
    share.version, share.updated_at = share.version + 1, now()
    share.save(update_fields=[*values, "version", "updated_at"])


def _record(event: EventType, share: ScopeGrant) -> None:
    about = about_organisation(share.organisation, share.id, share.version)
    journal.record(event, scope_grant_state(share), about)
