"""HTTP of shares (共享) under /people/shares: asked for, approved by another, ended before their time."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version, principal
from anlan.kernel.people.models import Organisation, ScopeGrant
from anlan.kernel.people.queries import directory
from anlan.kernel.people.queries.shares import SHARES, seen_at_version, shares, shares_seen
from anlan.kernel.people.reach_schemas import EndBody, ShareBody, ShareOut
from anlan.kernel.people.services.shares import (
    APPROVE,
    GIVE,
    VIEW,
    approve_share,
    ask_share,
    end_share,
)

door = Door("people")
router = door.router


@door.list("/shares", VIEW, SHARES, ShareOut)
def share_list(request: HttpRequest) -> QuerySet[ScopeGrant]:
    """What is shared of my territory, and what is shared with my organisation."""
    return shares_seen(principal(request), VIEW)


@door.create("/shares", GIVE, response=ShareOut)
def ask(request: HttpRequest, body: ShareBody) -> dict[str, Any]:
    """Ask that an organisation may look at a part of my territory, or my zone, for a time."""
    details = body.dict(exclude={"organisation_id"})
    organisation = directory.one(Organisation.objects, body.organisation_id)
    return _row(ask_share(organisation=organisation, **details))


@door.change("/shares/{share_id}/approve", APPROVE, response=ShareOut)
def approve(request: HttpRequest, share_id: str) -> dict[str, Any]:
    """Approve a share that somebody else has asked for."""
    version = expected_version(request)
    return _row(
        approve_share(share=seen_at_version(principal(request), APPROVE, share_id, version))
    )


@door.change("/shares/{share_id}/end", GIVE, response=ShareOut)
def end(request: HttpRequest, share_id: str, body: EndBody) -> dict[str, Any]:
    """End a share now, or turn down one that waits."""
    version = expected_version(request)
    share = seen_at_version(principal(request), GIVE, share_id, version)
    return _row(end_share(share=share, reason=body.reason))


def _row(share: ScopeGrant) -> dict[str, Any]:
    return directory.row(SHARES, shares([(share.territory_code, share.zone)]), share.id)
