"""HTTP of dead letters: list them, have one handled again, give one up with a reason."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base import queries, schemas
from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.models import DeadLetter
from anlan.kernel.base.services import dead_letters

VIEW, SETTLE = "base.dead_letter.view", "base.dead_letter.settle"
door = Door("operations")
router = door.router


@door.list("/dead-letters", VIEW, queries.DEAD_LETTERS, schemas.DeadLetterOut)
def list_dead_letters(request: HttpRequest) -> QuerySet[DeadLetter]:
    """List what a slice could not handle, newest first; what the event says is not shown."""
    return queries.dead_letters()


@door.change("/dead-letters/{letter_id}/retry", SETTLE, response=schemas.DeadLetterOut)
def retry_dead_letter(request: HttpRequest, letter_id: str) -> dict[str, Any]:
    """Have the worker hand the event to its slice once more."""
    dead_letters.ask_again(letter_id=letter_id, version=expected_version(request))
    return queries.dead_letter(letter_id)


@door.change("/dead-letters/{letter_id}/discard", SETTLE, response=schemas.DeadLetterOut)
def discard_dead_letter(
    request: HttpRequest, letter_id: str, said: schemas.DiscardBody
) -> dict[str, Any]:
    """Give the event up, with a reason."""
    dead_letters.discard(letter_id=letter_id, version=expected_version(request), reason=said.reason)
    return queries.dead_letter(letter_id)
