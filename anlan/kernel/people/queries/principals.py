"""What a person is, may do and reaches: the union of what his posts give (architecture 5)."""

from collections.abc import Iterable

from django.db.models import Max

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Grant, Principal, Scope, union
from anlan.kernel.people.models import (
    AdministratorKind,
    OrganisationKind,
    Post,
    Role,
    ScopeGrant,
    SiteReach,
    SiteRelation,
    User,
)
from anlan.kernel.people.queries.holdings import actor_of, holdings, posts_of, valid_at
from anlan.kernel.places.queries import ranges_of

Span = tuple[int, int]


def principal_of(user: User, exercise_id: str | None = None) -> Principal:
    """Return who a person is at this moment.

    An administrator (三员) has his own role's permissions and no business scope; a person with
    posts has one grant a post, and a permission holds inside the reach of its own post only.
    """
    if user.administrator:
        kind = AdministratorKind(user.administrator)
        grants, ceiling = _administrator(kind)
        unit = str(kind.label)
    else:
        posts = posts_of(user)
        grants = _grants(posts)
        ceiling = max((post.role.ceiling for post in posts), default=0)
        unit = "、".join(dict.fromkeys(post.organisation.name for post in posts))
    return Principal(
        actor=actor_of(user),
        name=user.name,
        unit=unit,
        grants=grants,
        scope=union(grant.scope for grant in grants),
        ceiling=ceiling,
        exercise_id=exercise_id,
    )


def ceilings_of(user_ids: Iterable[str]) -> dict[str, int]:
    """Return up to which sensitivity each person may read; someone without a post is absent."""
    people = User.objects.filter(id__in=set(user_ids), is_active=True)
    held = holdings().filter(user__in=people.filter(administrator=""))
    found = dict(held.values_list("user_id").annotate(Max("post__role__ceiling")))
    for user_id, kind in people.exclude(administrator="").values_list("id", "administrator"):
        found[user_id] = _administrator(AdministratorKind(kind))[1]
    return found


def _administrator(kind: AdministratorKind) -> tuple[tuple[Grant, ...], int]:
    role = Role.objects.filter(code=f"{kind}_administrator").first()
    if role is None:
        return (), 0
    scope = Scope(audit=kind == AdministratorKind.AUDIT)
    grant = Grant(permissions=frozenset(role.permissions), scope=scope, ceiling=role.ceiling)
    return (grant,), role.ceiling


def _grants(posts: list[Post]) -> tuple[Grant, ...]:
    """Return one grant a post, reading what all organisations reach in three queries."""
    organisations = {post.organisation_id for post in posts}
    moment = now()
    reaches = list(SiteReach.objects.filter(valid_at(moment), organisation__in=organisations))
    approved = ScopeGrant.objects.filter(valid_at(moment), approved_at__isnull=False)
    further = list(approved.filter(organisation__in=organisations))
    supervisions = _supervisions({one.site for one in reaches})
    return tuple(
        _grant(
            post,
            [one for one in reaches if one.organisation_id == post.organisation_id],
            [one for one in further if one.organisation_id == post.organisation_id],
            supervisions,
        )
        for post in posts
    )


def _supervisions(sites: set[str]) -> list[SiteReach]:
    """Return who supervises these sites today, in which matters."""
    rows = SiteReach.objects.filter(valid_at(now()), relation=SiteRelation.SUPERVISOR)
    return list(rows.filter(site__in=sites)) if sites else []


def _grant(
    post: Post, reaches: list[SiteReach], further: list[ScopeGrant], supervisions: list[SiteReach]
) -> Grant:
    """Return what one post reaches.

    A firm's people reach their own sites and nothing by territory. A post with a territory of
    its own (分管属地) is narrowed to it: the organisation's zone, shares and supervision are not its.
    """
    own = frozenset(one.site for one in reaches if one.relation == SiteRelation.OWNER)
    supervised = frozenset(one.site for one in reaches if one.relation == SiteRelation.SUPERVISOR)
    organisation = post.organisation
    shared: tuple[Span, ...] = ()
    shared_zones: tuple[int, ...] = ()
    if organisation.kind == OrganisationKind.FIRM:
        scope = Scope(sites=tuple(sorted(own)))
        supervised = frozenset()
    elif post.territory_code:
        scope = Scope(divs=_spans([post.territory_code]))
        own = supervised = frozenset()
    else:
        mine_by_law = _spans([organisation.territory_code])
        given = _spans(one.territory_code for one in further)
        shared = tuple(span for span in given if span not in mine_by_law)
        zones = {one.zone for one in further if one.zone is not None} - {organisation.zone}
        shared_zones = tuple(sorted(zones))
        own_zone = () if organisation.zone is None else (organisation.zone,)
        scope = Scope(
            divs=tuple(sorted({*mine_by_law, *shared})),
            zones=tuple(sorted({*own_zone, *shared_zones})),
            sites=tuple(sorted(own | supervised)),
        )
    mine = {(one.site, one.matter) for one in reaches if one.relation == SiteRelation.SUPERVISOR}
    others = {(one.site, one.matter) for one in supervisions if one.site in supervised}
    return Grant(
        permissions=frozenset(post.role.permissions),
        scope=scope,
        own_sites=own,
        supervised_sites=supervised,
        ceded=frozenset(others - mine),
        shared=shared,
        shared_zones=shared_zones,
        ceiling=post.role.ceiling,
    )


def _spans(codes: Iterable[str]) -> tuple[Span, ...]:
    """Return the ranges of some territories; no code is no territory, never the whole country."""
    return tuple(sorted({span for code in codes if code for span in ranges_of(code)}))
