"""What people decide about firms entered twice."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmMergeState:
    """A merge of two entries of one firm; `moved` counts what moved, by what it is."""

    id: str
    version: int
    kept_id: str
    merged_id: str
    moved: dict[str, int]
    is_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmsApartState:
    """Two entries that look alike and are two firms."""

    id: str
    first_id: str
    second_id: str


FIRM_MERGED = EventType("data_quality.firm.merged", FirmMergeState, "重复单位已合并")
MERGE_UNDONE = EventType("data_quality.firm.merge_undone", FirmMergeState, "单位合并已撤回")
FIRMS_APART = EventType("data_quality.firm.told_apart", FirmsApartState, "认定不是同一家单位")
