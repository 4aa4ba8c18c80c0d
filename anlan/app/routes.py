"""Mounts the slices' routes; the order is the kernel's."""

from anlan.app.api import api
from anlan.app.base_map import api as base_map
from anlan.app.demo import api as demo
from anlan.app.health import api as health
from anlan.app.map_services import api as map_services
from anlan.app.register import api as register
from anlan.kernel.alerts import api as alerts
from anlan.kernel.base.api import audit, dead_letters
from anlan.kernel.documents import api as documents
from anlan.kernel.maps import api as maps
from anlan.kernel.messaging.api import dispatches, inbox, wishes
from anlan.kernel.people.api import (
    contacts,
    directory,
    own_account,
    own_keys,
    preferences,
    sessions,
    shares,
    supervision,
    views,
)
from anlan.kernel.places.api import keeping as places
from anlan.kernel.places.api import nearby
from anlan.kernel.screens import api as screens
from anlan.kernel.search import api as search
from anlan.kernel.sensing import api as sensing
from anlan.kernel.sensing.api import gateways, quarantine
from anlan.kernel.sketches import api as sketches
from anlan.kernel.subjects import api as subjects
from anlan.systems.data_honesty import api as data_honesty
from anlan.systems.data_quality.api import doubles, findings
from anlan.systems.desk.api import bulletins, figures, rounds
from anlan.systems.escalation import api as escalation
from anlan.systems.firm_day.api import commitments, permits
from anlan.systems.hazchem.api import chemicals, installations

api.add_router("", sessions.router)
api.add_router("", own_account.router)
api.add_router("", own_keys.router)
api.add_router("", preferences.router)
api.add_router("/places", places.router)
api.add_router("/places", nearby.router)
api.add_router("/base-map", base_map.router)
api.add_router("/map-services", map_services.router)
api.add_router("/people", contacts.router)
api.add_router("/people", directory.router)
api.add_router("/people", shares.router)
api.add_router("/people", supervision.router)
api.add_router("/people", views.router)
api.add_router("/documents", documents.router)
api.add_router("/messaging", inbox.router)
api.add_router("/messaging", dispatches.router)
api.add_router("/messaging", wishes.router)
api.add_router("/sketches", sketches.router)
api.add_router("/screens", screens.router)
api.add_router("/subjects", subjects.router)
api.add_router("/sensing", sensing.router)
api.add_router("/sensing", gateways.router)
api.add_router("/sensing", quarantine.router)
api.add_router("", maps.router)
api.add_router("/alerts", alerts.router)
api.add_router("/search", search.router)
api.add_router("/register", register.router)
api.add_router("/audit", audit.router)
api.add_router("/operations", dead_letters.router)
api.add_router("/data-quality", findings.router)
api.add_router("/data-quality", doubles.router)
api.add_router("/escalation", escalation.router)
api.add_router("/data-honesty", data_honesty.router)
api.add_router("/firm-day", permits.router)
api.add_router("/firm-day", commitments.router)
api.add_router("/desk", figures.router)
api.add_router("/desk", bulletins.router)
api.add_router("/desk", rounds.router)
api.add_router("/hazchem", chemicals.router)
api.add_router("/hazchem", installations.router)
api.add_router("/health", health.router)
api.add_router("/demo", demo.router)

__all__ = ["api"]
