"""Datastreams of a division and of a zone are found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0012_taken_up_again")]
    operations = [
        migrations.AddIndex(
            model_name="datastream",
            index=models.Index(fields=["div", "number"], name="sensing_datastream_div"),
        ),
        migrations.AddIndex(
            model_name="datastream",
            index=models.Index(
                fields=["zone", "number"],
                condition=models.Q(zone__isnull=False),
                name="sensing_datastream_zone",
            ),
        ),
    ]
