"""Whether a site's code is taken is asked for each site of a workbook."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subjects", "0007_site_codes")]
    operations = [
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["code"], name="subjects_code"),
        ),
    ]
