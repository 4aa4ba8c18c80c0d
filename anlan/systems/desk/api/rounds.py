"""HTTP of online rounds and their plans, under /desk."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.queries import at_version
from anlan.systems.desk import round_schemas as schemas
from anlan.systems.desk.models import OnlineRound, RoundPlan
from anlan.systems.desk.queries import rounds as queries
from anlan.systems.desk.services import rounds as services

door = Door("desk")
router = door.router


@door.list("/plans", services.PLAN_VIEW, queries.PLANS, schemas.RoundPlanOut)
def plans(request: HttpRequest) -> QuerySet[RoundPlan]:
    """The plans that I reach; those that were ended have `ended_at`."""
    return queries.plans()


@door.create("/plans", services.PLAN_EDIT, response=schemas.PlanMadeOut)
def make_plan(request: HttpRequest, said: schemas.RoundPlanIn) -> dict[str, Any]:
    """Make a plan of the own bureau."""
    made = services.make_plan(**said.dict())
    return {"id": made.id, "version": made.version}


@door.change("/plans/{plan_id}/end", services.PLAN_EDIT, response=schemas.PlanMadeOut)
def end_plan(request: HttpRequest, plan_id: str, said: schemas.PlanEnd) -> dict[str, Any]:
    """End a plan; needs If-Match."""
    version = expected_version(request)
    row = at_version(RoundPlan.objects, plan_id, version, code="desk.plan_not_found")
    ended = services.end_plan(plan=row, reason=said.reason)
    return {"id": ended.id, "version": ended.version}


@door.read("/rounds/today", services.VIEW, response=schemas.TodayOut)
def today(request: HttpRequest) -> dict[str, Any]:
    """The firms that are due today, and those that were missed."""
    return queries.today()


@door.list("/rounds", services.VIEW, queries.ROUNDS, schemas.RoundOut)
def rounds(request: HttpRequest) -> QuerySet[OnlineRound]:
    """The rounds at the firms that I reach, the newest first."""
    return queries.rounds()


@door.create("/rounds", services.EDIT, response=schemas.RoundOut)
def begin_round(request: HttpRequest, said: schemas.RoundIn) -> dict[str, Any]:
    """Begin to look at a firm; one's own that is not done goes on."""
    return queries.round_row(services.begin_round(**said.dict()).id)


@door.read("/rounds/{round_id}", services.VIEW, response=schemas.RoundOut)
def round_at(request: HttpRequest, round_id: str) -> dict[str, Any]:
    """One round."""
    return queries.round_row(round_id)


@door.change("/rounds/{round_id}/finish", services.EDIT, response=schemas.RoundOut)
def finish_round(request: HttpRequest, round_id: str, said: schemas.RoundDone) -> dict[str, Any]:
    """Finish one's own round with what was found; needs If-Match."""
    version = expected_version(request)
    row = at_version(OnlineRound.objects, round_id, version, code="desk.round_not_found")
    services.finish_round(round_row=row, **said.dict())
    return queries.round_row(round_id)
