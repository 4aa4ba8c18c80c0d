"""What happens on the ladder."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationState:
    """An alarm carried to a rung: what was awaited until when, and who was told (none: nobody stands there)."""

    id: str
    version: int
    alarm_id: str
    occurrence: int
    rung: str
    rung_title: str
    awaited: str
    due_at: str
    organisations: list[str]
    told: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """A call about an escalation as it was recorded."""

    id: str
    version: int
    escalation_id: str
    alarm_id: str
    called_by: str
    outcome: str
    called_at: str


ESCALATED = EventType("escalation.escalation.made", EscalationState, "报警已升级告知")
CALLED = EventType("escalation.call.recorded", CallState, "电话核实已记录")
