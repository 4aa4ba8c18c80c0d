"""Write the one journal row of a change (7.8); only services call this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.events import EventType
from anlan.kernel.base.models import Journal, JournalPending
from anlan.kernel.base.unit_of_work import current_work

#: Correlation and causation of a change: the thread it belongs to, the event it answers.
Cause = tuple[str, str | None]


class PlacedRow(Protocol):
    """A row that a journal row may speak of: it has a name, a version and hangs somewhere."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def div(self) -> int: ...
    @property
    def zone(self) -> int | None: ...
    @property
    def site(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The scope columns of the object that changed."""

    div: int = 0
    zone: int | None = None
    site: str | None = None

    @classmethod
    def of(cls, row: PlacedRow) -> "Place":
        """Take the scope columns of a placed row."""
        return cls(div=row.div, zone=row.zone, site=row.site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What changed: the object, its new version, where it hangs, the drill it belongs to."""

    id: str
    version: int
    place: Place
    exercise_id: str | None = None

    @classmethod
    def of(cls, row: PlacedRow) -> "Subject":
        """Speak of a placed row as it now is."""
        drill = getattr(row, "exercise_id", None)
        return cls(id=row.id, version=row.version, place=Place.of(row), exercise_id=drill)


def first_columns(place: Place) -> dict[str, Any]:
    """Return the columns that every new placed row of the open unit of work begins with."""
    moment = now()
    return {
        "div": place.div,
        "zone": place.zone,
        "site": place.site,
        "exercise_id": current_work().principal.exercise_id,
        "created_at": moment,
        "updated_at": moment,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change, ready for the journal.

    `state` is the object's public state after it, `change` the private before and after, `cause`
    its own thread where that of the unit of work is another's, `actor` whose act it was where a
    process writes it down for him.
    """

    event: EventType
    state: Any
    about: Subject
    change: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    cause: Cause | None = None
    actor: str = ""


def record(
    event: EventType,
    state: Any,
    about: Subject,
    *,
    change: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> Journal:
    """Insert the journal row of a change and its pending mark inside the open unit of work."""
    entry = Entry(event=event, state=state, about=about, change=change, occurred_at=occurred_at)
    return record_all([entry])[0]


def record_all(entries: Sequence[Entry]) -> list[Journal]:
    """Insert the journal rows of many changes, one each and in this order, by two statements."""
    known_at = now()
    rows = Journal.objects.bulk_create([_row(entry, known_at) for entry in entries])
    JournalPending.objects.bulk_create([JournalPending(journal=row) for row in rows])
    return rows


def _row(entry: Entry, known_at: datetime) -> Journal:
    work, about = current_work(), entry.about
    correlation_id, causation_id = entry.cause or (work.correlation_id, work.causation_id)
    return Journal(
        node=config().node,
        schema=entry.event.schema,
        type=entry.event.name,
        occurred_at=entry.occurred_at or known_at,
        known_at=known_at,
        correlation_id=correlation_id,
        causation_id=causation_id,
        exercise_id=about.exercise_id,
        actor=entry.actor or work.principal.actor,
        object=about.id,
        object_version=about.version,
        div=about.place.div,
        zone=about.place.zone,
        site=about.place.site,
        data=entry.event.payload(entry.state),
        change=entry.change,
    )


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return {field: [old, new]} of what differs; the private half of a journal row."""
    keys = before.keys() | after.keys()
    return {
        key: [before.get(key), after.get(key)]
        for key in sorted(keys)
        if before.get(key) != after.get(key)
    }
