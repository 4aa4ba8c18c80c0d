"""What a process says, in English as well: the reader's page chooses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_message_key")]
    operations = [
        migrations.AddField(
            model_name="message",
            name="title_en",
            field=models.CharField(blank=True, default="", db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="message",
            name="body_en",
            field=models.TextField(blank=True, default="", db_default=""),
        ),
    ]
