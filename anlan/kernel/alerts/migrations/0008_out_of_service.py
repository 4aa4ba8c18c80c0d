"""Until when, by whom and why the datastream of an alarm is out of service (停用)."""

from django.db import migrations, models
from django.db.models import Q

from anlan.kernel.base.fields import UlidField

OPEN = Q(instrument_state="active") | ~Q(firm_state="closed")


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0007_one_writer_per_group"),
        ("sensing", "0008_out_of_service"),
    ]
    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="suppressed_by",
            field=UlidField(
                db_collation="C",
                help_text="sensing.Suppression of either kind",
                max_length=26,
                null=True,
                verbose_name="抑制",
            ),
        ),
        migrations.AddField(
            model_name="alarm",
            name="out_of_service_until",
            field=models.DateTimeField(null=True, verbose_name="停用至"),
        ),
        migrations.AddField(
            model_name="alarm",
            name="out_of_service_by",
            field=models.CharField(blank=True, default="", db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="alarm",
            name="out_of_service_reason",
            field=models.CharField(blank=True, default="", db_default="", max_length=200),
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(
                condition=OPEN & Q(suppressed_by__isnull=False),
                fields=["datastream"],
                name="alerts_alarm_aside",
            ),
        ),
    ]
