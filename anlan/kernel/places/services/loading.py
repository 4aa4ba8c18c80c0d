"""Bulk loads of places that may be repeated: divisions, areas, settlements."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely import Geometry, MultiPolygon, Point

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Identified
from anlan.kernel.places import events
from anlan.kernel.places.models import Area, AreaKind, Division, Settlement
from anlan.kernel.places.rules import ancestors, county_of, div_of, level_of
from anlan.kernel.places.shapes import as_multipolygon, to_column


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionInput:
    """One division as a source gives it; its parent is the next shorter code."""

    code: str
    name: str
    name_en: str = ""
    boundary: MultiPolygon | None = None
    is_schematic: bool = False
    attribution: str = ""
    population: int | None = None
    valid_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaInput:
    """One functional zone or park; `number` is the value of the `zone` column, given once."""

    number: int
    name: str
    boundary: Geometry
    kind: AreaKind = AreaKind.FUNCTIONAL_ZONE
    name_en: str = ""
    is_schematic: bool = False
    is_invented: bool = False
    attribution: str = ""
    division_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementInput:
    """One settlement; its name within its division identifies it."""

    name: str
    division_code: str
    location: Point
    name_en: str = ""
    population: int | None = None
    attribution: str = ""


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What a load changed; a repeat of the same load changes nothing."""

    created: int = 0
    updated: int = 0
    first: Identified | None = None

    def note(self, row: Identified, *, is_new: bool) -> None:
        """Count one row that was written."""
        self.first = self.first or row
        self.created += is_new
        self.updated += not is_new


def load_divisions(*, rows: Iterable[DivisionInput]) -> Loaded:
    """Bring divisions to what the source says; parents may come in any order.

    Raises ValueError for a code of no level, InvalidError for a parent that is nowhere.
    """
    loaded = Loaded()
    known = {(row.code, row.valid_from): row for row in Division.objects.all()}
    current = {row.code: row for row in sorted(known.values(), key=_vintage)}
    for given in sorted(rows, key=lambda row: len(row.code)):
        values = {
            "level": level_of(given.code),
            "name": given.name,
            "name_en": given.name_en,
            "div": div_of(given.code),
            "parent": _parent(given.code, current),
            "boundary": None
            if given.boundary is None
            else to_column(as_multipolygon(given.boundary)),
            "is_schematic": given.is_schematic,
            "attribution": given.attribution,
            "population": given.population,
        }
        row = known.get((given.code, given.valid_from)) or Division(
            code=given.code, valid_from=given.valid_from
        )
        older = current.get(given.code)
        _bring_to(row, values, loaded)
        if older is not None and _is_newer(row, older):
            _bring_to(older, {"valid_to": row.valid_from, "succeeded_by": row}, loaded)
        current[given.code] = row
    _record_load(loaded, events.DIVISIONS_LOADED, "division")
    return loaded


def load_areas(*, rows: Iterable[AreaInput]) -> Loaded:
    """Bring functional zones and parks to what the source says."""
    loaded = Loaded()
    known = {row.number: row for row in Area.objects.all()}
    for given in rows:
        values = {
            "kind": given.kind,
            "division_code": given.division_code or county_of(given.number),
            "name": given.name,
            "name_en": given.name_en,
            "boundary": to_column(as_multipolygon(given.boundary)),
            "is_schematic": given.is_schematic,
            "is_invented": given.is_invented,
            "attribution": given.attribution,
        }
        _bring_to(known.get(given.number) or Area(number=given.number), values, loaded)
    _record_load(loaded, events.AREAS_LOADED, "area")
    return loaded


def load_settlements(*, rows: Iterable[SettlementInput]) -> Loaded:
    """Bring settlements to what the source says."""
    loaded = Loaded()
    known: dict[Hashable, Settlement] = {
        (row.div, row.name): row for row in Settlement.objects.all()
    }
    for given in rows:
        div = div_of(given.division_code)
        values = {
            "name_en": given.name_en,
            "location": to_column(given.location),
            "population": given.population,
            "attribution": given.attribution,
        }
        row = known.get((div, given.name)) or Settlement(div=div, name=given.name)
        _bring_to(row, values, loaded)
    _record_load(loaded, events.SETTLEMENTS_LOADED, "settlement")
    return loaded


def _vintage(row: Division) -> date:
    """Order vintages of one code, the newest last."""
    return row.valid_from or date.min


def _is_newer(row: Division, other: Division) -> bool:
    """Tell whether a row is the next vintage of another one that nothing has ended yet."""
    return _vintage(row) > _vintage(other) and other.valid_to is None


def _parent(code: str, known: Mapping[str, Division]) -> Division | None:
    """Return the nearest division above a code; a source may leave levels out, not all of them."""
    above = ancestors(code)[:-1]
    found = next((known[one] for one in reversed(above) if one in known), None)
    if found is None and above and known:
        raise InvalidError(f"区划 {code} 没有上级", code="places.no_parent", division=code)
    return found


def _bring_to(row: Any, values: Mapping[str, Any], loaded: Loaded) -> None:
    """Write a row if it is new or differs; what people keep by hand is theirs."""
    is_new = row._state.adding  # noqa: SLF001 - Django has no public name for it
    if getattr(row, "is_kept_by_hand", False) and not values.keys() & {"valid_to"}:
        return
    if not is_new and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now()
    if is_new:
        row.created_at = row.updated_at
    else:
        row.version += 1
    row.save(force_insert=is_new)
    loaded.note(row, is_new=is_new)


def _record_load(loaded: Loaded, event: EventType, kind: str) -> None:
    """Write the one journal row of a load that changed something."""
    if loaded.first is None:
        return
    state = events.PlacesLoadedState(kind=kind, created=loaded.created, updated=loaded.updated)
    place = journal.Place(div=getattr(loaded.first, "div", 0))
    first = loaded.first
    journal.record(event, state, journal.Subject(id=first.id, version=first.version, place=place))
