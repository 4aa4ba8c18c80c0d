"""Who answers for a place: the firm that owns a site, the bureau in charge, and who stands there now."""

from collections.abc import Collection
from datetime import datetime

from anlan.kernel.base.journal import Place
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


def in_charge_of(place: Place, at: datetime) -> list[Organisation]:
    """Return the bureaus in charge: by supervision of the site, else by zone, else by territory.

    By territory it is the smallest that contains the place.
    """
    supervising = _related(place.site, SiteRelation.SUPERVISOR, at) if place.site else []
    if supervising:
        return supervising
    bureaus = Organisation.objects.filter(kind=OrganisationKind.BUREAU)
    if place.zone is not None and (found := list(bureaus.filter(zone=place.zone))):
        return found
    around = list(
        bureaus.filter(territory_code__in=[c for c in ancestors(code_of(place.div)) if c])
    )
    smallest = max((len(one.territory_code) for one in around), default=0)
    return [one for one in around if len(one.territory_code) == smallest]


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


def _related(site: str, relation: SiteRelation, at: datetime) -> list[Organisation]:
    reaches = SiteReach.objects.filter(valid_at(at), site=site, relation=relation)
    rows = reaches.select_related("organisation").order_by("valid_from", "id")
    return list({row.organisation_id: row.organisation for row in rows}.values())
