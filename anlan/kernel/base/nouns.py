"""Which permission shows an object, by its noun: one table for the live stream and for the journal's stories."""

from collections.abc import Mapping

#: Nouns whose view permission is that of another noun; all others have `<noun>.view`.
VIEWED_AS: Mapping[str, str] = {
    "alerts.remark": "alerts.alarm",
    "escalation.call": "escalation.escalation",
    "sensing.device": "sensing.datastream",
    "sensing.property": "sensing.datastream",
    "sensing.limit": "sensing.datastream",
    "sensing.suppression": "sensing.datastream",
    "sensing.outage": "sensing.datastream",
    "subjects.kind": "subjects.subject",
    "places.division": "places.place",
    "places.zone": "places.place",
    "places.reorganisation": "places.place",
    "people.duty_shift": "people.duty",
    "messaging.delivery": "messaging.message",
}
#: Nouns that reach named persons only, never everybody in the scope.
PERSONAL = frozenset({"messaging.message", "messaging.delivery", "screens.screen"})


def noun_of(event_type: str) -> str:
    """Return the noun of `slice.noun.verb_past`."""
    return event_type.rpartition(".")[0]


def view_permission(noun: str) -> str:
    """Return the permission that shows objects of a noun."""
    return f"{VIEWED_AS.get(noun, noun)}.view"
