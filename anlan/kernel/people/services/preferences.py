"""What a person sets for himself: kept whole under a name, the last word stands."""

from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import Preference

#: The sets of map layers of a person (图层组合).
LAYER_SETS = "map.layer_sets"


def keep_preference(*, name: str, value: dict[str, Any]) -> Preference:
    """Keep what whoever acts sets for himself; the same again changes nothing."""
    actor = current_work().principal.actor
    row = Preference.objects.select_for_update().filter(actor=actor, name=name).first()
    if row is None:
        row = Preference(actor=actor, name=name, value=value, created_at=now(), updated_at=now())
        row.save(force_insert=True)
    elif row.value == value:
        return row
    else:
        row.value, row.version, row.updated_at = value, row.version + 1, now()
        row.save(update_fields=["value", "version", "updated_at"])
    state = events.PreferenceState(id=row.id, name=name, recipients=[actor])
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place())
    journal.record(events.PREFERENCE_KEPT, state, about)
    return row
