from django.db import migrations


class Migration(migrations.Migration):
    """A zone's number begins with the code of the county that numbered it."""

    dependencies = [("places", "0002_kept_by_hand")]

    operations = [
        migrations.RunSQL(
            "UPDATE places_area SET division_code = (number / 100)::text WHERE division_code = ''",
            migrations.RunSQL.noop,
        )
    ]
