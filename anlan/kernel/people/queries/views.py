"""Reads of saved views: each person's own, of one page or of all."""

from django.db.models import QuerySet

from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.models import SavedView
from anlan.kernel.people.queries.holdings import PERSON


def views_of(principal: Principal, page: str = "") -> QuerySet[SavedView]:
    """Return what somebody has kept, by name; a process has nothing."""
    if principal.is_machine:
        return SavedView.objects.none()
    mine = SavedView.objects.filter(user_id=principal.actor.removeprefix(PERSON))
    return (mine.filter(page=page) if page else mine).order_by("page", "name")
