"""Of bodies that were sent before the digests had a key nothing is kept: a plain SHA-256 says a password.

The rows stay, with neither digest nor answer: a repeat of such a request is refused and makes nothing twice.
"""

from django.db import migrations

EMPTY = "UPDATE base_idempotencykey SET body_digest = '', answer = 'null'::jsonb"


class Migration(migrations.Migration):
    dependencies = [("base", "0006_own_threads")]
    operations = [migrations.RunSQL(EMPTY, migrations.RunSQL.noop)]
