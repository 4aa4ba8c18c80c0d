"""What hazchem does in answer to events; harmless when repeated."""

from anlan.kernel.base.envelope import Envelope
from anlan.systems.hazchem.events import OVERSTOCK_FOUND
from anlan.systems.hazchem.services.notices import tell_of_overstock


def on_overstock_found(event: Envelope) -> None:
    """Tell whoever answers for the installation, on both sides."""
    tell_of_overstock(event.object, event.state(), event.id)


HANDLERS = {OVERSTOCK_FOUND.name: on_overstock_found}
