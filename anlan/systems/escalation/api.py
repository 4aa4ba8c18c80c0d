"""HTTP of escalations, under /escalation."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, principal
from anlan.kernel.base.reached import narrowed
from anlan.systems.escalation import queries, schemas
from anlan.systems.escalation.ladder import Ladder, ladder
from anlan.systems.escalation.models import Call, Escalation
from anlan.systems.escalation.rules import CALL, VIEW
from anlan.systems.escalation.services.calls import record_call

door = Door("escalation")
router = door.router


@door.list("/escalations", VIEW, queries.ESCALATIONS, schemas.EscalationOut)
def escalations(request: HttpRequest) -> QuerySet[Escalation]:
    """The alarms that were carried upwards, the newest first; `filter=alarm_id.eq:` those of one alarm."""
    return narrowed(queries.escalations(), principal(request))


@door.read("/escalations/{escalation_id}", VIEW, response=schemas.EscalationDetail)
def escalation(request: HttpRequest, escalation_id: str) -> dict[str, Any]:
    """One escalation, with whom it reached by name."""
    return queries.detail(escalation_id)


@door.read("/ladder", VIEW, response=schemas.LadderOut)
def read_ladder(request: HttpRequest) -> Ladder:
    """The ladder: whom an alarm reaches that nobody answers, and when."""
    return ladder()


@door.list("/calls", VIEW, queries.CALLS, schemas.CallOut)
def calls(request: HttpRequest) -> QuerySet[Call]:
    """The calls that were recorded, the newest first; `filter=escalation_id.eq:` those about one escalation."""
    return narrowed(queries.calls(), principal(request))


@door.create("/escalations/{escalation_id}/calls", CALL, response=schemas.CallOut)
def call(request: HttpRequest, escalation_id: str, said: schemas.CallIn) -> dict[str, Any]:
    """Record a call about an escalation (电话核实)."""
    made = record_call(escalation_id=escalation_id, **said.dict())
    return {
        name: getattr(made, name)
        for name in ("id", "escalation_id", "called_by", "callee", "outcome", "said", "called_at")
    }
