# ruff: noqa: S608 - put together from constants; every value is a parameter
"""The statements of a tile; values go as text, which is cast, so that each is planned once.

Of numbers the types would differ with their size, and each set of types is a plan of its own.
"""

from typing import Any

from anlan.kernel.base.permissions import Scope
from anlan.kernel.maps.rules import COUNTY, TOWNSHIP, Parts
from anlan.kernel.places.rules import COUNTY_UNIT

#: Shares of the world's side, from the north-west (EPSG:3857).
_X = "least((ST_X(s.location) + 180) / 360, 0.999999999999)"
_Y = """least(greatest(0.5 - ln(tan(pi() / 4 + radians(least(greatest(ST_Y(s.location), -85.06), 85.06)) / 2))
    / (2 * pi()), 0), 0.999999999999)"""
_STANDING = "s.status <> 'retired'"
_BOX = """s.location && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8,
    %(north)s::float8, 4326)"""
_COLUMNS = f"{_X} AS mx, {_Y} AS my, s.id, s.kind_id, s.name, s.name_en"
_FROM = "FROM subjects_subject s JOIN subjects_subjectkind k ON k.id = s.kind_id"
_THIS = "c.layer = %(layer)s AND c.zoom = %(zoom)s::int AND c.x = %(x)s::int AND c.y = %(y)s::int"
_WITHIN = "floor(({share} * %(tiles)s::float8 - {tile}) * %(extent)s::float8)"
_PX = _WITHIN.format(share="mx", tile="%(x)s::float8")
_PY = _WITHIN.format(share="my", tile="%(y)s::float8")
_INSIDE = "floor(mx * %(tiles)s::float8) = %(x)s::float8 AND floor(my * %(tiles)s::float8) = %(y)s::float8"

#: Of a township whose county is reached whole the county's cells are drawn.
_OUTSIDE = f"""NOT int8range(c.area / 1000 * {COUNTY_UNIT}, (c.area / 1000 + 1) * {COUNTY_UNIT})
    <@ (SELECT anlan_divs())"""
_CELL = f"""
    SELECT ST_MakePoint(c.px, c.py) AS geom,
        coalesce(c.subject_id, %(depth)s::text || '/' || c.x * %(side)s::int + c.cell %% %(side)s::int
            || '/' || c.y * %(side)s::int + c.cell / %(side)s::int) AS id,
        c.kind, c.name, nullif(c.name_en, '') AS name_en, nullif(c.count, 1) AS count, c.kinds
    FROM maps_cell c WHERE {_THIS}
"""
OF_COUNTIES = f"{_CELL} AND c.level = {COUNTY:d}"
OF_TOWNSHIPS = f"{_CELL} AND c.level = {TOWNSHIP:d} AND {_OUTSIDE}"
#: Townships that have something hereabouts, and neither they nor their counties cells here.
NEAR = f"""
    near AS MATERIALIZED (
        SELECT c.area FROM maps_cell c WHERE c.layer = %(layer)s AND c.zoom = %(coarse_zoom)s::int
            AND c.x = %(coarse_x)s::int AND c.y = %(coarse_y)s::int AND c.level = {TOWNSHIP:d}
            AND c.cell %% %(side)s::int BETWEEN %(west_cell)s::int AND %(east_cell)s::int
            AND c.cell / %(side)s::int BETWEEN %(north_cell)s::int AND %(south_cell)s::int
            AND c.area / 1000 NOT IN (SELECT c.area FROM maps_cell c WHERE {_THIS} AND c.level = {COUNTY:d})
        EXCEPT SELECT c.area FROM maps_cell c WHERE {_THIS} AND c.level = {TOWNSHIP:d})
"""
WHOLE = f"""
    whole AS MATERIALIZED (
        SELECT {_COLUMNS} FROM near n JOIN subjects_subject s ON s.township = n.area AND {_BOX}
        WHERE {_STANDING})
"""
BESIDES = f"""
    besides AS MATERIALIZED (
        SELECT {_COLUMNS} FROM subjects_subject s WHERE ({{reached}}) AND {_BOX} AND {_STANDING})
"""
INSIDE = f"""
    inside AS MATERIALIZED (SELECT * FROM besides WHERE {_INSIDE})
"""
FEW = "few AS (SELECT * FROM inside WHERE (SELECT count(*) FROM inside) <= %(most)s::int)"
POINTS = f"""
    SELECT ST_MakePoint({_PX}, {_PY}) AS geom, p.id::text, k.code::text AS kind, p.name::text,
        nullif(p.name_en, '')::text AS name_en, NULL::int AS count, NULL::jsonb AS kinds
    FROM {{rows}} p JOIN subjects_subjectkind k ON k.id = p.kind_id WHERE {_INSIDE}
"""
#: What is too much to be drawn point by point, counted into the cells that a grid would have.
TOGETHER = f"""
    SELECT ST_MakePoint(least({_WITHIN.format(share="sum(mx) / sum(n)", tile="%(x)s::float8")}, 4095),
            least({_WITHIN.format(share="sum(my) / sum(n)", tile="%(y)s::float8")}, 4095)) AS geom,
        CASE WHEN sum(n) = 1 THEN min(g.id) ELSE %(depth)s::text || '/' || east || '/' || south END AS id,
        CASE WHEN sum(n) = 1 THEN min(k.code) END AS kind, CASE WHEN sum(n) = 1 THEN min(name) END AS name,
        CASE WHEN sum(n) = 1 THEN nullif(min(name_en), '') END AS name_en,
        nullif(sum(n), 1)::int AS count,
        CASE WHEN sum(n) > 1 THEN jsonb_object_agg('k_' || k.code, n) END AS kinds
    FROM (
        SELECT floor(mx * %(fine)s::float8)::bigint AS east, floor(my * %(fine)s::float8)::bigint AS south,
            kind_id, count(*) AS n, sum(mx) AS mx, sum(my) AS my, min(id) AS id,
            min(name COLLATE "C") AS name, min(name_en COLLATE "C") AS name_en
        FROM inside WHERE (SELECT count(*) FROM inside) > %(most)s::int GROUP BY 1, 2, 3) g
    JOIN subjects_subjectkind k ON k.id = g.kind_id
    GROUP BY east, south
"""
ENCODED = "SELECT ST_AsMVT(drawn, 'subjects', %(extent)s::int, 'geom') FROM drawn"

