"""What happens to findings about the honesty of data."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestyFindingState:
    """A finding: what speaks against which datastream, from when to when, and what people made of it."""

    id: str
    version: int
    datastream_id: str
    other_id: str
    kind: str
    first_at: str
    last_at: str
    state: str
    verdict: str
    due_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestyLookState:
    """One site's day that is to be looked at, once more where it was already."""

    id: str
    version: int
    day: str


FOUND = EventType("data_honesty.finding.found", HonestyFindingState, "发现数据真实性线索")
WENT_ON = EventType("data_honesty.finding.went_on", HonestyFindingState, "数据真实性线索仍在继续")
JUDGED = EventType("data_honesty.finding.judged", HonestyFindingState, "数据真实性线索已判定")
HANDED_OVER = EventType(
    "data_honesty.finding.handed_over", HonestyFindingState, "数据真实性线索已交办企业"
)
ANSWERED = EventType(
    "data_honesty.finding.answered", HonestyFindingState, "企业已答复数据真实性线索"
)
CLOSED = EventType(
    "data_honesty.finding.closed", HonestyFindingState, "数据真实性线索已办结", is_end=True
)
LOOK_ASKED = EventType("data_honesty.look.asked", HonestyLookState, "已要求检查一天的数据真实性")
