"""A finding for each datastream that is late again and again, with its longest lag.

The gateway process counts them (`kernel/sensing/lateness.py`); what was in time for a day is no
finding any more, though nobody has counted since.
"""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("anlan.systems.data_quality.migrations.0003_since_when").VIEW
_LATE = """), late AS (
    SELECT 'late' AS kind_of, d.id AS object_id, d.name, d.tag AS code, l.readings AS figure,
           to_timestamp(l.first_ms / 1000) AS since, 'firm' AS owner, d.div, d.zone, d.site, l.lag_ms
      FROM sensing_gateway g
     CROSS JOIN LATERAL jsonb_to_recordset(coalesce(g.health -> 'late', '[]'::jsonb))
        AS l (number integer, first_ms double precision, last_ms double precision,
              readings double precision, lag_ms double precision)
      JOIN sensing_datastream d ON d.number = l.number AND d.gateway_id = g.id
     WHERE g.is_active AND d.retired_at IS NULL
       AND to_timestamp(l.last_ms / 1000) > statement_timestamp() - interval '24 hours'
), told AS (
    SELECT found.*, NULL::double precision AS lag_ms FROM found UNION ALL SELECT late.* FROM late
)
SELECT (CASE"""
VIEW = (
    _BEFORE.replace(")\nSELECT (CASE", _LATE)
    .replace("found.div, found.zone, found.site\n", "found.div, found.zone, found.site, found.lag_ms\n")
    .replace("  FROM found\n", "  FROM told AS found\n")
)
_DROP = "DROP VIEW data_quality_finding;"


class Migration(migrations.Migration):
    dependencies = [("data_quality", "0003_since_when")]
    operations = [
        migrations.RunSQL(VIEW, _DROP + _BEFORE.replace("CREATE OR REPLACE", "CREATE")),
    ]
