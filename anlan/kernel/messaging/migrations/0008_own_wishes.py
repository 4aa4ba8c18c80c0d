"""A person's wishes are his own; whoever sends reads them."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_dispatches")]
    operations = [
        row_security.secure_by(
            "messaging_wishes",
            "'user:' || user_id = (SELECT anlan_actor()) OR (SELECT anlan_actor()) LIKE 'system:%'",
        ),
    ]
