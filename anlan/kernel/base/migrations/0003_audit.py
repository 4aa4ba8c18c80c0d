"""Auditors see the journal of drills too; of a journal row only the private half can be erased."""

from django.db import migrations

from anlan.kernel.base import row_security

SEEN = (
    "(" + row_security.scope_predicate() + ")"
    " AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())"
    " OR (SELECT anlan_audit()) OR actor = (SELECT anlan_actor())"
)
BEFORE = (
    "(" + row_security.scope_predicate() + " OR (SELECT anlan_audit()))"
    " AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())"
    " OR actor = (SELECT anlan_actor())"
)
POLICY = "ALTER POLICY scope ON base_journal USING ({seen}) WITH CHECK ({seen});"
ONLY_ERASED = """
CREATE FUNCTION anlan_journal_is_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.change IS NOT NULL OR to_jsonb(NEW) - 'change' <> to_jsonb(OLD) - 'change' THEN
    RAISE EXCEPTION 'anlan: a journal row is never changed, only its private half erased'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_erased BEFORE UPDATE ON base_journal
    FOR EACH ROW EXECUTE FUNCTION anlan_journal_is_only_erased();
"""
FREE = """
DROP TRIGGER only_erased ON base_journal;
DROP FUNCTION anlan_journal_is_only_erased();
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0002_row_security")]
    operations = [
        migrations.RunSQL(POLICY.format(seen=SEEN), POLICY.format(seen=BEFORE)),
        migrations.RunSQL(ONLY_ERASED, FREE),
    ]
