"""What maps do in answer to events: a county in which something changed is counted anew before long."""

from collections.abc import Sequence

from anlan.kernel.base.envelope import Envelope
from anlan.kernel.maps.services import note_changes
from anlan.kernel.places.rules import COUNTY_UNIT
from anlan.kernel.subjects.events import SUBJECT_CHANGED, SUBJECT_REGISTERED, SUBJECT_RETIRED


def on_changed(event: Envelope) -> None:
    """Note the county of a subject that is new, changed or retired."""
    on_many_changed([event])


def on_many_changed(events: Sequence[Envelope]) -> None:
    """Note the counties of many with one statement."""
    note_changes({event.div // COUNTY_UNIT for event in events})


_TYPES = (SUBJECT_REGISTERED, SUBJECT_CHANGED, SUBJECT_RETIRED)
HANDLERS = {one.name: on_changed for one in _TYPES}
TOGETHER = {one.name: on_many_changed for one in _TYPES}
