"""A bulletin as it stands, for tests of what is done with one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk.models import Bulletin, OnlineRound, RoundPlan
from anlan.systems.desk.queries.rounds import facts_of
from anlan.systems.desk.rules import COUNTS
from tests import factories


@dataclass(frozen=True, kw_only=True)
class DeskRows:
    """What the operations of the desk touch: a draft, one that is approved, a plan, a round that somebody began."""

    bulletin: str
    approved_bulletin: str
    plan: str
    round: str


MODELS = (Bulletin, OnlineRound, RoundPlan)
MONDAY = datetime(2026, 6, 1, tzinfo=SHANGHAI)


def bulletin(at: Subject, state: str = "draft", weeks: int = 0) -> Bulletin:
    """Make the bulletin of a week that hangs where a site does, of firms that it does not name."""
    moment = now()
    with unit_of_work(machine("test")):
        return Bulletin.objects.create(
            organisation=factories.organisation(f"某局 {at.id}"),
            kind="week",
            starts_at=MONDAY + timedelta(weeks=weeks),
            ends_at=MONDAY + timedelta(weeks=weeks + 1),
            as_of=moment,
            title="周通报",
            text="正文",
            figures={"firms": [], "conditions": [], "total": dict.fromkeys(COUNTS, 0)},
            state=state,
            drafted_by="person:nobody",
            div=at.div,
            zone=at.zone,
            created_at=moment,
            updated_at=moment,
        )


def both(at: Subject) -> dict[str, str]:
    """Return the ids of one of each, by the names of `DeskRows`."""
    made = plan(at)
    moment = now()
    with unit_of_work(machine("test")):
        going = OnlineRound.objects.create(
            plan=made, looked_by="person:nobody", began_at=moment, facts=facts_of(at.id), div=at.div,
            zone=at.zone, site=at.id, created_at=moment, updated_at=moment,
        )  # fmt: skip
    return {
        "plan": made.id,
        "round": going.id,
        "bulletin": bulletin(at).id,
        "approved_bulletin": bulletin(at, "approved", weeks=1).id,
    }


def plan(at: Subject) -> RoundPlan:
    """Make a plan over one site, which hangs where the site does."""
    moment = now()
    with unit_of_work(machine("test")):
        return RoundPlan.objects.create(
            organisation=factories.organisation(f"某局巡查 {at.id}"), name="日常巡查", level="county",
            every_days=7, sites=[at.id], starts_on=MONDAY.date(), made_by="person:nobody", div=at.div,
            zone=at.zone, created_at=moment, updated_at=moment,
        )  # fmt: skip
