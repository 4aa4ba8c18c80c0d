"""A county's reader finds his rows in order: the county as a column of its own, computed by PostgreSQL."""

from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):

    dependencies = [("subjects", "0005_versions_that_stand")]

    operations = [
        migrations.AddField(
            "subject",
            "county",
            models.GeneratedField(
                db_persist=True,
                expression=F("div") / 10_000_000_000,
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.RemoveIndex("subject", "subjects_site"),
        migrations.RemoveIndex("subject", "subjects_zone"),
        migrations.AddIndex("subject", models.Index(fields=["site", "county"], name="subjects_site")),
        migrations.AddIndex("subject", models.Index(fields=["zone", "county"], name="subjects_zone")),
        migrations.AddIndex("subject", models.Index(fields=["county", "name", "id"], name="subjects_county_name")),
        migrations.AddIndex("subject", models.Index(fields=["county", "code", "id"], name="subjects_county_code")),
        migrations.AddIndex("subject", models.Index(fields=["county", "status", "id"], name="subjects_county_status")),
    ]
