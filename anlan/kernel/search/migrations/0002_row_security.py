"""Row security of what can be found: a subject as its own row, a place for everybody (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial"), ("base", "0002_row_security")]
    operations = [row_security.secure("search_searchentry", also="kind <> 'subject'")]
