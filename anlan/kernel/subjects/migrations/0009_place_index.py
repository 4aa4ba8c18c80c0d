"""What stands of one township in a box is found without what its neighbours have there."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):

    dependencies = [("subjects", "0008_code_index")]

    operations = [
        migrations.AddField(
            "subject",
            "township",
            models.GeneratedField(
                db_persist=True,
                expression=F("div") / 10_000_000,
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=django.contrib.postgres.indexes.GistIndex(fields=["township", "location"], name="subjects_township_place"),
        ),
    ]
