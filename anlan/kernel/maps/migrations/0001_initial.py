"""The grid and its versions; every county that has subjects is to be counted."""

import anlan.kernel.base.fields
from django.db import migrations, models

from anlan.kernel.base import row_security

#: Whoever reaches the whole county or township, and nobody who reaches a part of it only.
WHOLE_AREA = """CASE level WHEN 3 THEN int8range(area * 10000000000, (area + 1) * 10000000000)
    ELSE int8range(area * 10000000, (area + 1) * 10000000) END <@ (SELECT anlan_divs())"""
COUNT_WHAT_STANDS = """
    INSERT INTO maps_layerversion (layer, county, version, due_at)
    SELECT DISTINCT 'subjects', county, 0, now() FROM subjects_subject
"""


class Migration(migrations.Migration):

    dependencies = [("base", "0002_row_security"), ("subjects", "0009_place_index")]

    operations = [
        migrations.CreateModel(
            name="LayerVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layer", models.CharField(max_length=32)),
                ("county", models.BigIntegerField()),
                ("version", models.BigIntegerField(default=0)),
                ("built_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(help_text="when it is to be counted anew, or null", null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="maps_due")],
                "constraints": [models.UniqueConstraint(fields=("layer", "county"), name="maps_layerversion_once")],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layer", models.CharField(max_length=32)),
                ("zoom", models.SmallIntegerField()),
                ("x", models.IntegerField()),
                ("y", models.IntegerField()),
                ("level", models.SmallIntegerField()),
                ("area", models.BigIntegerField()),
                ("cell", models.SmallIntegerField(help_text="row by row from the north-west")),
                ("px", models.SmallIntegerField()),
                ("py", models.SmallIntegerField()),
                ("count", models.IntegerField()),
                ("kinds", models.JSONField(null=True)),
                ("subject_id", anlan.kernel.base.fields.UlidField(db_collation="C", max_length=26, null=True)),
                ("kind", models.CharField(max_length=48, null=True)),
                ("name", models.CharField(max_length=120, null=True)),
                ("name_en", models.CharField(max_length=160, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["area", "layer"], name="maps_cell_area")],
                "constraints": [models.UniqueConstraint(fields=("layer", "zoom", "x", "y", "level", "area", "cell"), name="maps_cell_once")],
            },
        ),
        row_security.secure_by("maps_cell", WHOLE_AREA),
        # numbers of versions, which say nothing of what is there
        row_security.secure_by("maps_layerversion", "true"),
        migrations.RunSQL(COUNT_WHAT_STANDS, migrations.RunSQL.noop),
    ]
