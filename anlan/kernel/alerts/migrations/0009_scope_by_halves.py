"""The newest alarms of a province come by their index: the scope says its exercise in two halves."""

from django.db import migrations

from anlan.kernel.base import row_security


class Migration(migrations.Migration):
    dependencies = [("alerts", "0008_out_of_service")]
    operations = [row_security.secure_anew("alerts_alarm", incident=True, exercise=True)]
