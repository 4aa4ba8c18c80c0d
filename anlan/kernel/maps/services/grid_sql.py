"""The statements that write the grid."""

#: Whoever gives versions holds it until he has committed.
LOCK = 7_013
MARK = """
    INSERT INTO maps_layerversion AS v (layer, county, version, due_at)
    SELECT %(layer)s, county, 0, %(soon)s FROM unnest(%(counties)s::bigint[]) AS county ORDER BY county
    ON CONFLICT (layer, county) DO UPDATE
    SET due_at = coalesce(v.due_at, greatest(excluded.due_at, v.built_at + %(apart)s))
"""
#: COPY is not to be had on a table with row security.
INSERT = """
    INSERT INTO maps_cell (layer, zoom, level, area, x, y, cell, px, py, count, kinds, subject_id, kind, name, name_en)
    SELECT %(layer)s, %(zoom)s, %(level)s, %(area)s, c.*
    FROM unnest(%(x)s::int[], %(y)s::int[], %(cell)s::smallint[], %(px)s::smallint[], %(py)s::smallint[],
        %(count)s::int[], %(kinds)s::jsonb[], %(subject)s::text[], %(kind)s::text[], %(name)s::text[],
        %(name_en)s::text[]) AS c
"""
