"""A page leaves the platform on paper, and the journal says who took what (practice P19)."""

from collections.abc import Sequence

from anlan.kernel.base import journal
from anlan.kernel.base.events import PAGE_PRINTED, PagePrinted
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import current_work


def record_print(*, path: str, title: str, shown: Sequence[str]) -> str:
    """Write into the journal that whoever is at work has printed a page; return the print's id.

    A browser tells of it before it prints; a photograph of the screen it cannot tell, and the
    watermark speaks for that.
    """
    about = journal.Subject(
        id=new_ulid(),
        version=1,
        place=journal.Place(),
        exercise_id=current_work().principal.exercise_id,
    )
    journal.record(PAGE_PRINTED, PagePrinted(path=path, title=title, shown=list(shown)), about)
    return about.id
