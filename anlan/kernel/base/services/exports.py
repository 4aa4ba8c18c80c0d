"""A list leaves the platform as a spreadsheet, and the journal says who took what (P11)."""

from dataclasses import dataclass

from anlan.kernel.base import journal, listing
from anlan.kernel.base.disks import refuse_when_nearly_full
from anlan.kernel.base.english import Language
from anlan.kernel.base.events import LIST_EXPORTED, ListExported
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.listing import Ask, ListSpec, Rows
from anlan.kernel.base.unit_of_work import current_work, refuse_above_ceiling
from anlan.kernel.base.xlsx import Cover, sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The bytes of an xlsx, its rows and label, and from where to go on when they are not all."""

    content: bytes
    rows: int
    label: Sensitivity
    further: str | None


def export_list(
    name: str,
    spec: ListSpec,
    rows: Rows,
    ask: Ask,
    *,
    door: str = "api",
    language: Language = Language.ZH,
) -> Export:
    """Write what is asked of a list as a spreadsheet, `listing.SHEET_MAX` rows at most.

    Call inside a unit of work that may write: an export that cannot be recorded does not happen.
    Raises UnavailableError while the disk is nearly full, NotPermittedError where the label of the
    rows is above the ceiling of who takes them, InvalidError for a column that the list does not have.
    """
    columns = listing.shown(spec.fields, ask.columns)
    refuse_when_nearly_full()
    found, further = spec.window(rows, ask, listing.SHEET_MAX)
    principal, label = current_work().principal, spec.label_of(found)
    refuse_above_ceiling(label.value)
    cover = Cover(
        name=principal.name,
        unit=principal.unit,
        title=name,
        filters=(*ask.said, *ask.filters),
        is_complete=further is None,
        language=language,
        label=label,
    )
    content = sheet(spec.fields, found, cover, columns)
    record(
        ListExported(
            name=name,
            filters=[*ask.said, *ask.filters],
            sort=ask.sort or spec.sort,
            after=ask.after,
            rows=len(found),
            is_complete=further is None,
            door=door,
            sensitivity=label.value,
            columns=list(ask.columns),
        )
    )
    return Export(content=content, rows=len(found), further=further, label=label)


def record(said: ListExported) -> None:
    """Write into the journal that whoever is at work has taken rows out of the platform."""
    exercise_id = current_work().principal.exercise_id
    about = journal.Subject(
        id=new_ulid(), version=1, place=journal.Place(), exercise_id=exercise_id
    )
    journal.record(LIST_EXPORTED, said, about)
