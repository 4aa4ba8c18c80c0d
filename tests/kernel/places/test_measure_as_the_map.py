"""The map measures lengths and areas itself (web/src/map/geodesy.ts): its table says what PostGIS says of the same lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from shapely.geometry import LineString, Polygon

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).parents[3] / "web/src/map/geodesy.json"
#: From a yard to a province, across the equator and near the pole, east and west of Greenwich.
LINES = [
    [[106.6, 38.1], [106.60001, 38.10001]],
    [[106.6, 38.1], [106.61, 38.1]],
    [[106.6, 38.1], [106.6, 38.11]],
    [[106.0, 38.0], [106.3, 38.2], [106.1, 38.4], [106.9, 37.9]],
    [[104.2, 35.2], [107.6, 39.4]],
    [[73.5, 39.4], [134.8, 48.4]],
    [[-71.25, -29.9], [-71.3, -30.1]],
    [[-0.5, -0.5], [0.5, 0.5]],
    [[10.0, 84.0], [60.0, 85.0]],
    [[179.9, 10.0], [179.95, -10.0]],
]
AREAS = [
    [[106.6, 38.1], [106.601, 38.1], [106.601, 38.101]],
    [[106.6, 38.1], [106.7, 38.1], [106.7, 38.2], [106.6, 38.2]],
    [[106.0, 37.6], [106.9, 37.7], [107.0, 38.3], [106.4, 38.4], [106.5, 38.0]],
    [[104.2, 35.2], [107.6, 36.0], [106.9, 39.4]],
    [[-71.3, -30.0], [-71.2, -30.0], [-71.2, -29.9]],
    [[20.0, -1.0], [21.0, -1.0], [20.5, 1.0]],
]


def measured() -> dict[str, Any]:
    """Return what PostGIS says of them, on the ellipsoid."""
    with connection.cursor() as cursor:

        def ask(sql: str, wkt: str) -> float:
            cursor.execute(sql, [wkt])
            return float(cursor.fetchone()[0])

        return {
            "lines": [
                {
                    "line": line,
                    "length_m": ask("SELECT ST_Length(%s::geography)", LineString(line).wkt),
                }
                for line in LINES
            ],
            "areas": [
                {"ring": ring, "area_m2": ask("SELECT ST_Area(%s::geography)", Polygon(ring).wkt)}
                for ring in AREAS
            ],
        }


def test_the_table_of_the_map_is_what_postgis_says() -> None:
    kept, told = json.loads(TABLE.read_text(encoding="utf-8")), measured()
    assert [one["line"] for one in kept["lines"]] == LINES
    assert [one["ring"] for one in kept["areas"]] == AREAS
    for ours, theirs in zip(kept["lines"], told["lines"], strict=True):
        assert ours["length_m"] == pytest.approx(theirs["length_m"], abs=1e-6)
    for ours, theirs in zip(kept["areas"], told["areas"], strict=True):
        assert ours["area_m2"] == pytest.approx(theirs["area_m2"], abs=1e-3)
