import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("subjects", "0003_name_index")]

    operations = [
        migrations.AddField("subjectkind", "is_kept_by_hand", models.BooleanField("人工维护", default=False)),
        migrations.CreateModel(
            name="KindVersion",
            fields=[
                ("id", anlan.kernel.base.fields.UlidField(db_collation="C", default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("number", models.IntegerField()),
                ("schema", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("filed_by", models.CharField(max_length=64)),
                ("kind", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subjectkind")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["kind", "number"], name="subjects_kindversion_once")]},
        ),
    ]
