"""HTTP of the daily promise, under /firm-day."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import Field as Described

from anlan.kernel.base.clock import now
from anlan.kernel.base.doors import Door, ListQuery, expected_version
from anlan.kernel.base.permissions import Reach, decide
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.queries.holdings import names_of
from anlan.systems.firm_day import schemas
from anlan.systems.firm_day.models import CommitmentVersion, SafetyCommitment
from anlan.systems.firm_day.promises import SUBMIT, VIEW, counted, promise_rules
from anlan.systems.firm_day.queries import promises as queries
from anlan.systems.firm_day.rules import standard
from anlan.systems.firm_day.services import commitments as services

door = Door("firm_day")
router = door.router
_SAID = (
    "units_total", "units_running", "units_stopped", "units_under_repair", "works", "tanks_safe", "is_trial",
    "is_starting_or_stopping", "risk", "steps", "accountability", "text", "signed_by",
)  # fmt: skip


class PromisingQuery(ListQuery):
    """The list of who has promised, of a day."""

    day: date | None = Described(default=None, description="A local day; none: today.")

    def says(self) -> tuple[str, ...]:
        """Return of which day it is."""
        return (self.day.isoformat(),) if self.day else ()


@door.list("/sites", VIEW, queries.PROMISING, schemas.PromisingSiteRow, asks=PromisingQuery)
def promising_sites(request: HttpRequest, asked: PromisingQuery) -> QuerySet[Any]:
    """The firms that promise, of those that I reach: contradicted ones first, then who has not promised."""
    return queries.obliged(asked.day)


@door.read("/rates", VIEW, response=list[schemas.PromiseRateOut])
def promise_rates(request: HttpRequest, day: date | None = None) -> list[dict[str, Any]]:
    """How many have promised, by functional zone or township, the lowest share first."""
    return queries.rates(day)


@door.read("/sites/{site_id}/today", VIEW, response=schemas.FirmTodayOut)
def today(request: HttpRequest, site_id: str) -> dict[str, Any]:
    """One site's day."""
    site, row, day = queries.today_of(site_id)
    due = promise_rules().due_at(day)
    asker = current_work().principal
    promises = decide(asker, SUBMIT, site.facts, Reach.OWN_FIRM).allowed
    return {
        "site_id": site.id,
        "name": site.name,
        "name_en": site.name_en,
        "day": day,
        "due_at": due,
        "is_due_over": due <= now(),
        "commitment": None if row is None else _whole(row),
        "works": counted(standard(), queries.works_of(site.id, day)),
        "alarms": queries.grave_alarms(site.id),
        "may": ["promise"] if promises and row is None else [],
    }


@door.list("/commitments", VIEW, queries.COMMITMENTS, schemas.CommitmentRow)
def commitments(request: HttpRequest) -> QuerySet[Any]:
    """The promises that I reach, of every day, the newest first."""
    return queries.commitments()


@door.create("/commitments", SUBMIT, response=schemas.CommitmentOut)
def promise(request: HttpRequest, said: schemas.PromiseIn) -> dict[str, Any]:
    """Make today's promise of the own site."""
    made = services.promise(site_id=said.site_id, details=_details(said))
    return _whole(queries.commitment(made.id))


@door.read("/commitments/{commitment_id}", VIEW, response=schemas.CommitmentOut)
def commitment(request: HttpRequest, commitment_id: str) -> dict[str, Any]:
    """One promise with its versions."""
    return _whole(queries.commitment(commitment_id))


@door.change("/commitments/{commitment_id}/versions", SUBMIT, response=schemas.CommitmentOut)
def correct(
    request: HttpRequest, commitment_id: str, said: schemas.PromiseCorrectionBody
) -> dict[str, Any]:
    """Correct today's promise; needs If-Match."""
    row = _locked(request, commitment_id)
    services.correct_promise(commitment=row, details=_details(said), reason=said.reason)
    return _whole(queries.commitment(commitment_id))


@door.change("/commitments/{commitment_id}/withdraw", SUBMIT, response=schemas.CommitmentOut)
def withdraw(
    request: HttpRequest, commitment_id: str, said: schemas.PromiseReasonBody
) -> dict[str, Any]:
    """Withdraw today's promise; needs If-Match."""
    services.withdraw_promise(commitment=_locked(request, commitment_id), reason=said.reason)
    return _whole(queries.commitment(commitment_id))


def _details(said: schemas.PromiseBody) -> services.PromiseDetails:
    return services.PromiseDetails(**said.dict(include=set(_SAID)))


def _locked(request: HttpRequest, commitment_id: str) -> SafetyCommitment:
    return at_version(
        SafetyCommitment.objects,
        commitment_id,
        expected_version(request),
        code="firm_day.commitment_not_found",
    )


def _whole(row: SafetyCommitment) -> dict[str, Any]:
    versions = list(CommitmentVersion.objects.filter(commitment=row).order_by("-number"))
    names = names_of(one.filed_by for one in versions)
    columns = (
        "id", "version", "day", "subject_id", "promised_at", "is_late", "withdrawn_at", "withdraw_reason",
        "contradictions", "is_invented",
    )  # fmt: skip
    return {name: getattr(row, name) for name in columns} | {
        "name": row.subject.name,
        "name_en": row.subject.name_en,
        "versions": [
            {name: getattr(one, name) for name in _SAID}
            | {
                "number": one.number,
                "filed_at": one.created_at,
                "filed_by_name": names.get(one.filed_by, ""),
                "reason": one.reason,
            }
            for one in versions
        ],
        "may": services.acts_on(current_work().principal, row),
    }
