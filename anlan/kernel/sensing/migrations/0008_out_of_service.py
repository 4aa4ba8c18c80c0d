"""A datastream out of service for a while (停用): a suppression of another kind, approved by somebody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sensing", "0007_doors")]
    operations = [
        migrations.AddField(
            model_name="suppression",
            name="kind",
            field=models.CharField(
                choices=[("by_design", "抑制"), ("out_of_service", "停用")],
                default="by_design",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="suppression",
            name="approved_by",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="批准人"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["ends_at"],
                name="sensing_suppression_standing",
            ),
        ),
    ]
