"""Row security of the slice's tables (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [
        row_security.install_functions(),
        row_security.secure_by(
            "base_journal",
            "(" + row_security.scope_predicate() + " OR (SELECT anlan_audit()))"
            " AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())"
            " OR actor = (SELECT anlan_actor())",
        ),
    ]
