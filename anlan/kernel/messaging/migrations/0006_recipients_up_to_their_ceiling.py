"""A recipient reads a message no higher than his posts of today, not than those of when it was sent."""

from django.db import migrations

BEFORE = """EXISTS (SELECT 1 FROM messaging_delivery d WHERE d.message_id = messaging_message.id
    AND 'user:' || d.recipient = (SELECT anlan_actor()))"""
PREDICATE = f"sensitivity <= (SELECT anlan_ceiling()) AND {BEFORE}"
ALTER = "ALTER POLICY also ON messaging_message USING ({0})"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_english_text")]
    operations = [migrations.RunSQL(ALTER.format(PREDICATE), ALTER.format(BEFORE))]
