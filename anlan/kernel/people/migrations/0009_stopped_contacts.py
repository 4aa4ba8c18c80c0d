from django.db import migrations, models


class Migration(migrations.Migration):
    """When an account was stopped, not when its phone goes: the setting says how long it is kept."""

    dependencies = [("people", "0008_contacts")]

    operations = [
        migrations.AddField("contact", "stopped_at", models.DateTimeField(null=True, db_index=True)),
        migrations.RunSQL(
            "UPDATE people_contact SET stopped_at = kept_until - interval '180 days' WHERE kept_until IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("contact", "kept_until"),
    ]
