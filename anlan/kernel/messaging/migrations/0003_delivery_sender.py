"""Let a person write the deliveries of what he himself sends, not only a process."""

from django.db import migrations, models

PREDICATE = """('user:' || recipient = (SELECT anlan_actor())
    OR sender = (SELECT anlan_actor())
    OR (SELECT anlan_actor()) LIKE 'system:%')
    AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())"""
BEFORE = """('user:' || recipient = (SELECT anlan_actor())
    OR (SELECT anlan_actor()) LIKE 'system:%')
    AND exercise_id IS NOT DISTINCT FROM (SELECT anlan_exercise())"""
ALTER = "ALTER POLICY scope ON messaging_delivery USING ({0}) WITH CHECK ({0})"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_row_security")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="sender",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE messaging_delivery d SET sender = m.sender "
            "FROM messaging_message m WHERE m.id = d.message_id",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(ALTER.format(PREDICATE), ALTER.format(BEFORE)),
    ]
