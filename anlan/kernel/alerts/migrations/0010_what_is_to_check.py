from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0009_scope_by_halves'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('bureau_state__in', ('listed', 'in_hand'))), fields=['bureau_state'], name='alerts_alarm_to_check'),
        ),
    ]
