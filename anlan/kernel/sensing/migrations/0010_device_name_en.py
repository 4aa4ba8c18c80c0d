"""An instrument has an English name like everything else that is put up; it heads the group when it fails."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0009_english_names")]
    operations = [
        migrations.AddField(
            model_name="device",
            name="name_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=160),
        ),
    ]
