"""Take back what one has said or laid down oneself (撤回): the row stays and says so."""

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, NotPermittedError, StaleVersionError
from anlan.kernel.base.fields import Withdrawable
from anlan.kernel.base.unit_of_work import current_work


def withdraw(row: Withdrawable, *, author: str, version: int, named: str) -> None:
    """Mark a locked row as withdrawn by its author; the caller writes the journal.

    `named` is the slice, for the codes of refusals.
    """
    if author != current_work().principal.actor:
        raise NotPermittedError("只有本人可以撤回", code=f"{named}.not_author")
    if row.version != version:
        raise StaleVersionError("已被他人修改", version=row.version)
    if row.withdrawn_at is not None:
        raise ConflictError("已经撤回", code=f"{named}.already_withdrawn")
    row.withdrawn_at = row.updated_at = now()
    row.version += 1
    row.save(update_fields=["withdrawn_at", "updated_at", "version"])
