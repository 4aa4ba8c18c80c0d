"""What happens to bulletins, plans of rounds and rounds."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinChange:
    """A bulletin with the digests of its words and of its figures: what was issued can be proved by them."""

    id: str
    version: int
    organisation_id: str
    title: str
    bulletin_state: str
    paper_number: str
    text_sha256: str
    figures_sha256: str


def _bulletin(verb: str, title: str) -> EventType:
    return EventType(f"desk.bulletin.{verb}", BulletinChange, title)


BULLETIN_DRAFTED = _bulletin("drafted", "监测通报已起草")
BULLETIN_EDITED = _bulletin("edited", "监测通报已修改")
BULLETIN_RECOUNTED = _bulletin("recounted", "监测通报已重新统计")
BULLETIN_APPROVED = _bulletin("approved", "监测通报已签发")
BULLETIN_RETURNED = _bulletin("returned", "监测通报已退回")
BULLETIN_ISSUED = _bulletin("issued", "监测通报已印发")
BULLETIN_WITHDRAWN = _bulletin("withdrawn", "监测通报已撤回")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlanState:
    """A plan of online rounds."""

    id: str
    version: int
    name: str
    round_level: str
    every_days: int
    sites: list[str]
    is_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState:
    """A round at a firm; `round_result` empty while it is not done."""

    id: str
    version: int
    plan_id: str
    site: str
    began_at: str
    round_result: str
    is_assigned: bool


PLAN_MADE = EventType("desk.plan.made", RoundPlanState, "在线巡查计划已制定")
PLAN_ENDED = EventType("desk.plan.ended", RoundPlanState, "在线巡查计划已停用")
ROUND_BEGUN = EventType("desk.round.begun", RoundState, "在线巡查已开始")
ROUND_DONE = EventType("desk.round.done", RoundState, "在线巡查已完成")
