"""A message that the door has set aside, as the gateway process keeps it."""

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import QuarantinedMessage
from tests.plant import Plant


def quarantined(plant: Plant) -> str:
    """Keep one at a plant's gateway; return its id."""
    with unit_of_work(machine("gateway")):
        kept = QuarantinedMessage.objects.create(
            gateway=plant.gateway,
            door="mqtt",
            code="unreadable",
            reason="not JSON",
            payload=b"{",
            unknown_tags=["T9.NEW"],
            received_at=now(),
            div=plant.gateway.div,
            zone=plant.gateway.zone,
            site=plant.gateway.site,
        )
    return str(kept.id)
