"""Whether a thread of cause is new or one actor's own, asked over the whole journal, seen or not."""

from django.db import migrations

#: What a machine did because of an act stands in that act's thread and makes it nobody else's.
#: Yes or no and nothing else: whoever names a thread learns no more than the thread of his own act tells.
MAKE = """
CREATE FUNCTION base_thread_is_own(thread text, who text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT NOT EXISTS (SELECT 1 FROM public.base_journal j
        WHERE j.correlation_id = thread AND j.actor <> who
            AND (j.causation_id IS NULL OR j.actor LIKE 'user:%'))
$$;
REVOKE EXECUTE ON FUNCTION base_thread_is_own(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION base_thread_is_own(text, text) TO anlan_app;
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0005_refusal_tallies")]
    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION base_thread_is_own(text, text);"),
    ]
