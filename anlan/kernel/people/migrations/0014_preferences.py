"""What a person has set for himself; row security shows it to nobody else."""

from django.db import migrations, models

import anlan.kernel.base.fields
import anlan.kernel.base.ids
from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("people", "0013_nothing_of_the_stopped"), ("base", "0002_row_security")]
    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    anlan.kernel.base.fields.UlidField(
                        db_collation="C",
                        default=anlan.kernel.base.ids.new_ulid,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=48)),
                ("value", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.UniqueConstraint(
                fields=("actor", "name"), name="people_preference_once"
            ),
        ),
        row_security.secure_by("people_preference", "actor = (SELECT anlan_actor())"),
    ]
