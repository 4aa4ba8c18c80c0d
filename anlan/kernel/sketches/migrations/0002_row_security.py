"""Row security: a sketch is its author's; others see of it what he lets them see (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security

#: The organisations in which whoever acts serves today.
FUNCTION = """
CREATE FUNCTION sketches_own_organisations() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(array_agg(DISTINCT p.organisation_id::text), '{}')
     FROM people_postholding h JOIN people_post p ON p.id = h.post_id
     WHERE h.user_id = substr(anlan_actor(), 6)
       AND h.held_from <= statement_timestamp()
       AND (h.held_to IS NULL OR h.held_to > statement_timestamp()) $$;
"""
_OWN = """(author = (SELECT anlan_actor()) OR (SELECT anlan_actor()) LIKE 'system:%')"""
_SHOWN = f"""withdrawn_at IS NULL AND (
    (audience = 'organisation'
     AND organisation_id = ANY ((SELECT sketches_own_organisations())::text[]))
    OR (audience = 'territory' AND {row_security.scope_predicate()})
    OR (shared_until > statement_timestamp() AND shared_with::text[] && (SELECT sketches_own_organisations())))"""


class Migration(migrations.Migration):
    dependencies = [
        ("sketches", "0001_initial"),
        ("people", "0001_initial"),
        ("base", "0002_row_security"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION sketches_own_organisations();"),
        row_security.secure_by(
            "sketches_sketch",
            f"{_OWN} AND {row_security.EXERCISE_SQL}",
            also=f"{_SHOWN} AND {row_security.EXERCISE_SQL}",
        ),
    ]
