from django.db import migrations


class Migration(migrations.Migration):
    """What stands is the version that it says; those before it were not kept."""

    dependencies = [("subjects", "0004_kind_versions")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO subjects_kindversion (id, version, created_at, updated_at, number, schema,
                reason, filed_by, kind_id)
            SELECT id, 1, created_at, updated_at, schema_version, schema, '', 'system:migration', id
            FROM subjects_subjectkind
            """,
            migrations.RunSQL.noop,
        )
    ]
