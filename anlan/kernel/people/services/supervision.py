"""Supervision (监管): which organisation is in charge of a site in a matter, from when, until when.

It sees and acts from its first minute to its end, and neither before nor behind (practice P4).
"""

from datetime import datetime

from django.db.models import Q

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.permissions import decide
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import Organisation, SiteReach, SiteRelation
from anlan.kernel.people.queries.holdings import valid_at
from anlan.kernel.people.services.organisations import (
    SUPERVISE,
    about_organisation,
    checked_end,
    grant_site_reach,
    refuse_own_organisation,
    site_reach_state,
)


def supervise(
    *,
    organisation: Organisation,
    site: str,
    matter: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> SiteReach | None:
    """Put a site under an organisation's supervision in a matter; None where that stands already.

    Without a begin it holds from now. Raises ConflictError where another span of the same
    organisation, site and matter reaches into this one.
    """
    _refuse_unless_security()
    same = SiteReach.objects.filter(
        organisation=organisation, site=site, matter=matter, relation=SiteRelation.SUPERVISOR
    )
    if valid_from is None and valid_to is None and same.filter(valid_at(now())).exists():
        return None
    begins = valid_from or now()
    checked_end(begins, valid_to)
    if same.filter(valid_from=begins, valid_to=valid_to).exists():
        return None
    reaching_in = same.filter(Q(valid_to=None) | Q(valid_to__gt=begins))
    if valid_to is not None:
        reaching_in = reaching_in.filter(valid_from__lt=valid_to)
    # one that was taken back before it began holds at no minute
    standing = [one for one in reaching_in if one.valid_to is None or one.valid_to > one.valid_from]
    if standing:
        raise ConflictError(
            "该单位对这个厂区的这项监管在这段时间内已有一段",
            code="people.supervision_overlaps",
            field="valid_from",
            valid_from=utc_text(standing[0].valid_from),
            valid_to=utc_text(standing[0].valid_to) if standing[0].valid_to else None,
        )
    return grant_site_reach(
        organisation=organisation,
        site=site,
        relation=SiteRelation.SUPERVISOR,
        matter=matter,
        valid_from=begins,
        valid_to=valid_to,
    )


def end_supervision(*, reach: SiteReach, reason: str, at: datetime | None = None) -> SiteReach:
    """End a supervision now or at a later moment, which may be moved; what is over stays as it was."""
    _refuse_unless_security()
    if reach.relation != SiteRelation.SUPERVISOR:
        raise InvalidError("这不是监管关系", code="people.not_supervision")
    refuse_own_organisation(reach.organisation)
    moment = now()
    if reach.valid_to is not None and reach.valid_to <= moment:
        raise ConflictError("监管已经结束", code="people.supervision_over")
    if not reason.strip():
        raise InvalidError("请写明理由", code="people.end_reason_missing", field="reason")
    if at is not None and at < moment:
        raise InvalidError("终止时间已过", code="people.end_past", field="valid_to")
    # one that has not begun is over before it begins
    ends = max(at or moment, reach.valid_from)
    before = reach.valid_to
    reach.valid_to, reach.version, reach.updated_at = ends, reach.version + 1, moment
    reach.save(update_fields=["valid_to", "version", "updated_at"])
    change = journal.changed(
        {"valid_to": utc_text(before) if before else None, "reason": None},
        {"valid_to": utc_text(ends), "reason": reason.strip()},
    )
    about = about_organisation(reach.organisation, reach.id, reach.version)
    journal.record(events.SITE_REACH_ENDED, site_reach_state(reach), about, change=change)
    return reach


def _refuse_unless_security() -> None:
    if not decide(current_work().principal, SUPERVISE).allowed:
        raise NotPermittedError("没有权限", permission=SUPERVISE)
