"""Sketches: a shape with a few words, and who may see it."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
from django.db import migrations, models

import anlan.kernel.base.fields
import anlan.kernel.base.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Sketch",
            fields=[
                ("id", anlan.kernel.base.fields.UlidField(db_collation="C", default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("div", models.BigIntegerField(help_text="division code as int8, see places.rules")),
                ("zone", models.BigIntegerField(blank=True, help_text="functional zone, or null", null=True)),
                ("site", anlan.kernel.base.fields.UlidField(blank=True, db_collation="C", help_text="enterprise site, or null", max_length=26, null=True)),
                ("exercise_id", anlan.kernel.base.fields.UlidField(blank=True, db_collation="C", max_length=26, null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(choices=[("point", "点"), ("line", "线"), ("area", "面"), ("circle", "圆")], max_length=8)),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("shape", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
                ("radius_m", models.FloatField(null=True)),
                ("author", models.CharField(max_length=64)),
                ("organisation_id", anlan.kernel.base.fields.UlidField(blank=True, db_collation="C", default="", max_length=26, verbose_name="单位")),
                ("audience", models.CharField(choices=[("own", "仅本人"), ("organisation", "本单位"), ("territory", "本辖区")], default="own", max_length=12)),
                ("shared_with", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=26), default=list, size=None)),
                ("shared_until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["author", "id"], name="sketches_author")],
            },
        ),
    ]
