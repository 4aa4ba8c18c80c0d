"""A scope as a condition of a query: what row security says, once more as plain values."""

from django.db.models import Q

from anlan.kernel.base.permissions import Principal, Scope

NOTHING = Q(pk__in=())


def arms(scope: Scope) -> list[Q]:
    """Return the ways in which a scope reaches a row, by its columns `div`, `zone` and `site`."""
    ways = [Q(div__gte=low, div__lte=high) for low, high in scope.divs]
    if scope.zones:
        ways.append(Q(zone__in=scope.zones))
    if scope.sites:
        ways.append(Q(site__in=scope.sites))
    return ways


def reached(scope: Scope) -> Q:
    """Return the condition of what a scope reaches."""
    ways = arms(scope)
    whole = NOTHING
    for way in ways:
        whole |= way
    return whole


def labelled(principal: Principal) -> Q:
    """Return the condition of the labelled rows that somebody reaches, each up to its post's ceiling.

    Row security knows one scope and one ceiling, those of all posts together: with two posts it lets
    the higher ceiling of one through where only the other reaches.
    """
    if principal.is_machine:
        return Q()
    whole = NOTHING
    for grant in principal.grants:
        ceiling = min(principal.ceiling, grant.ceiling)
        whole |= reached(grant.scope) & Q(sensitivity__lte=ceiling)
    return whole
