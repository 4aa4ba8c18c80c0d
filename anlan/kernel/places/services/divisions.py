"""Divisions by hand: a new one, and corrections of what a day does not matter to."""

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
from anlan.kernel.places.models import Division
from anlan.kernel.places.rules import ancestors, div_of, level_of
from anlan.kernel.places.shapes import to_column

EDIT = "places.place.edit"


def register_division(
    *,
    code: str,
    name: str,
    on: date,
    name_en: str = "",
    population: int | None = None,
    boundary: MultiPolygon | None = None,
) -> Division:
    """Enter a division that begins on a day, below the one that its code names."""
    refuse_unless_own(_div(code))
    refuse_taken(code, on)
    made = begin(
        Division(
            code=code,
            level=level_of(code),
            name=name,
            name_en=name_en,
            div=div_of(code),
            parent=parent_of(code, on),
            population=population,
            boundary=None if boundary is None else to_column(boundary),
        ),
        on,
    )
    record(events.DIVISION_REGISTERED, [made])
    return made


def change_division(*, division: Division, **wanted: Any) -> Division:
    """Correct English name, population or outline; a name changes by a reorganisation, with its day."""
    refuse_unless_own(division.div)
    refuse_ended(division)
    before = {key: getattr(division, key) for key in wanted if key != "boundary"}
    if "boundary" in wanted:
        wanted["boundary"] = to_column(wanted["boundary"])
    for key, value in wanted.items():
        setattr(division, key, value)
    division.is_kept_by_hand = True
    division.version, division.updated_at = division.version + 1, now()
    division.save(update_fields=[*wanted, "is_kept_by_hand", "version", "updated_at"])
    change = journal.changed(before, {key: wanted[key] for key in before})
    record(events.DIVISION_CHANGED, [division], change)
    return division


def refuse_unless_own(div: int) -> None:
    """Refuse who does not keep this territory: what was shared with him is for looking."""
    refuse_unless(EDIT, Facts(div=div), Reach.HOME)


def refuse_ended(division: Division) -> None:
    """Refuse a change of what has ended, or will on a day that is filed."""
    if division.valid_to is not None:
        raise ConflictError(
            f"{division.name} 已登记停用，不能再改", code="places.division_ended", field="division"
        )


def refuse_taken(code: str, on: date) -> None:
    """Refuse a code that a division has on a day or gets later."""
    later = Division.objects.filter(code=code, valid_from__gte=on)
    if later.exists() or queries.divisions(on).filter(code=code).exists():
        raise ConflictError(f"区划代码 {code} 已在使用", code="places.code_taken", field="code")


def parent_of(code: str, on: date) -> Division:
    """Return the division one level above a code. Raises InvalidError where there is none."""
    above = ancestors(code)[-2:-1]
    found = queries.divisions(on).filter(code=above[0]).first() if above else None
    if found is None:
        raise InvalidError(
            f"区划 {code} 没有上级", code="places.no_parent", division=code, field="code"
        )
    return found


def begin(row: Division, on: date) -> Division:
    """Write a vintage that begins on a day."""
    moment = now()
    row.valid_from, row.valid_to, row.succeeded_by = on, None, None
    row.is_kept_by_hand = True
    row.created_at = row.updated_at = moment
    row.save(force_insert=True)
    return row


def record(
    event: EventType, rows: list[Division], change: dict[str, list[Any]] | None = None
) -> None:
    """Write the journal row of each division."""
    journal.record_all(
        [
            journal.Entry(
                event=event,
                state=_state(one),
                about=journal.Subject(
                    id=one.id, version=one.version, place=journal.Place(div=one.div)
                ),
                change=change or None,
            )
            for one in rows
        ]
    )


def _state(one: Division) -> events.DivisionState:
    after = one.succeeded_by
    return events.DivisionState(
        id=one.id,
        code=one.code,
        name=one.name,
        name_en=one.name_en,
        div=one.div,
        population=one.population,
        valid_from=one.valid_from.isoformat() if one.valid_from else None,
        valid_to=one.valid_to.isoformat() if one.valid_to else None,
        succeeded_by_code=after.code if after else None,
    )


def _div(code: str) -> int:
    try:
        return div_of(code)
    except ValueError as error:
        raise InvalidError(
            f"区划代码 {code!r} 无效", code="places.bad_code", field="code"
        ) from error
