"""Promises held against the firm's own permits and alarms: found once when either side changes, ended when mended."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.events import EventType
from anlan.systems.firm_day import events
from anlan.systems.firm_day.models import SafetyCommitment
from anlan.systems.firm_day.promises import contradictions
from anlan.systems.firm_day.queries.promises import grave_alarms, works_of
from anlan.systems.firm_day.rules import local_day, standard


def settle_sites(sites: Iterable[str], day: date) -> None:
    """Hold the promises of some sites for a day against what is there now; a day that is over stands as it ended."""
    if day < local_day(now()):
        return
    rows = SafetyCommitment.objects.select_for_update(of=("self",)).filter(
        site__in=sorted(set(sites)), day=day
    )
    for row in rows.select_related("current").order_by("id"):
        settle(row)


def settle(row: SafetyCommitment) -> None:
    """Write what of a promise contradicts, and record what is new and what is no more; `row` is locked."""
    before = {one["what"]: one for one in row.contradictions}
    found = {one["what"]: one for one in _found(row)}
    moment = now()
    for what, one in found.items():
        one["since"] = before[what]["since"] if what in before else utc_text(moment)
    if found == before:
        return
    row.contradictions = list(found.values())
    row.contradicted_since = (row.contradicted_since or moment) if found else None
    row.save(update_fields=["contradictions", "contradicted_since"])
    _record(events.CONTRADICTION_ENDED, row, [before[what] for what in before if what not in found])
    _record(
        events.COMMITMENT_CONTRADICTED, row, [found[what] for what in found if what not in before]
    )


def _found(row: SafetyCommitment) -> list[dict[str, Any]]:
    said = row.current
    if said is None or row.withdrawn_at is not None or row.site is None:
        return []
    found = contradictions(
        standard(),
        said.works,
        works_of(row.site, row.day),
        promises_safe=said.tanks_safe,
        # alarms are of now: they say nothing of a promise for another day
        alarms=grave_alarms(row.site) if said.tanks_safe and row.day == local_day(now()) else 0,
    )
    return [asdict(one) | {"codes": list(one.codes)} for one in found]


def _record(event: EventType, row: SafetyCommitment, which: list[dict[str, Any]]) -> None:
    if not which:
        return
    state = events.ContradictionState(
        id=row.id,
        version=row.version,
        subject_id=row.subject_id,
        day=row.day.isoformat(),
        contradictions=which,
    )
    journal.record(event, state, journal.Subject.of(row))
