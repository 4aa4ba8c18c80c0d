"""Give rows from one owner to another, and back, under the lock of each row; the caller journals them."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import F, QuerySet

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.fields import Identified

Row = TypeVar("Row", bound=Identified)


def hand_over(rows: QuerySet[Row], column: str, taker: str) -> list[Row]:
    """Let `column` of some rows name another owner; return them as they now are.

    A version only grows: whoever looked at a row before must look again.
    """
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    moment = now()
    rows.filter(pk__in=[one.pk for one in found]).update(
        **{column: taker, "version": F("version") + 1, "updated_at": moment}
    )
    for one in found:
        setattr(one, column, taker)
        one.version += 1
        one.updated_at = moment
    return found


def hand_back(
    rows: QuerySet[Row], column: str, ids: Sequence[str], *, giver: str, taker: str
) -> list[Row]:
    """Give rows back that were handed over; refused if one of them has found another owner since."""
    still = rows.filter(pk__in=ids, **{column: giver})
    standing = set(still.values_list("pk", flat=True))
    if gone := sorted(set(ids) - standing):
        raise ConflictError(
            f"有 {len(gone)} 项已另有归属或不在您的范围内，不能撤回",
            code="base.changed_owner_since",
            objects=gone,
        )
    return hand_over(still, column, taker)
