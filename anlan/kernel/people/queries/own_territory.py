"""Whose own territory something is in: what was shared is for looking, and is nobody's own."""

from anlan.kernel.base.permissions import Facts, Principal
from anlan.kernel.people.models import Post
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.places.queries import ranges_of


def is_own(principal: Principal, permission: str, at: Facts, organisation_id: str = "") -> bool:
    """Tell whether a post with this permission serves the organisation, or its territory or zone."""
    return principal.is_machine or any(
        permission in post.role.permissions
        and (post.organisation_id == organisation_id or _reaches(post, at))
        for post in posts_of_actor(principal.actor)
    )


def _reaches(post: Post, at: Facts) -> bool:
    own, narrowed = post.organisation, post.territory_code
    if narrowed is None and own.zone is not None and own.zone == at.zone:
        return True
    code = narrowed or own.territory_code
    return any(low <= at.div <= high for low, high in ranges_of(code)) if code else False
