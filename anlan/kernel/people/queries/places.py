"""Where a person's own work hangs: the place of the first post he holds."""

from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.journal import Place
from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.models import OrganisationKind
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.places.rules import div_of


def home_of(principal: Principal) -> Place:
    """Return where something made by a person hangs when it is about nothing else.

    Raises InvalidError for somebody without a post, and for a firm of several sites: there the
    object it is about must be named.
    """
    post = next(iter(posts_of_actor(principal.actor)), None)
    if post is None:
        raise InvalidError("须指明所属对象", code="people.no_home")
    organisation = post.organisation
    div = div_of(post.territory_code or organisation.territory_code)
    if organisation.kind != OrganisationKind.FIRM:
        return Place(div=div, zone=None if post.territory_code else organisation.zone)
    sites = {site for grant in principal.grants for site in grant.own_sites}
    if len(sites) != 1:
        raise InvalidError("须指明所属对象", code="people.no_home")
    return Place(div=div, site=sites.pop())
