"""What the demo's people have on their desks: last week's bulletin as a draft, a plan of rounds, some rounds done."""

from collections.abc import Mapping
from datetime import timedelta

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk.queries.bulletins import bulletins
from anlan.systems.desk.queries.rounds import plans
from anlan.systems.desk.rules import CHECKS
from anlan.systems.desk.services.bulletins import draft_bulletin
from anlan.systems.desk.services.rounds import begin_round, finish_round, make_plan

WEEK = timedelta(days=7)
EVERY_DAYS = 4
#: What the second round finds; the first finds nothing.
FOUND = ("", "一处液位测点读数长时间不变，已电话核实，企业称正在检修")


def load_desk(people: Mapping[str, User]) -> None:
    """Make what is missing, each in the name and the unit of work of whoever does it. Safe to repeat."""
    today = now().astimezone(SHANGHAI).date()
    with unit_of_work(principal_of(people["monitor"])):
        if not bulletins().exists():
            draft_bulletin(kind="week", day=today - WEEK)
    with unit_of_work(principal_of(people["leader"])):
        sites = Subject.objects.filter(kind__code="enterprise").exclude(status="retired")
        ids = list(sites.order_by("code").values_list("id", flat=True))
        if plans().exists() or not ids:
            return
        plan = make_plan(
            name="重大危险源企业日常巡查（演示）",
            level="county",
            every_days=EVERY_DAYS,
            sites=ids,
            starts_on=today - WEEK,
        )
    with unit_of_work(principal_of(people["duty_officer"])):
        for site, found in zip(ids, FOUND, strict=False):
            _look(plan.id, site, found)


def _look(plan_id: str, site: str, found: str) -> None:
    checks = [{"key": key, "is_normal": not found or key != "curves", "note": ""} for key in CHECKS]
    finish_round(
        round_row=begin_round(plan_id=plan_id, site_id=site),
        checks=checks,
        finding=found,
        assigned="企业安全员：提交检修单" if found else "",
        assigned_until=(now() + WEEK).astimezone(SHANGHAI).date() if found else None,
    )
