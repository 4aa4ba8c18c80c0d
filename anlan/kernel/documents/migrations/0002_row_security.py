"""Row security of the slice's tables (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("base", "0002_row_security")]
    operations = [
        row_security.secure("documents_document", exercise=True, ceiling=True),
    ]
