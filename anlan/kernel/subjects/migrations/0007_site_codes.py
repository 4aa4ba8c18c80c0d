"""A site's code is one for the whole node: its gateways speak below it, whoever may see the site."""

from django.db import migrations

MAKE = """
CREATE FUNCTION subjects_site_code_taken(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.subjects_subject s
        JOIN public.subjects_subjectkind k ON k.id = s.kind_id
        WHERE k.code = 'enterprise' AND s.code = wanted AND s.status <> 'retired')
$$;
REVOKE EXECUTE ON FUNCTION subjects_site_code_taken(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subjects_site_code_taken(text) TO anlan_app, anlan_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("subjects", "0006_county_index")]
    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION subjects_site_code_taken(text);"),
    ]
