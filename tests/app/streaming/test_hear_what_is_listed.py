"""What is heard of a noun takes the permission that its list takes; a noun without a list is nobody's to hear."""

import pytest

from anlan.app.event_types import load_event_types
from anlan.app.routes import api
from anlan.kernel.base.events import EVENT_TYPES
from anlan.kernel.base.nouns import noun_of, view_permission
from anlan.kernel.people.catalogue import permissions, shipped

PREFIX = "/api/v1"
#: The list in which the objects of a noun stand, as HTTP shows them.
LISTS = {
    "alerts.alarm": "/alerts/alarms",
    "alerts.remark": "/alerts/remarks",
    "base.dead_letter": "/operations/dead-letters",
    "documents.document": "/documents",
    "messaging.delivery": "/messaging/messages",
    "messaging.dispatch": "/messaging/dispatches",
    "messaging.message": "/messaging/messages",
    "people.duty_shift": "/people/duty",
    "people.organisation": "/people/organisations",
    # who holds it is the narrower of its two lists, and what its events tell
    "people.post": "/people/holdings",
    "people.user": "/people/users",
    "places.division": "/places/divisions",
    "places.reorganisation": "/places/reorganisations",
    "places.zone": "/places/zones",
    # my own, as screen or at the desk; its events are told to the two and nobody else
    "screens.screen": "/screens",
    "escalation.call": "/escalation/calls",
    "escalation.escalation": "/escalation/escalations",
    "data_honesty.finding": "/data-honesty/findings",
    "firm_day.commitment": "/firm-day/commitments",
    "firm_day.permit": "/firm-day/permits",
    "desk.bulletin": "/desk/bulletins",
    "desk.plan": "/desk/plans",
    "desk.round": "/desk/rounds",
    "hazchem.chemical": "/hazchem/chemicals",
    "hazchem.installation": "/hazchem/installations",
    "sensing.datastream": "/sensing/datastreams",
    "sensing.device": "/sensing/devices",
    "sensing.gateway": "/sensing/gateways",
    "sensing.limit": "/sensing/limits",
    "sensing.outage": "/sensing/suppressions",
    "sensing.property": "/sensing/properties",
    "sensing.quarantine": "/sensing/quarantine",
    "sensing.suppression": "/sensing/suppressions",
    "sketches.sketch": "/sketches",
    "subjects.kind": "/subjects/kinds",
    "subjects.subject": "/subjects",
}


def nouns() -> set[str]:
    load_event_types()
    return {noun_of(name) for name in EVENT_TYPES}


@pytest.mark.parametrize(("noun", "path"), sorted(LISTS.items()))
def test_what_is_heard_of_a_noun_takes_what_its_list_takes(noun: str, path: str) -> None:
    listed = api.get_openapi_schema(path_prefix=f"{PREFIX}/")["paths"][PREFIX + path]["get"]
    assert noun in nouns()
    assert view_permission(noun) == listed["x-permission"]


def test_a_noun_without_a_list_is_heard_by_nobody() -> None:
    unlisted = nouns() - LISTS.keys()
    assert "people.security_key" in unlisted
    assert {view_permission(noun) for noun in unlisted} & permissions() == set()


def test_no_firm_hears_of_gateways_or_of_what_their_messages_were_refused_for() -> None:
    firms = [role for role in shipped() if role.family == "firm"]
    assert firms
    for noun in ("sensing.gateway", "sensing.quarantine"):
        assert not [role.code for role in firms if view_permission(noun) in role.permissions]
