"""Write a region as the GeoJSON files under `var/region` that the map reads."""

import json
from pathlib import Path
from typing import Any

from shapely.geometry import mapping

from anlan.app.region.build import DivisionRow, Region, SettlementRow, ZoneRow
from anlan.kernel.places.rules import div_of


def write_region(region: Region, folder: Path) -> None:
    """Write the GeoJSON files and `region.json`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    west, south, east, north = region.county.bounds
    pack = region.pack
    _write(
        folder / "divisions.geojson",
        _collection([_division_feature(r) for r in region.divisions if r.boundary]),
    )
    _write(folder / "areas.geojson", _collection([_zone_feature(row) for row in region.zones]))
    _write(
        folder / "settlements.geojson",
        _collection([_settlement_feature(row) for row in region.settlements]),
    )
    _write(
        folder / "region.json",
        {
            "node": pack.node,
            "name": pack.name,
            "name_en": pack.name_en,
            "bbox": [west, south, east, north],
            "center": [(west + east) / 2, (south + north) / 2],
            "attribution": pack.attribution,
            "demo": pack.demo,
        },
    )


def _division_feature(row: DivisionRow) -> dict[str, Any]:
    return _feature(
        row.boundary,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        level=row.level.name.lower(),
        div=div_of(row.code),
        population=row.population,
        schematic=True,
        attribution=row.attribution,
    )


def _zone_feature(row: ZoneRow) -> dict[str, Any]:
    return _feature(
        row.boundary,
        number=row.zone.number,
        name=row.zone.name,
        name_en=row.zone.name_en,
        kind="functional_zone",
        invented=True,
        schematic=True,
        attribution=row.zone.attribution,
    )


def _settlement_feature(row: SettlementRow) -> dict[str, Any]:
    return _feature(
        row.location,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        population=row.population,
        attribution="GeoNames (CC-BY 4.0)",
    )


def _feature(geometry: object, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": mapping(geometry), "properties": properties}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _write(file: Path, content: dict[str, Any]) -> None:
    partial = file.with_suffix(file.suffix + ".partial")
    partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    partial.replace(file)
