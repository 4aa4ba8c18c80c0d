"""An instrument can be out of use; a datastream that was retired can be taken up again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0011_sealed_keys")]
    operations = [
        migrations.AddField(
            model_name="device",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="datastream",
            name="reinstated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="datastream",
            name="reinstated_version",
            field=models.IntegerField(null=True),
        ),
    ]
