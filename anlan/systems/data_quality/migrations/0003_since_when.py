"""Findings of a gateway are as old as what was counted, not as its last message.

What never came and what came late is counted since the gateway's figures began, a clock is off since
its first message that said so.
"""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("anlan.systems.data_quality.migrations.0001_findings").VIEW
VIEW = """
CREATE OR REPLACE VIEW data_quality_finding WITH (security_invoker = true) AS
WITH found AS (
    SELECT a.condition AS kind_of, a.datastream_id AS object_id, d.name, d.tag AS code,
           NULL::double precision AS figure, a.raised_at AS since, 'firm' AS owner,
           a.div, a.zone, a.site
      FROM alerts_alarm a JOIN sensing_datastream d ON d.id = a.datastream_id
     WHERE a.condition IN ('silent', 'frozen', 'range') AND a.instrument_state = 'active'
       AND a.exercise_id IS NULL
    UNION ALL
    SELECT 'no_limits', d.id, d.name, d.tag, NULL, d.created_at, 'data_keeper', d.div, d.zone, d.site
      FROM sensing_datastream d
     WHERE d.retired_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM sensing_limit l
                        WHERE l.datastream_id = d.id AND l.superseded_at IS NULL)
    UNION ALL
    SELECT f.kind_of, g.id, g.name, g.firm_code || '/' || g.code, f.figure,
           f.since, 'firm', g.div, g.zone, g.site
      FROM sensing_gateway g
     CROSS JOIN LATERAL (SELECT coalesce(to_timestamp(nullif((g.health ->> 'since_ms')::double precision, 0) / 1000),
                                         g.created_at) AS since) AS counted
     CROSS JOIN LATERAL (VALUES
           ('gateway_unseen', CASE WHEN coalesce(g.last_seen_at, g.created_at)
                                        < statement_timestamp() - interval '10 minutes' THEN 1 END::double precision,
            coalesce(g.last_seen_at, g.created_at)),
           ('gateway_missing', nullif((g.health ->> 'missing_count')::double precision, 0), counted.since),
           ('gateway_late', nullif((g.health -> 'readings' ->> 'late_unannounced')::double precision, 0),
            counted.since),
           ('gateway_clock', CASE WHEN abs((g.health ->> 'skew_ms')::double precision) > 5000
                                  THEN (g.health ->> 'skew_ms')::double precision END,
            coalesce(to_timestamp((g.health ->> 'skewed_since_ms')::double precision / 1000), counted.since))
           ) AS f (kind_of, figure, since)
     WHERE g.is_active AND f.figure IS NOT NULL
    UNION ALL
    SELECT 'quarantined', min(q.id), coalesce(g.name, q.topic), q.code, count(*)::double precision,
           min(q.received_at), 'data_keeper', q.div, q.zone, q.site
      FROM sensing_quarantinedmessage q LEFT JOIN sensing_gateway g ON g.id = q.gateway_id
     WHERE q.settled_at IS NULL AND q.resend_at IS NULL AND q.exercise_id IS NULL
       AND q.unknown_tags = '[]'::jsonb
     GROUP BY q.gateway_id, g.name, q.topic, q.code, q.div, q.zone, q.site
    UNION ALL
    SELECT 'unknown_tag', min(q.id), coalesce(g.name, q.topic), min(tag.word),
           count(DISTINCT tag.word), min(q.received_at), 'data_keeper', q.div, q.zone, q.site
      FROM sensing_quarantinedmessage q LEFT JOIN sensing_gateway g ON g.id = q.gateway_id
     CROSS JOIN LATERAL jsonb_array_elements_text(q.unknown_tags) AS tag (word)
     WHERE q.settled_at IS NULL AND q.resend_at IS NULL AND q.exercise_id IS NULL
     GROUP BY q.gateway_id, g.name, q.topic, q.div, q.zone, q.site
    UNION ALL
    SELECT 'no_place', s.id, s.name, s.code, NULL, s.created_at, 'data_keeper', s.div, s.zone, s.site
      FROM subjects_subject s WHERE s.location IS NULL AND s.status <> 'retired'
    UNION ALL
    SELECT f.kind_of, s.id, s.name, s.code, NULL, s.created_at, f.owner, s.div, s.zone, s.site
      FROM subjects_subject s JOIN subjects_subjectkind k ON k.id = s.kind_id
     CROSS JOIN LATERAL (VALUES ('no_owner', 'owner', 'data_keeper'),
                                ('no_supervisor', 'supervisor', 'security_administrator')
           ) AS f (kind_of, relation, owner)
     WHERE k.code = 'enterprise' AND s.status <> 'retired'
       AND NOT EXISTS (SELECT 1 FROM people_sitereach r
                        WHERE r.site = s.id AND r.relation = f.relation AND r.valid_from <= statement_timestamp()
                          AND (r.valid_to IS NULL OR r.valid_to > statement_timestamp()))
)
SELECT (CASE found.kind_of WHEN 'range' THEN 'out_of_range' ELSE found.kind_of END)
           || ':' || found.object_id AS id,
       CASE found.kind_of WHEN 'range' THEN 'out_of_range' ELSE found.kind_of END AS kind,
       found.object_id, found.name, coalesce(found.code, '') AS code, found.figure, found.since,
       found.owner, coalesce(firm.name, '') AS owner_name, coalesce(at.name, '') AS site_name,
       found.div, found.zone, found.site
  FROM found
  LEFT JOIN subjects_subject at ON at.id = found.site
  LEFT JOIN people_organisation firm ON firm.id = at.organisation_id AND found.owner = 'firm';
"""


class Migration(migrations.Migration):
    dependencies = [("data_quality", "0002_firms_entered_twice")]
    operations = [
        migrations.RunSQL(VIEW, _BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")),
    ]
