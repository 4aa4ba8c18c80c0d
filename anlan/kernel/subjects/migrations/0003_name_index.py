"""The list by name begins at an index when its reader reaches much: no sort of all he reaches."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subjects", "0002_row_security")]
    operations = [
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["name", "id"], name="subjects_name"),
        ),
    ]
