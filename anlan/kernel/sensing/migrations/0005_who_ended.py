"""Who replaced or withdrew a limit and why; who ended a suppression early."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0004_limit_place")]
    operations = [
        migrations.AddField(
            model_name="limit",
            name="ended_by",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="更替或撤销人"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="limit",
            name="end_reason",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="撤销原因"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="suppression",
            name="ended_by",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="提前结束人"
            ),
            preserve_default=False,
        ),
    ]
