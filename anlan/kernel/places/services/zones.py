"""Functional zones and parks by hand: made, changed, closed with a day, opened again.

A zone's outline says where it lies, never who reaches a row: that is the row's own `zone` column.
"""

from datetime import date
from typing import Any

from shapely import MultiPolygon

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import refuse_unless
from anlan.kernel.places import events, queries
from anlan.kernel.places.models import Area, AreaKind
from anlan.kernel.places.rules import ZONES_A_COUNTY, DivisionLevel, code_digits, div_of
from anlan.kernel.places.services.divisions import EDIT
from anlan.kernel.places.shapes import to_column

_COUNTY = code_digits(DivisionLevel.COUNTY)


def register_zone(  # noqa: PLR0913 - one argument a column
    *,
    kind: AreaKind,
    name: str,
    name_en: str,
    division_code: str,
    boundary: MultiPolygon,
    on: date | None = None,
    attribution: str = "",
) -> Area:
    """Enter a zone of a county's register; its number, which rows carry, is the county's next."""
    if not division_code.isdigit() or len(division_code) != _COUNTY:
        raise InvalidError(
            "归口区划须为六位县级代码", code="places.bad_code", field="division_code"
        )
    queries.division(division_code)
    refuse_unless(EDIT, Facts(div=div_of(division_code)), Reach.HOME)
    _refuse_name_taken(division_code, name)
    made = Area(
        number=_next_number(division_code),
        division_code=division_code,
        kind=kind,
        name=name,
        name_en=name_en,
        boundary=to_column(boundary),
        attribution=attribution,
        valid_from=on,
        is_kept_by_hand=True,
        created_at=now(),
        updated_at=now(),
    )
    made.save(force_insert=True)
    _record(events.ZONE_REGISTERED, made, is_drawn=True)
    return made


def change_zone(*, zone: Area, **wanted: Any) -> Area:
    """Change name, kind, source or outline; its number stays for ever."""
    _refuse_unless_keeper(zone)
    if "name" in wanted and wanted["name"] != zone.name:
        _refuse_name_taken(zone.division_code, wanted["name"])
    before = {key: getattr(zone, key) for key in wanted if key != "boundary"}
    change = journal.changed(before, {key: wanted[key] for key in before})
    is_drawn = "boundary" in wanted
    if not change and not is_drawn:
        return zone
    if is_drawn:
        wanted |= {"boundary": to_column(wanted["boundary"]), "is_schematic": False}
    for key, value in wanted.items():
        setattr(zone, key, value)
    zone.is_kept_by_hand = True
    _save(zone, *wanted, "is_kept_by_hand")
    _record(events.ZONE_CHANGED, zone, change, is_drawn=is_drawn)
    return zone


def close_zone(*, zone: Area, on: date) -> Area:
    """End a zone on a day; its rows keep its number, and its bureau goes on seeing them."""
    _refuse_unless_keeper(zone)
    if zone.valid_to is not None:
        raise ConflictError(f"{zone.name} 已停用", code="places.zone_ended")
    if zone.valid_from is not None and on <= zone.valid_from:
        raise InvalidError(
            f"停用日期须晚于启用日期 {zone.valid_from}", code="places.bad_day", field="on"
        )
    zone.valid_to = on
    _save(zone, "valid_to")
    _record(events.ZONE_CLOSED, zone)
    return zone


def reopen_zone(*, zone: Area) -> Area:
    """Take a closing back."""
    _refuse_unless_keeper(zone)
    if zone.valid_to is None:
        raise ConflictError(f"{zone.name} 没有停用", code="places.zone_in_force")
    zone.valid_to = None
    _save(zone, "valid_to")
    _record(events.ZONE_REOPENED, zone)
    return zone


def _refuse_unless_keeper(zone: Area) -> None:
    refuse_unless(EDIT, Facts(div=div_of(zone.division_code), zone=zone.number), Reach.HOME)


def _refuse_name_taken(division_code: str, name: str) -> None:
    if Area.objects.filter(division_code=division_code, name=name).exists():
        raise ConflictError(f"已有功能区 {name}", code="places.zone_name_taken", field="name")


def _next_number(division_code: str) -> int:
    low = int(division_code) * ZONES_A_COUNTY
    mine = Area.objects.filter(number__gt=low, number__lt=low + ZONES_A_COUNTY)
    last = mine.order_by("-number").values_list("number", flat=True).first() or low
    if last + 1 == low + ZONES_A_COUNTY:
        raise ConflictError("该县的功能区编号已用完", code="places.no_number_left")
    return last + 1


def _record(
    event: EventType,
    zone: Area,
    change: dict[str, list[Any]] | None = None,
    *,
    is_drawn: bool = False,
) -> None:
    state = events.ZoneState(
        id=zone.id,
        number=zone.number,
        kind=zone.kind,
        name=zone.name,
        name_en=zone.name_en,
        division_code=zone.division_code,
        valid_from=zone.valid_from.isoformat() if zone.valid_from else None,
        valid_to=zone.valid_to.isoformat() if zone.valid_to else None,
        has_new_outline=is_drawn,
    )
    place = journal.Place(div=div_of(zone.division_code), zone=zone.number)
    about = journal.Subject(id=zone.id, version=zone.version, place=place)
    journal.record(event, state, about, change=change or None)


def _save(zone: Area, *columns: str) -> None:
    zone.version, zone.updated_at = zone.version + 1, now()
    zone.save(update_fields=[*dict.fromkeys(columns), "version", "updated_at"])
