import anlan.kernel.base.fields
import anlan.kernel.base.ids
from django.db import migrations, models

IDENTIFIED = [
    ("id", anlan.kernel.base.fields.UlidField(db_collation="C", default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
    ("version", models.IntegerField(default=1)),
    ("created_at", models.DateTimeField()),
    ("updated_at", models.DateTimeField()),
]


class Migration(migrations.Migration):

    dependencies = [("places", "0001_initial")]

    operations = [
        migrations.AddField("division", "is_kept_by_hand", models.BooleanField("人工维护", default=False)),
        migrations.AddField("area", "is_kept_by_hand", models.BooleanField("人工维护", default=False)),
        migrations.AddField("area", "division_code", models.CharField("归口区划", max_length=16, blank=True, default=""), preserve_default=False),
        migrations.CreateModel(
            name="Reorganisation",
            fields=[
                *IDENTIFIED,
                ("kind", models.CharField(max_length=8, choices=[("rename", "更名"), ("move", "划归改码"), ("merge", "撤并")])),
                ("on", models.DateField("生效日期")),
                ("reason", models.CharField("依据", max_length=300)),
                ("after_code", models.CharField(max_length=16)),
                ("after_name", models.CharField(max_length=80)),
                ("after_div", models.BigIntegerField()),
                ("ended", models.JSONField(default=list)),
                ("made", models.JSONField(default=list)),
                ("moved", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("code", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=80)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                ("div", models.BigIntegerField()),
            ],
            options={"abstract": False},
        ),
    ]
