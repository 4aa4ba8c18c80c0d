"""What happens to places; ids and plain values only."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesLoadedState:
    """What one load changed: kind of place, rows added and rows altered."""

    kind: str
    created: int
    updated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionState:
    """The public state of a division after a reorganisation."""

    id: str
    code: str
    name: str
    div: int
    valid_to: str | None
    succeeded_by_code: str | None


DIVISIONS_LOADED = EventType("places.division.loaded", PlacesLoadedState, "载入行政区划")
AREAS_LOADED = EventType("places.area.loaded", PlacesLoadedState, "载入功能区")
SETTLEMENTS_LOADED = EventType("places.settlement.loaded", PlacesLoadedState, "载入居民点")
DIVISION_SUPERSEDED = EventType("places.division.superseded", DivisionState, "区划调整")
