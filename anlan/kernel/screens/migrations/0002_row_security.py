"""Row security: a screen is its person's and whoever's who leads it; who reaches its place may come to lead it (7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security

_PROCESS = "(SELECT anlan_actor()) LIKE 'system:%'"
_THEIRS = "(owner = (SELECT anlan_actor()) OR driver = (SELECT anlan_actor()))"


class Migration(migrations.Migration):
    dependencies = [("screens", "0001_initial"), ("base", "0002_row_security")]
    operations = [
        row_security.secure_by(
            "screens_screen",
            f"({_PROCESS} OR (({_THEIRS} OR {row_security.scope_predicate()})"
            f" AND {row_security.EXERCISE_SQL}))",
        ),
        row_security.secure_by(
            "screens_wrongcode", f"({_PROCESS} OR actor = (SELECT anlan_actor()))"
        ),
    ]
