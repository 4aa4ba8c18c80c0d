"""Row security of the slice's tables (decisions 7.6, 7.7)."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("sensing", "0001_initial"), ("base", "0002_row_security")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE sensing_datastream_number AS int4 MINVALUE 1;",
            "DROP SEQUENCE sensing_datastream_number;",
        ),
        row_security.secure("sensing_gateway"),
        row_security.secure("sensing_device"),
        row_security.secure("sensing_datastream"),
        row_security.secure("sensing_limit"),
        row_security.secure("sensing_suppression", exercise=True),
        row_security.secure("sensing_quarantinedmessage"),
    ]
