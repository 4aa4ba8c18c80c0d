"""GeoJSON, read without any package more."""

import json
from typing import Any

import numpy as np
import shapely

from anlan.app.base_map.description import Source
from anlan.app.base_map.layers import Feature
from anlan.app.base_map.sources.crs import settled, to_degrees
from anlan.app.base_map.sources.table import Table, features_of
from anlan.app.region.errors import RegionSourceError

#: What a file means that names no system (RFC 7946).
ASSUMED = "OGC:CRS84"


def read(source: Source) -> list[Feature]:
    """Return the features of a file. Raises RegionSourceError."""
    try:
        raw = json.loads(source.file.read_text(encoding=source.encoding or "utf-8-sig"))
        rows = raw["features"] if raw["type"] == "FeatureCollection" else [raw]
        shapes = np.array(
            [shapely.from_geojson(json.dumps(row.get("geometry"))) for row in rows], dtype=object
        )
        properties: list[dict[str, Any]] = [row.get("properties") or {} for row in rows]
    except (ValueError, KeyError, TypeError, LookupError, shapely.GEOSException) as error:
        raise RegionSourceError(
            f"{source.file.name}：不是完好的 GeoJSON · is no whole GeoJSON: {error}"
        ) from error
    own = (raw.get("crs") or {}).get("properties", {}).get("name", "")
    crs = settled(source.file.name, own, source.crs) if own or source.crs else ASSUMED
    names = {key for row in properties for key in row}
    columns = {name: [row.get(name) for row in properties] for name in names}
    return features_of(source, Table(to_degrees(source.file.name, shapes, crs), columns))
