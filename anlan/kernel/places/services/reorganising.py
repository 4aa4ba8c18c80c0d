"""Reorganisations of divisions (区划调整): a merged one ends, its rows keep their `div` (decision 7.6)."""

from datetime import date

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.places import events, queries
from anlan.kernel.places.models import Division


def supersede_division(*, code: str, successor: Division, on: date) -> Division:
    """End a division on a day in favour of its successor (撤并); its rows keep their `div`.

    Raises NotFoundError, or ConflictError when it has ended already.
    """
    old = queries.division(code, on)
    if old.pk == successor.pk or old.succeeded_by_id is not None:
        raise ConflictError(
            f"区划 {code} 不能并入 {successor.code}", code="places.not_supersedable"
        )
    old.valid_to, old.succeeded_by = on, successor
    old.version, old.updated_at = old.version + 1, now()
    old.save(update_fields=["valid_to", "succeeded_by", "version", "updated_at"])
    state = events.DivisionState(
        id=old.id,
        code=old.code,
        name=old.name,
        div=old.div,
        valid_to=on.isoformat(),
        succeeded_by_code=successor.code,
    )
    about = journal.Subject(id=old.id, version=old.version, place=journal.Place(div=old.div))
    journal.record(events.DIVISION_SUPERSEDED, state, about)
    return old
