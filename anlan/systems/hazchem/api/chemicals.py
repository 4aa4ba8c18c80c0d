"""HTTP of the register of chemicals, under /hazchem."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.queries import at_version
from anlan.systems.hazchem import schemas
from anlan.systems.hazchem.models import ChemicalVersion, HazardousChemical
from anlan.systems.hazchem.queries import chemicals as queries
from anlan.systems.hazchem.services import chemicals as services
from anlan.systems.hazchem.working import standard

door = Door("hazchem")
router = door.router


@door.list("/chemicals", services.VIEW, queries.CHEMICALS, schemas.ChemicalOut)
def chemicals(request: HttpRequest) -> QuerySet[HazardousChemical]:
    """The register of chemicals, each by its current version."""
    return queries.chemicals()


@door.list("/chemical-versions", services.VIEW, queries.VERSIONS, schemas.ChemicalVersionOut)
def chemical_versions(request: HttpRequest) -> QuerySet[ChemicalVersion]:
    """The versions of the chemicals, the latest first; filter by chemical."""
    return queries.versions()


@door.read("/standard", services.VIEW, response=schemas.HazardStandardOut)
def standard_tables(request: HttpRequest) -> dict[str, Any]:
    """The named chemicals and the hazard classes of GB 18218."""
    tables = standard()
    return {
        "name": tables.name,
        "named": [asdict(one) | {"cas": list(one.cas)} for one in tables.named.values()],
        "classes": [asdict(one) for one in tables.classes.values()],
    }


@door.create("/chemicals", services.EDIT, response=schemas.ChemicalOut)
def register(request: HttpRequest, said: schemas.ChemicalIn) -> dict[str, Any]:
    """Enter a chemical under its code."""
    made = services.register_chemical(code=said.code, details=_details(said), reason=said.reason)
    return queries.chemical(made.id)


@door.read("/chemicals/{chemical_id}", services.VIEW, response=schemas.ChemicalOut)
def chemical(request: HttpRequest, chemical_id: str) -> dict[str, Any]:
    """One chemical by its current version."""
    return queries.chemical(chemical_id)


@door.change("/chemicals/{chemical_id}/versions", services.EDIT, response=schemas.ChemicalOut)
def file_version(
    request: HttpRequest, chemical_id: str, said: schemas.ChemicalBody
) -> dict[str, Any]:
    """File the next version of a chemical; needs If-Match."""
    row = at_version(
        HazardousChemical.objects,
        chemical_id,
        expected_version(request),
        code="hazchem.chemical_not_found",
    )
    services.file_chemical_version(chemical=row, details=_details(said), reason=said.reason)
    return queries.chemical(chemical_id)


def _details(said: schemas.ChemicalBody) -> services.ChemicalDetails:
    return services.ChemicalDetails(**said.dict(exclude={"code", "reason"}))
