"""What was shared before shares were approved by name goes on as it was."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0010_shares_by_approval")]

    operations = [
        migrations.RunSQL(
            "UPDATE people_scopegrant SET approved_at = valid_from WHERE approved_at IS NULL",
            migrations.RunSQL.noop,
        )
    ]
