"""What a look finds, written down: once, and longer where it goes on."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.events import EventType
from anlan.systems.data_honesty import events
from anlan.systems.data_honesty.grounds import Grounds, engine
from anlan.systems.data_honesty.models import HonestyFinding
from anlan.systems.data_honesty.patterns import Pattern
from anlan.systems.data_honesty.queries.facts import Fact

#: A stretch that begins so soon behind another of its kind belongs to it.
JOINED = timedelta(hours=6)
#: What is longer by less is the same: a grid's step, or two.
_SAME = timedelta(hours=1)


@dataclass(slots=True)
class Noted:
    """How many findings are new, and how many went on."""

    found: int = 0
    went_on: int = 0

    def __add__(self, other: "Noted") -> "Noted":
        """Count both."""
        return Noted(self.found + other.found, self.went_on + other.went_on)


def note_patterns(found: Iterable[Pattern], grounds: Grounds) -> Noted:
    """Write down what the engine says: what overlaps a finding of its kind is that one, gone on."""
    noted = Noted()
    for one in found:
        rows = HonestyFinding.objects.select_for_update().filter(
            datastream=one.stream,
            kind=one.kind,
            other=one.other,
            first_at__lte=one.last_at + JOINED,
            last_at__gte=one.first_at - JOINED,
        )
        row = rows.order_by("-last_at", "-id").first()
        if row is None:
            _found(one, grounds, one.figures | _spans(one), one.basis)
            noted.found += 1
        elif row.last_at + _SAME >= one.last_at and not _is_before(row, one):
            continue
        elif row.state == "closed":
            # what was judged stays judged; what went on behind it is another finding
            if one.last_at > row.last_at + JOINED:
                figures = one.figures | _spans(one) | {"follows": row.id}
                _found(one, grounds, figures, one.basis)
                noted.found += 1
        else:
            _go_on(row, one)
            noted.went_on += 1
    return noted


def note_facts(found: Iterable[Fact], grounds: Grounds) -> Noted:
    """Write down facts: each once by its key; a silence goes on until somebody closes it."""
    noted = Noted()
    for one in found:
        rows = HonestyFinding.objects.select_for_update()
        row = rows.filter(datastream=one.stream, kind=one.kind, key=one.key).first()
        if row is None:
            _found(one, grounds, one.figures, {"engine": engine(), "key": one.key})
            noted.found += 1
        elif row.state != "closed" and one.last_at > row.last_at + _SAME:
            row.last_at, row.figures = one.last_at, one.figures
            _write(row, events.WENT_ON, "last_at", "figures")
            noted.went_on += 1
    return noted


def record(event: EventType, row: HonestyFinding, change: dict[str, Any] | None = None) -> None:
    """Put the state of a finding into the journal."""
    journal.record(event, state_of(row), journal.Subject.of(row), change=change)


def state_of(row: HonestyFinding) -> events.HonestyFindingState:
    """Return the public state of a finding."""
    return events.HonestyFindingState(
        id=row.id,
        version=row.version,
        datastream_id=row.datastream_id,
        other_id=row.other_id or "",
        kind=row.kind,
        first_at=row.first_at.isoformat(),
        last_at=row.last_at.isoformat(),
        state=row.state,
        verdict=row.verdict,
        due_on=row.due_on.isoformat() if row.due_on else "",
    )


def _found(
    one: Pattern | Fact, grounds: Grounds, figures: dict[str, Any], basis: dict[str, Any]
) -> None:
    moment = now()
    row = HonestyFinding(
        datastream=one.stream,
        kind=one.kind,
        first_at=one.first_at,
        last_at=one.last_at,
        figures=figures,
        basis=basis,
        div=one.stream.div,
        zone=one.stream.zone,
        site=one.stream.site,
        created_at=moment,
        updated_at=moment,
        **asdict(grounds.kinds[one.kind]),
    )
    if isinstance(one, Pattern):
        row.other, row.earlier_at = one.other, one.earlier_at
    else:
        row.key = one.key
    row.save(force_insert=True)
    record(events.FOUND, row)


def _go_on(row: HonestyFinding, one: Pattern) -> None:
    """Let a finding reach as far as the engine now says, and keep every stretch of it."""
    row.first_at, row.last_at = min(row.first_at, one.first_at), max(row.last_at, one.last_at)
    spans = _joined([*row.figures.get("spans", []), *_spans(one).get("spans", [])])
    hours = (row.last_at - row.first_at).total_seconds() / 3600
    row.figures = one.figures | {"hours": round(hours, 2)} | ({"spans": spans} if spans else {})
    row.basis = one.basis
    _write(row, events.WENT_ON, "first_at", "last_at", "figures", "basis")


def _is_before(row: HonestyFinding, one: Pattern) -> bool:
    """Tell whether a pattern begins well before what is known of it, as where readings came late."""
    return one.first_at + _SAME < row.first_at and row.state != "closed"


def _write(row: HonestyFinding, event: EventType, *columns: str) -> None:
    row.version += 1
    row.updated_at = now()
    row.save(update_fields=[*columns, "version", "updated_at"])
    record(event, row)


def _spans(one: Pattern) -> dict[str, list[list[str]]]:
    """Return a copied stretch as first, last, and the beginning of what it repeats."""
    if one.earlier_at is None:
        return {}
    return {
        "spans": [[moment.isoformat() for moment in (one.first_at, one.last_at, one.earlier_at)]]
    }


def _joined(spans: Sequence[list[str]]) -> list[list[str]]:
    """Return the stretches by time; of two that begin together the longer one."""
    found: dict[str, list[str]] = {}
    for one in spans:
        if one[0] not in found or found[one[0]][1] < one[1]:
            found[one[0]] = list(one)
    return [found[key] for key in sorted(found)]
