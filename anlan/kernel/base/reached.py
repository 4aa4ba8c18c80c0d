"""A scope as a condition of a query: what row security says, once more as plain values."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from anlan.kernel.base.permissions import Principal, Scope

NOTHING = Q(pk__in=())
Row = TypeVar("Row", bound=Model)


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


def narrowed(rows: QuerySet[Row], principal: Principal, *, incident: bool = False) -> QuerySet[Row]:
    """Return the same rows, said so that the planner sees how few somebody reaches.

    Row security decides; it reads the scope from settings, which the planner cannot see: it would
    step over a whole table in the order of the list, or count it whole, for one township.
    """
    if principal.is_machine:
        return rows
    whole = reached(principal.scope)
    if incident and principal.scope.incidents:
        whole |= Q(incident_id__in=principal.scope.incidents)
    return rows.filter(whole)


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
