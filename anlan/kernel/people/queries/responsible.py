"""Who answers for a place: the firm that owns a site, the bureau in charge, and who stands there now."""

from collections.abc import Collection
from datetime import datetime

from anlan.kernel.base.permissions import Facts
from anlan.kernel.people.models import (
    Organisation,
    OrganisationKind,
    Post,
    SiteReach,
    SiteRelation,
    User,
)
from anlan.kernel.people.queries.holdings import holdings, on_duty, valid_at
from anlan.kernel.places.rules import ancestors, code_of


def owners_of(site: str, at: datetime) -> list[Organisation]:
    """Return the firms whose own site it is."""
    return _related(site, SiteRelation.OWNER, at)


def in_charge_of(facts: Facts, at: datetime) -> list[Organisation]:
    """Return the bureaus in charge: by supervision of the matter, else of the site, else by place.

    By place it is the zone's bureau, else that of the smallest territory around.
    """
    if facts.site:
        supervising = _related(facts.site, SiteRelation.SUPERVISOR, at, facts.matter)
        supervising = supervising or _related(facts.site, SiteRelation.SUPERVISOR, at)
        if supervising:
            return supervising
    bureaus = Organisation.objects.filter(kind=OrganisationKind.BUREAU)
    if facts.zone is not None and (found := list(bureaus.filter(zone=facts.zone))):
        return found
    around = [code for code in ancestors(code_of(facts.div)) if code]
    found = list(bureaus.filter(territory_code__in=around))
    smallest = max((len(one.territory_code) for one in found), default=0)
    return [one for one in found if len(one.territory_code) == smallest]


def standing_at(
    organisation: Organisation,
    roles: Collection[str],
    at: datetime,
    exercise_id: str | None = None,
) -> list[User]:
    """Return who is on duty for posts of these roles, else everybody who holds one of them."""
    posts = Post.objects.filter(organisation=organisation, role__code__in=roles).order_by("id")
    on = {user.id: user for post in posts for user in on_duty(organisation, post, at, exercise_id)}
    if not any(user.is_active for user in on.values()):
        held = (
            holdings(at).filter(post__in=posts).select_related("user").order_by("held_from", "id")
        )
        on = {row.user_id: row.user for row in held}
    return [user for user in on.values() if user.is_active]


def _related(
    site: str, relation: SiteRelation, at: datetime, matter: str | None = None
) -> list[Organisation]:
    reaches = SiteReach.objects.filter(valid_at(at), site=site, relation=relation)
    if matter is not None:
        reaches = reaches.filter(matter=matter)
    rows = reaches.select_related("organisation").order_by("valid_from", "id")
    return list({row.organisation_id: row.organisation for row in rows}.values())
