"""Names and grounds in English, where somebody has given them: a page in English shows these."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0008_out_of_service")]
    operations = [
        migrations.AddField(
            model_name="gateway",
            name="name_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=160),
        ),
        migrations.AddField(
            model_name="datastream",
            name="name_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=160),
        ),
        migrations.AddField(
            model_name="limit",
            name="clause_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=80),
        ),
        migrations.AddField(
            model_name="limit",
            name="reason_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=200),
        ),
    ]
