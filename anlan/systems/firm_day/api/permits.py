"""HTTP of special work, under /firm-day."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.queries.holdings import names_of
from anlan.systems.firm_day import schemas
from anlan.systems.firm_day.models import WorkPermit
from anlan.systems.firm_day.queries import permits as queries
from anlan.systems.firm_day.rules import EDIT, ISSUE, VIEW, standard
from anlan.systems.firm_day.services import permits as services

door = Door("firm_day")
router = door.router


@door.list("/permits", VIEW, queries.PERMITS, schemas.WorkPermitRow)
def permits(request: HttpRequest) -> QuerySet[WorkPermit]:
    """The work permits that I reach: what is under way first."""
    return queries.permits()


@door.read("/permits/points.geojson", VIEW, response=schemas.WorkPointsOut)
def points(request: HttpRequest) -> dict[str, Any]:
    """The special work under way, on the map."""
    return queries.on_map()


@door.read("/standard", VIEW, response=schemas.WorkStandardOut)
def work_standard(request: HttpRequest) -> dict[str, Any]:
    """The kinds, levels and figures of GB 30871 by which permits are checked."""
    rules = standard()
    return {
        "name": rules.name,
        "kinds": list(rules.kinds.values()),
        "gas": rules.gas,
        "night_from": rules.off_hours.night_from,
        "night_to": rules.off_hours.night_to,
        "night_mark": rules.off_hours.mark,
        "undo_min": int(rules.undo_within.total_seconds() // 60),
    }


@door.read("/subjects/{subject_id}/permits", VIEW, response=list[schemas.WorkPermitRow])
def permits_at(request: HttpRequest, subject_id: str) -> list[dict[str, Any]]:
    """The special work at a subject, or anywhere on it where it is a site: under way, or issued."""
    return [queries.row_of(one) for one in queries.at_subject(subject_id)]


@door.create("/permits", EDIT, response=schemas.WorkPermitOut)
def draft(request: HttpRequest, said: schemas.PermitIn) -> dict[str, Any]:
    """Draft a permit at a subject of the own site."""
    details = services.PermitDetails(**said.dict(exclude={"subject_id"}))
    return _whole(services.draft_permit(subject_id=said.subject_id, details=details).id)


@door.read("/permits/{permit_id}", VIEW, response=schemas.WorkPermitOut)
def permit(request: HttpRequest, permit_id: str) -> dict[str, Any]:
    """One permit."""
    return _whole(permit_id)


@door.change("/permits/{permit_id}", EDIT, "PUT", response=schemas.WorkPermitOut)
def change(request: HttpRequest, permit_id: str, said: schemas.PermitBody) -> dict[str, Any]:
    """Change a draft, all that it says; needs If-Match."""
    services.change_permit(permit=_locked(request, permit_id), **said.dict())
    return _whole(permit_id)


@door.change("/permits/{permit_id}/gas-tests", EDIT, response=schemas.WorkPermitOut)
def test_gas(request: HttpRequest, permit_id: str, said: schemas.GasTestBody) -> dict[str, Any]:
    """Note an analysis of gases; needs If-Match."""
    test = services.GasTest(**said.dict())
    services.note_gas_test(permit=_locked(request, permit_id), test=test)
    return _whole(permit_id)


@door.change("/permits/{permit_id}/issue", ISSUE, response=schemas.WorkPermitOut)
def issue(request: HttpRequest, permit_id: str) -> dict[str, Any]:
    """Issue a draft; needs If-Match."""
    services.issue_permit(permit=_locked(request, permit_id))
    return _whole(permit_id)


@door.change("/permits/{permit_id}/start", EDIT, response=schemas.WorkPermitOut)
def start(request: HttpRequest, permit_id: str) -> dict[str, Any]:
    """Begin the work; needs If-Match."""
    services.start_work(permit=_locked(request, permit_id))
    return _whole(permit_id)


@door.change("/permits/{permit_id}/finish", EDIT, response=schemas.WorkPermitOut)
def finish(request: HttpRequest, permit_id: str) -> dict[str, Any]:
    """End the work; needs If-Match."""
    services.finish_work(permit=_locked(request, permit_id))
    return _whole(permit_id)


@door.change("/permits/{permit_id}/cancel", EDIT, response=schemas.WorkPermitOut)
def cancel(request: HttpRequest, permit_id: str, said: schemas.PermitReasonBody) -> dict[str, Any]:
    """Cancel a permit whose work has not begun; needs If-Match."""
    services.cancel_permit(permit=_locked(request, permit_id), reason=said.reason)
    return _whole(permit_id)


@door.change("/permits/{permit_id}/take-back", EDIT, response=schemas.WorkPermitOut)
def take_back(
    request: HttpRequest, permit_id: str, said: schemas.PermitReasonBody
) -> dict[str, Any]:
    """Take back the last act; needs If-Match."""
    services.take_back(permit=_locked(request, permit_id), reason=said.reason)
    return _whole(permit_id)


def _locked(request: HttpRequest, permit_id: str) -> WorkPermit:
    return at_version(
        WorkPermit.objects,
        permit_id,
        expected_version(request),
        code="firm_day.permit_not_found",
    )


def _whole(permit_id: str) -> dict[str, Any]:
    row = queries.permit(permit_id)
    gas = standard().gas
    return queries.row_of(row) | {
        "isolation": row.isolation,
        "applicant": row.applicant,
        "gas_tests": [
            one | {"faults": gas.faults(one["oxygen_pct"], one["flammable_lel_pct"])}
            for one in row.gas_tests
        ],
        "reason": row.reason,
        "state_at": row.state_at,
        "state_by_name": names_of([row.state_by]).get(row.state_by, ""),
        "may": services.acts_on(current_work().principal, row),
    }