COUNTED = f"""
    SELECT coalesce(sum(c.count), 0)::bigint FROM maps_cell c
    WHERE c.layer = %(layer)s AND c.zoom = 0 AND c.x = 0 AND c.y = 0 AND (c.level = {COUNTY:d} OR {_OUTSIDE})
"""
COUNTED_BESIDES = f"""
    SELECT count(*) FROM subjects_subject s
    WHERE ({{reached}}) AND s.location IS NOT NULL AND {_STANDING}
"""
PLACED = f"""
    SELECT s.id, k.code, s.township, {_X}, {_Y} {_FROM}
    WHERE s.county = %(county)s AND s.location IS NOT NULL AND {_STANDING}
"""
NAMES = "SELECT id, name, name_en FROM subjects_subject WHERE id = ANY(%(ids)s)"
#: Steps from county to county over the index, not over its rows.
UNCOUNTED = """
    WITH RECURSIVE one AS (
        (SELECT county FROM subjects_subject ORDER BY county LIMIT 1)
        UNION ALL SELECT (SELECT s.county FROM subjects_subject s WHERE s.county > one.county
            ORDER BY s.county LIMIT 1) FROM one WHERE one.county IS NOT NULL)
    SELECT one.county FROM one WHERE one.county IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM maps_layerversion v WHERE v.layer = %(layer)s AND v.county = one.county)
"""


def reached(parts: Parts) -> str:
    """Return the condition of what is reached besides whole areas, in ways that an index has each.

    Outside whole counties is said as ranges between them: an index has `site, county` and steps over the rest.
    """
    ways = [f"s.div BETWEEN %(low_{at})s AND %(high_{at})s" for at in range(len(parts.divs))]
    gaps = [f"s.county BETWEEN %(after_{at})s AND %(before_{at})s" for at in range(len(parts.gaps))]
    towns = [
        f" AND s.township NOT BETWEEN %(first_town_{at})s AND %(last_town_{at})s"
        for at in range(len(parts.townships))
    ]
    for column in ("zone", "site"):
        if getattr(parts, f"{column}s"):
            ways += [f"s.{column} = ANY(%({column}s)s) AND {gap}{''.join(towns)}" for gap in gaps]
    return " OR ".join(f"({way})" for way in ways) or "false"


def reached_values(parts: Parts) -> dict[str, Any]:
    """Return the values of `reached`."""
    values: dict[str, Any] = {"zones": list(parts.zones), "sites": list(parts.sites)}
    for at, (low, high) in enumerate(parts.divs):
        values |= {f"low_{at}": low, f"high_{at}": high}
    for at, (after, before) in enumerate(parts.gaps):
        values |= {f"after_{at}": after, f"before_{at}": before}
    for at, (first, last) in enumerate(parts.townships):
        values |= {f"first_town_{at}": first, f"last_town_{at}": last}
    return values if parts.has_besides else {}


def version(scope: Scope, parts: Parts) -> tuple[str, dict[str, Any]]:
    """Return the statement, and its values, of the version that a scope sees: the highest of its counties."""
    values = reached_values(parts)
    ways = []
    for at, (low, high) in enumerate(scope.divs):
        ways.append(f"v.county BETWEEN %(first_{at})s AND %(last_{at})s")
        values |= {f"first_{at}": low // COUNTY_UNIT, f"last_{at}": high // COUNTY_UNIT}
    if parts.zones or parts.sites:
        ways.append(f"v.county IN (SELECT s.county FROM subjects_subject s WHERE {reached(parts)})")
    where = " OR ".join(ways) or "false"
    return (
        f"SELECT coalesce(max(v.version), 0) FROM maps_layerversion v WHERE v.layer = %(layer)s AND ({where})",
        values,
    )
