"""What alerts do in answer to events; harmless when repeated."""

from collections.abc import Sequence

from anlan.kernel.alerts.events import ALARM_RAISED
from anlan.kernel.alerts.rules import FIRM_TOLD_FROM
from anlan.kernel.alerts.services.notices import Raised, tell_of_alarms
from anlan.kernel.base.envelope import Envelope


def on_raised(event: Envelope) -> None:
    """Tell people of an alarm that is urgent."""
    on_many_raised([event])


def on_many_raised(events: Sequence[Envelope]) -> None:
    """Tell people of alarms that are urgent: in a storm with a handful of statements."""
    urgent = []
    for event in events:
        state = event.state()
        if state["priority"] <= FIRM_TOLD_FROM:
            cause = (event.correlation_id, event.id)
            occurrence = state["occurrences"]
            urgent.append(Raised(alarm_id=event.object, occurrence=occurrence, cause=cause))
    if urgent:
        tell_of_alarms(urgent)


HANDLERS = {ALARM_RAISED.name: on_raised}
TOGETHER = {ALARM_RAISED.name: on_many_raised}
