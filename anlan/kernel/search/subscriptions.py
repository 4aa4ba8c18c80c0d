"""What can be found follows what is there; harmless when repeated."""

from collections.abc import Sequence

from anlan.kernel.base.envelope import Envelope
from anlan.kernel.places import events as places
from anlan.kernel.search.services import index_places, index_subjects
from anlan.kernel.subjects.events import SUBJECT_CHANGED, SUBJECT_REGISTERED, SUBJECT_RETIRED


def on_subject(event: Envelope) -> None:
    """Make one subject findable as it stands."""
    index_subjects([event.object])


def on_subjects(events: Sequence[Envelope]) -> None:
    """Make those of an import findable together."""
    index_subjects({event.object for event in events})


def on_place(_event: Envelope) -> None:
    """Make the places of today findable: they are few and change by the dozen."""
    index_places()


def on_places(_events: Sequence[Envelope]) -> None:
    """Do it once for a whole load."""
    index_places()


_SUBJECTS = (SUBJECT_REGISTERED, SUBJECT_CHANGED, SUBJECT_RETIRED)
_PLACES = (
    places.DIVISIONS_LOADED,
    places.AREAS_LOADED,
    places.SETTLEMENTS_LOADED,
    places.DIVISION_SUPERSEDED,
    places.DIVISION_REGISTERED,
    places.DIVISION_CHANGED,
    places.DIVISION_REOPENED,
    places.DIVISION_WITHDRAWN,
    places.ZONE_REGISTERED,
    places.ZONE_CHANGED,
    places.ZONE_CLOSED,
    places.ZONE_REOPENED,
)
HANDLERS = {one.name: on_subject for one in _SUBJECTS} | {one.name: on_place for one in _PLACES}
TOGETHER = {one.name: on_subjects for one in _SUBJECTS} | {one.name: on_places for one in _PLACES}
