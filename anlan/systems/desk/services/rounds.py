"""Plans of online rounds, and rounds: begun at a firm, done with what was found."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from anlan.kernel.base import journal, registry
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.people.queries.places import home_of
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk import events
from anlan.systems.desk.models import OnlineRound, RoundPlan, RoundResult
from anlan.systems.desk.queries.rounds import facts_of
from anlan.systems.desk.rules import CHECKS

PLAN_VIEW, PLAN_EDIT = "desk.plan.view", "desk.plan.edit"
VIEW, EDIT = "desk.round.view", "desk.round.edit"


def make_plan(
    *, name: str, level: str, every_days: int, sites: Sequence[str], starts_on: date
) -> RoundPlan:
    """Make a plan of the own bureau over firms that it reaches; each site once."""
    principal, moment = current_work().principal, now()
    place = home_of(principal)
    refuse_unless(PLAN_EDIT, Facts(div=place.div, zone=place.zone), Reach.HOME)
    if not name.strip():
        raise InvalidError("请填写名称", code="desk.name_missing", field="name")
    wanted = list(dict.fromkeys(sites))
    known = Subject.objects.filter(pk__in=wanted, kind__code="enterprise").count()
    if not wanted or known != len(wanted):
        raise InvalidError("请选择范围内的企业", code="desk.sites_missing", field="sites")
    row = RoundPlan.objects.create(
        organisation=posts_of_actor(principal.actor)[0].organisation,
        name=name.strip(),
        level=level,
        every_days=every_days,
        sites=wanted,
        starts_on=starts_on,
        made_by=principal.actor,
        div=place.div,
        zone=place.zone,
        created_at=moment,
        updated_at=moment,
    )
    journal.record(events.PLAN_MADE, _plan_state(row), journal.Subject.of(row))
    return row


def end_plan(*, plan: RoundPlan, reason: str) -> RoundPlan:
    """End a plan: nothing is due by it any more, its rounds stay."""
    refuse_unless(PLAN_EDIT, plan.facts, Reach.HOME)
    if plan.ended_at is not None:
        raise ConflictError("计划已停用", code="desk.plan_ended")
    if not reason.strip():
        raise InvalidError("请写明理由", code="desk.reason_missing", field="reason")
    plan.ended_at = plan.updated_at = now()
    plan.ended_by, plan.end_reason = current_work().principal.actor, reason.strip()
    plan.version += 1
    plan.save(update_fields=["ended_at", "ended_by", "end_reason", "version", "updated_at"])
    change = {"reason": [None, plan.end_reason]}
    journal.record(events.PLAN_ENDED, _plan_state(plan), journal.Subject.of(plan), change=change)
    return plan


def begin_round(*, plan_id: str, site_id: str) -> OnlineRound:
    """Begin to look at a firm; what there is to see is kept with it. One that oneself has begun goes on."""
    plan = RoundPlan.objects.filter(pk=plan_id, ended_at=None).first()
    site = Subject.objects.filter(pk=site_id).first()
    if plan is None or site is None or site_id not in plan.sites:
        raise NotFoundError("没有这个计划或企业，或不在您的范围内", code="desk.round_not_planned")
    at = Facts(div=site.div, zone=site.zone, site=site.site, matter="hazchem")
    refuse_unless(EDIT, at, Reach.HOME, Reach.IN_CHARGE)
    actor, moment = current_work().principal.actor, now()
    going = OnlineRound.objects.filter(plan=plan, site=site_id, looked_by=actor, ended_at=None)
    if (standing := going.first()) is not None:
        return standing
    row = OnlineRound.objects.create(
        plan=plan,
        looked_by=actor,
        began_at=moment,
        facts=facts_of(site_id),
        **(journal.first_columns(journal.Place.of(site)) | {"site": site_id}),
    )
    journal.record(events.ROUND_BEGUN, _state(row), journal.Subject.of(row))
    return row


def finish_round(
    *,
    round_row: OnlineRound,
    checks: Sequence[dict[str, Any]],
    finding: str,
    assigned: str,
    assigned_until: date | None,
) -> OnlineRound:
    """Finish one's own round: everything of the list looked at; abnormal where anything is, and then said what.

    An abnormal round may be assigned (交办): to whom and what, until when.
    """
    if round_row.looked_by != current_work().principal.actor:
        raise NotPermittedError("只能完成本人的巡查", code="desk.round_of_another")
    if round_row.ended_at is not None:
        raise ConflictError("巡查已完成", code="desk.round_done")
    asked = {*CHECKS, *(entry.name for entry in registry.entries("round_checks"))}
    if {one["key"] for one in checks} != asked or len(checks) != len(asked):
        raise InvalidError("每个检查项都须查看", code="desk.checks_missing", field="checks")
    is_wrong = any(not one["is_normal"] for one in checks)
    if is_wrong and not finding.strip():
        raise InvalidError("有异常时须写明发现情况", code="desk.finding_missing", field="finding")
    if bool(assigned.strip()) != (assigned_until is not None):
        raise InvalidError("交办须写明内容和期限", code="desk.assignment_unclear", field="assigned")
    round_row.checks, round_row.finding = list(checks), finding.strip()
    round_row.assigned, round_row.assigned_until = assigned.strip(), assigned_until
    round_row.result = RoundResult.ABNORMAL if is_wrong else RoundResult.NORMAL
    round_row.ended_at = round_row.updated_at = now()
    round_row.version += 1
    round_row.save()
    journal.record(events.ROUND_DONE, _state(round_row), journal.Subject.of(round_row))
    return round_row


def _plan_state(row: RoundPlan) -> events.RoundPlanState:
    return events.RoundPlanState(
        id=row.id,
        version=row.version,
        name=row.name,
        round_level=row.level,
        every_days=row.every_days,
        sites=row.sites,
        is_ended=row.ended_at is not None,
    )


def _state(row: OnlineRound) -> events.RoundState:
    return events.RoundState(
        id=row.id,
        version=row.version,
        plan_id=row.plan_id,
        site=row.site or "",
        began_at=row.began_at.isoformat(),
        round_result=row.result,
        is_assigned=bool(row.assigned),
    )
