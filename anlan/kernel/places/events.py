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
    name_en: str = ""
    valid_from: str | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorganisationState:
    """A reorganisation: what became what, on which day, on whose paper, and whether it was undone."""

    id: str
    kind: str
    on: str
    reason: str
    code: str
    name: str
    after_code: str
    after_name: str
    divisions: int
    is_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneState:
    """The public state of a functional zone or park, its outline left out."""

    id: str
    number: int
    kind: str
    name: str
    name_en: str
    division_code: str
    valid_from: str | None
    valid_to: str | None
    has_new_outline: bool


DIVISIONS_LOADED = EventType("places.division.loaded", PlacesLoadedState, "载入行政区划")
AREAS_LOADED = EventType("places.area.loaded", PlacesLoadedState, "载入功能区")
SETTLEMENTS_LOADED = EventType("places.settlement.loaded", PlacesLoadedState, "载入居民点")
DIVISION_SUPERSEDED = EventType("places.division.superseded", DivisionState, "区划调整")
DIVISION_REGISTERED = EventType("places.division.registered", DivisionState, "登记区划")
DIVISION_CHANGED = EventType("places.division.changed", DivisionState, "更正区划")
DIVISION_REOPENED = EventType("places.division.reopened", DivisionState, "区划恢复")
DIVISION_WITHDRAWN = EventType("places.division.withdrawn", DivisionState, "区划撤回", is_end=True)
REORGANISATION_FILED = EventType(
    "places.reorganisation.filed", ReorganisationState, "区划调整已登记"
)
REORGANISATION_UNDONE = EventType(
    "places.reorganisation.undone", ReorganisationState, "区划调整已撤回"
)
ZONE_REGISTERED = EventType("places.zone.registered", ZoneState, "登记功能区")
ZONE_CHANGED = EventType("places.zone.changed", ZoneState, "变更功能区")
ZONE_CLOSED = EventType("places.zone.closed", ZoneState, "功能区停用")
ZONE_REOPENED = EventType("places.zone.reopened", ZoneState, "功能区恢复")
