"""What alerts do in answer to events; harmless when repeated."""

from anlan.kernel.alerts.events import ALARM_RAISED
from anlan.kernel.alerts.rules import FIRM_TOLD_FROM
from anlan.kernel.alerts.services.notices import tell_of_alarm
from anlan.kernel.base.envelope import Envelope


def on_raised(event: Envelope) -> None:
    """Tell people of an alarm that is urgent."""
    state = event.state()
    if state["priority"] <= FIRM_TOLD_FROM:
        tell_of_alarm(alarm_id=event.object, occurrence=state["occurrences"])


HANDLERS = {ALARM_RAISED.name: on_raised}
