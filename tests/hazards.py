"""Chemicals and major-hazard installations for tests, each through its own service."""

from typing import Any

from anlan.kernel.subjects.models import Subject
from anlan.systems.hazchem.models import HazardousChemical, MajorHazardInstallation
from anlan.systems.hazchem.services.chemicals import ChemicalDetails, register_chemical
from anlan.systems.hazchem.services.holdings import HoldingDetails
from anlan.systems.hazchem.services.installations import InstallationDetails, register_installation
from tests.factories import working

MODELS = (HazardousChemical, MajorHazardInstallation)
METHANOL: dict[str, Any] = {
    "name": "甲醇",
    "cas": "67-56-1",
    "classes": ["W5.3"],
    "density_kg_m3": 791.0,
}
AMMONIA: dict[str, Any] = {"name": "液氨", "cas": "7664-41-7"}
CHLORINE: dict[str, Any] = {"name": "液氯", "cas": "7782-50-5"}


def chemical(code: str = "C-1", **details: Any) -> HazardousChemical:
    """Return the chemical under a code; it is entered, methanol unless said, where it is missing."""
    with working():
        found = HazardousChemical.objects.filter(code=code).first()
        return found or register_chemical(
            code=code, details=ChemicalDetails(**(details or METHANOL)), reason="登记"
        )


def lot(of: HazardousChemical, design_t: float, **details: Any) -> HoldingDetails:
    """Return a holding whose stock is a filed figure, the design maximum unless said."""
    said: dict[str, Any] = {"name": "库房", "fixed_t": design_t} | details
    return HoldingDetails(chemical_id=of.id, design_t=design_t, **said)


def tank(
    of: HazardousChemical, datastream_id: str, design_t: float, **details: Any
) -> HoldingDetails:
    """Return a holding in a standing tank of 10 m radius and 10 m height, by its level."""
    shape = {"shape": "vertical", "radius_m": 10.0, "length_m": 10.0}
    said: dict[str, Any] = {"name": "T101", "tank": shape}
    return HoldingDetails(
        chemical_id=of.id,
        design_t=design_t,
        stock_from="tank",
        datastream_id=datastream_id,
        **(said | details),
    )


def installation(
    at: Subject, code: str = "M1", *held: HoldingDetails, **details: Any
) -> MajorHazardInstallation:
    """Register a storage unit at a subject; it holds 2,000 t of methanol unless said."""
    with working():
        said: dict[str, Any] = {"name": "储罐区", "unit_kind": "storage", "people": 60} | details
        return register_installation(
            subject_id=at.id,
            details=InstallationDetails(code=code, **said),
            held=held or [lot(chemical(), 2000.0)],
        )
