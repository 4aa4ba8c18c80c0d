"""One firm entered twice: the doubled entry stays as another name of the one that is kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_security_keys")]
    operations = [
        migrations.AddField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="people.organisation",
            ),
        ),
    ]
