"""What becomes of one row of the workbook of divisions and zones."""

import json
from datetime import date
from typing import Any

from anlan.app.register.known import Known
from anlan.app.register.outcome import Outcome, differing
from anlan.app.register.sheets import Row
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area, AreaKind
from anlan.kernel.places.outlines import outline_of
from anlan.kernel.places.services import divisions, zones


def division(row: Row, _known: Known) -> Outcome:
    """Enter a division below the one that its code names, or correct its English name or population.

    A name changes by a reorganisation, with its day and reason.
    """
    begins = _day_of(row)
    population = row.whole_of("population")
    standing = queries.divisions().select_for_update(of=("self",)).defer("boundary")
    found = standing.filter(code=row.of("code")).first()
    if found is None:
        divisions.register_division(
            code=row.of("code"),
            name=row.of("name"),
            name_en=row.of("name_en"),
            population=population,
            on=begins or queries.today(),
        )
        return Outcome.NEW
    if found.name != row.of("name") or begins not in {None, found.valid_from}:
        raise ConflictError(
            f"区划 {found.code} 已登记为 {found.name}；更名、改期须办理区划调整",
            code="register.division_stands",
        )
    said = {"name_en": row.of("name_en") or None, "population": population}
    wanted = {key: value for key, value in said.items() if value is not None}
    if not (changed := differing(found, wanted)):
        return Outcome.SAME
    divisions.change_division(division=found, **{key: wanted[key] for key in changed})
    return Outcome.CHANGED


def zone(row: Row, _known: Known) -> Outcome:
    """Enter a functional zone or park with its outline, or change what is written of it."""
    if row.of("kind") not in AreaKind.values:
        raise InvalidError(
            f"类别 {row.of('kind')} 不在 {'、'.join(AreaKind.values)} 之内",
            code="register.unknown_zone_kind",
        )
    found, outline = _zone(row), _outline(row)
    named: dict[str, Any] = {
        "kind": AreaKind(row.of("kind")),
        "name": row.of("name"),
        "name_en": row.of("name_en") or (found.name_en if found else ""),
        "attribution": row.of("attribution") or (found.attribution if found else ""),
    }
    if found is None:
        if outline is None:
            raise InvalidError(
                f"新设的功能区 {row.of('name')} 须有边界", code="register.outline_missing"
            )
        zones.register_zone(
            division_code=row.of("division"), boundary=outline, on=_day_of(row), **named
        )
        return Outcome.NEW
    drawn = {} if outline is None else {"boundary": outline}
    if not drawn and not differing(found, named):
        return Outcome.SAME
    zones.change_zone(zone=found, **named, **drawn)
    return Outcome.CHANGED


def _zone(row: Row) -> Area | None:
    """Return the zone that a row means: by its number, or by its name in its county."""
    rows = Area.objects.select_for_update(of=("self",)).filter(queries.in_force(queries.today()))
    if (number := row.whole_of("number")) is None:
        return rows.filter(division_code=row.of("division"), name=row.of("name")).first()
    found = rows.filter(number=number).first()
    if found is None:
        raise InvalidError(
            f"没有编号为 {number} 的功能区；新设的编号由系统给出", code="register.unknown_zone"
        )
    if found.division_code != row.of("division"):
        raise ConflictError(
            f"{found.name} 归口 {found.division_code}，不能由导入改动",
            code="register.zone_elsewhere",
        )
    return found


def _outline(row: Row) -> Any:
    if not (text := row.of("outline")):
        return None
    try:
        said = json.loads(text)
    except ValueError as error:
        raise InvalidError(f"边界不是 JSON：{error}", code="register.outline_not_json") from error
    return outline_of(said if isinstance(said, dict) else {})


def _day_of(row: Row) -> date | None:
    moment = row.moment_of("valid_from")
    return None if moment is None else moment.date()
