"""What firm_day does in answer to events; harmless when repeated."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from anlan.kernel.alerts.events import ALARM_RAISED, ALARM_RETURNED
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope
from anlan.systems.firm_day.events import (
    COMMITMENT_CONTRADICTED,
    COMMITMENT_EVENTS,
    PERMIT_EVENTS,
)
from anlan.systems.firm_day.rules import local_day
from anlan.systems.firm_day.services.contradictions import settle_sites
from anlan.systems.firm_day.services.notices import tell_of_contradictions
from anlan.systems.firm_day.services.watch import Beside, tell_of_alarms_beside

#: The first level, as in the promise's own reading.
GRAVE = 1


def on_alarm_raised(event: Envelope) -> None:
    """Tell whoever works beside an alarm."""
    on_alarms_raised([event])


def on_alarms_raised(events: Sequence[Envelope]) -> None:
    """Tell whoever works beside some alarms; in a storm with one question where nobody works."""
    raised = []
    for event in events:
        state = event.state()
        if event.site is not None and not state["is_late"]:
            raised.append(
                Beside(
                    site=event.site,
                    subject_id=state["subject_id"],
                    subject=state["subject_name"],
                    subject_en=state["subject_name_en"],
                    datastream_id=state["datastream_id"],
                    datastream=state["datastream_name"],
                    datastream_en=state["datastream_name_en"],
                    priority=state["priority"],
                )
            )
    if raised:
        tell_of_alarms_beside(raised)
    on_alarms_turned([event for event in events if event.state()["priority"] == GRAVE])


def on_alarm_returned(event: Envelope) -> None:
    """Hold the promise of safe tanks against the alarms that are left."""
    on_alarms_turned([event])


def on_alarms_turned(events: Sequence[Envelope]) -> None:
    """Hold the promises of the sites of some alarms against what is there now: each site once."""
    sites = {event.site for event in events if event.site is not None}
    if sites:
        settle_sites(sites, local_day(now()))


def on_permit_turned(event: Envelope) -> None:
    """Hold today's promise, and that of the day the work was planned for, against the permits."""
    state = event.state()
    if event.site is not None:
        for day in _days(state):
            settle_sites([event.site], day)


def on_commitment_turned(event: Envelope) -> None:
    """Hold a promise against the permits of its day."""
    if event.site is not None:
        settle_sites([event.site], date.fromisoformat(event.state()["day"]))


def on_contradicted(event: Envelope) -> None:
    """Tell both sides, once for each finding."""
    tell_of_contradictions(event.object, event.state()["contradictions"], event.id)


def _days(state: dict[str, Any]) -> set[date]:
    return {
        local_day(now()),
        local_day(datetime.fromisoformat(state["planned_start"])),
    }


HANDLERS = {
    ALARM_RAISED.name: on_alarm_raised,
    ALARM_RETURNED.name: on_alarm_returned,
    **{one.name: on_permit_turned for one in PERMIT_EVENTS},
    **{one.name: on_commitment_turned for one in COMMITMENT_EVENTS},
    COMMITMENT_CONTRADICTED.name: on_contradicted,
}
TOGETHER = {ALARM_RAISED.name: on_alarms_raised, ALARM_RETURNED.name: on_alarms_turned}
