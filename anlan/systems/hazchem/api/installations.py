"""HTTP of major-hazard installations, under /hazchem."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.unit_of_work import current_work
from anlan.systems.hazchem import schemas
from anlan.systems.hazchem.models import MajorHazardInstallation
from anlan.systems.hazchem.queries import installations as queries
from anlan.systems.hazchem.queries.sheet import sheet_of
from anlan.systems.hazchem.services import installations as services
from anlan.systems.hazchem.services.holdings import HoldingDetails

door = Door("hazchem")
router = door.router
_ABOUT = {"subject_id", "people", "holdings", "reason", "recount"}


@door.list("/installations", services.VIEW, queries.INSTALLATIONS, schemas.HazardInstallationRow)
def installations(request: HttpRequest) -> QuerySet[MajorHazardInstallation]:
    """The installations that I reach, the gravest first; those that were retired have `retired_at`."""
    return queries.installations()


@door.read("/installations/points.geojson", services.VIEW, response=schemas.HazardPointsOut)
def points(request: HttpRequest) -> dict[str, Any]:
    """The installations on the map, with grade and over-stock."""
    return queries.on_map()


@door.read(
    "/subjects/{subject_id}/installations",
    services.VIEW,
    response=list[schemas.HazardInstallationRow],
)
def installations_at(request: HttpRequest, subject_id: str) -> list[MajorHazardInstallation]:
    """What stands at a subject, or anywhere on it where it is a site."""
    return list(queries.at_subject(subject_id))


@door.create("/installations", services.EDIT, response=schemas.HazardInstallationOut)
def register(request: HttpRequest, said: schemas.HazardInstallationIn) -> dict[str, Any]:
    """Register a unit with all that it holds."""
    details = services.InstallationDetails(people=said.people, **said.dict(exclude=_ABOUT))
    made = services.register_installation(
        subject_id=said.subject_id,
        details=details,
        held=_held(said.holdings),
        reason=said.reason,
    )
    return _whole(made.id)


@door.read(
    "/installations/{installation_id}", services.VIEW, response=schemas.HazardInstallationOut
)
def installation(request: HttpRequest, installation_id: str) -> dict[str, Any]:
    """One unit."""
    return _whole(installation_id)


@door.read("/installations/{installation_id}/sheet", services.VIEW, response=schemas.HazardSheetOut)
def sheet(request: HttpRequest, installation_id: str) -> dict[str, Any]:
    """The calculation sheet, by the design maximum and by the stock of this moment."""
    return sheet_of(queries.installation(installation_id))


@door.change(
    "/installations/{installation_id}",
    services.EDIT,
    "PATCH",
    response=schemas.HazardInstallationOut,
)
def change(
    request: HttpRequest, installation_id: str, said: schemas.HazardInstallationPatch
) -> dict[str, Any]:
    """Change a unit, or what it holds; needs If-Match."""
    row = _locked(installation_id, expected_version(request))
    wanted = said.dict(exclude_none=True, exclude={"holdings", "reason"})
    held = None if said.holdings is None else _held(said.holdings)
    services.change_installation(installation=row, reason=said.reason, held=held, **wanted)
    return _whole(installation_id)


@door.change(
    "/installations/{installation_id}/retire",
    services.EDIT,
    response=schemas.HazardInstallationOut,
)
def retire(request: HttpRequest, installation_id: str, said: schemas.RetireBody) -> dict[str, Any]:
    """Retire a unit; needs If-Match."""
    row = _locked(installation_id, expected_version(request))
    services.retire_installation(installation=row, reason=said.reason)
    return _whole(installation_id)


def _locked(installation_id: str, version: int) -> MajorHazardInstallation:
    return at_version(
        MajorHazardInstallation.objects,
        installation_id,
        version,
        code="hazchem.installation_not_found",
    )


def _held(said: list[schemas.StockHoldingBody]) -> list[HoldingDetails]:
    return [HoldingDetails(**one.dict()) for one in said]


def _whole(installation_id: str) -> dict[str, Any]:
    row = queries.installation(installation_id)
    fields = queries.INSTALLATIONS.fields.items()
    return {name: getattr(row, field.path) for name, field in fields} | {
        "subject_name": row.subject.name,
        "subject_name_en": row.subject.name_en,
        "boundary_m": row.boundary_m,
        "may": ["change"]
        if row.retired_at is None and services.may_keep(current_work().principal, row)
        else [],
    }
