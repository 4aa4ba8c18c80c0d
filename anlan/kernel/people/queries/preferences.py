"""Reads of what a person has set for himself."""

from typing import Any

from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.models import Preference


def own_preference(name: str) -> dict[str, Any]:
    """Return what whoever asks has set under a name; nothing, where he has set nothing."""
    rows = Preference.objects.filter(actor=current_work().principal.actor, name=name)
    return dict(rows.values_list("value", flat=True).first() or {})
