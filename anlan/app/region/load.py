"""Load a region through the services of places; a repeat changes nothing."""

from anlan.app.region.build import Region
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.services import loading

SETTLEMENT_SOURCE = "GeoNames (CC-BY 4.0)"


def load_region(region: Region) -> int:
    """Bring divisions, zones and settlements to what the region says; return the rows that changed."""
    with unit_of_work(machine("region")):
        loaded = [
            loading.load_divisions(rows=divisions_of(region)),
            loading.load_areas(rows=areas_of(region)),
            loading.load_settlements(rows=settlements_of(region)),
        ]
    return sum(one.created + one.updated for one in loaded)


def divisions_of(region: Region) -> list[loading.DivisionInput]:
    """Return the divisions as the kernel takes them; every drawn one is schematic (示意)."""
    return [
        loading.DivisionInput(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            boundary=row.boundary,
            is_schematic=row.boundary is not None,
            attribution=row.attribution,
            population=row.population,
        )
        for row in region.divisions
    ]


def areas_of(region: Region) -> list[loading.AreaInput]:
    """Return the functional zones; a pack's zones are invented and say so."""
    return [
        loading.AreaInput(
            number=row.zone.number,
            name=row.zone.name,
            name_en=row.zone.name_en,
            boundary=row.boundary,
            is_schematic=True,
            is_invented=True,
            attribution=row.zone.attribution,
        )
        for row in region.zones
    ]


def settlements_of(region: Region) -> list[loading.SettlementInput]:
    """Return the settlements with their population."""
    return [
        loading.SettlementInput(
            name=row.name,
            name_en=row.name_en,
            division_code=row.code,
            location=row.location,
            population=row.population,
            attribution=SETTLEMENT_SOURCE,
        )
        for row in region.settlements
    ]
