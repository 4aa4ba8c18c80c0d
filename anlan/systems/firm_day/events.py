"""What happens to work permits and to the daily commitment."""

from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPermitState:
    """A permit of special work; times are RFC 3339 in UTC. Names of people stand in no event."""

    id: str
    version: int
    subject_id: str
    code: str
    work_kind: str
    work_level: str
    managed_level: str
    is_off_hours: bool
    spot: str
    planned_start: str
    planned_end: str
    started_at: str | None
    ended_at: str | None
    permit_state: str
    gas_tests: int


def _event(verb: str, title: str) -> EventType:
    return EventType(f"firm_day.permit.{verb}", WorkPermitState, title)


PERMIT_DRAFTED = _event("drafted", "作业票已起草")
PERMIT_CHANGED = _event("changed", "作业票已修改")
PERMIT_GAS_TESTED = _event("gas_tested", "作业票已登记气体分析")
PERMIT_ISSUED = _event("issued", "作业票已签发")
PERMIT_STARTED = _event("started", "特殊作业已开始")
PERMIT_FINISHED = _event("finished", "特殊作业已完工")
PERMIT_CANCELLED = _event("cancelled", "作业票已取消")
PERMIT_TAKEN_BACK = _event("taken_back", "作业票的操作已撤回")
PERMIT_EVENTS = (
    PERMIT_ISSUED,
    PERMIT_STARTED,
    PERMIT_FINISHED,
    PERMIT_CANCELLED,
    PERMIT_TAKEN_BACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentState:
    """A firm's promise for a day; `works` counts special work by kind, hot work by level."""

    id: str
    version: int
    subject_id: str
    day: str
    number: int
    is_late: bool
    is_withdrawn: bool
    units_total: int
    units_running: int
    units_stopped: int
    units_under_repair: int
    works: dict[str, int]
    tanks_safe: bool
    is_trial: bool
    is_starting_or_stopping: bool
    promised_risk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionState:
    """What of a promise contradicts the firm's own rows, newly or no longer: each {"what", "promised", "found", "codes"}."""

    id: str
    version: int
    subject_id: str
    day: str
    contradictions: list[dict[str, Any]]


COMMITMENT_PROMISED = EventType("firm_day.commitment.promised", CommitmentState, "安全承诺已公告")
COMMITMENT_CORRECTED = EventType("firm_day.commitment.corrected", CommitmentState, "安全承诺已更正")
COMMITMENT_WITHDRAWN = EventType("firm_day.commitment.withdrawn", CommitmentState, "安全承诺已撤回")
COMMITMENT_CONTRADICTED = EventType(
    "firm_day.commitment.contradicted", ContradictionState, "安全承诺与作业票或报警不一致"
)
CONTRADICTION_ENDED = EventType(
    "firm_day.commitment.contradiction_ended", ContradictionState, "安全承诺的不一致已消除"
)
COMMITMENT_EVENTS = (COMMITMENT_PROMISED, COMMITMENT_CORRECTED, COMMITMENT_WITHDRAWN)
