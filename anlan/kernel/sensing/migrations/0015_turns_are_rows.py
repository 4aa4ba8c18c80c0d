"""What a datastream said of its taking up again is said by its rows."""

from django.db import migrations


class Migration(migrations.Migration):
    # apart from the rows that are made of them: PostgreSQL alters no table with events pending
    dependencies = [("sensing", "0014_retirements")]
    operations = [
        migrations.RemoveField(model_name="datastream", name="reinstated_at"),
        migrations.RemoveField(model_name="datastream", name="reinstated_version"),
    ]
