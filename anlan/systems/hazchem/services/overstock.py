"""Over-stock in the journal: found, beyond another maximum, or ended."""

from collections.abc import Iterable

from anlan.kernel.base import journal
from anlan.systems.hazchem import events
from anlan.systems.hazchem.models import Holding, MajorHazardInstallation, Over


def record_over(row: MajorHazardInstallation, one: Holding) -> None:
    """Record beyond which maximum a holding of an installation now is, or that it is beyond none."""
    chemical = one.chemical
    state = events.OverstockState(
        id=row.id,
        version=row.version,
        holding_id=one.id,
        holding=one.name,
        chemical_id=chemical.chemical_id,
        chemical=chemical.name,
        chemical_en=chemical.name_en,
        stock_t=one.stock_t or 0.0,
        design_t=one.design_t,
        permit_t=one.permit_t,
        over=one.over,
    )
    event = events.OVERSTOCK_FOUND if one.over else events.OVERSTOCK_ENDED
    journal.record(event, state, journal.Subject.of(row))


def end_overstock(row: MajorHazardInstallation, held: Iterable[Holding]) -> None:
    """Record of those that are over that it has ended, since nobody watches them any more; the rows are not saved."""
    for one in held:
        if one.over:
            one.over, one.over_since = Over.NO, None
            record_over(row, one)
