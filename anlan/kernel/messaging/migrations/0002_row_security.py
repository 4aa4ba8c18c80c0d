"""Row security of the slice's tables (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("base", "0002_row_security")]
    operations = [
        row_security.secure_by(
            "messaging_delivery",
            "('user:' || recipient = (SELECT anlan_actor())"
            " OR (SELECT anlan_actor()) LIKE 'system:%')"
            " AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())",
        ),
        row_security.secure(
            "messaging_message",
            exercise=True,
            ceiling=True,
            also="EXISTS (SELECT 1 FROM messaging_delivery d WHERE d.message_id = messaging_message.id"
            " AND 'user:' || d.recipient = (SELECT anlan_actor()))",
        ),
    ]
