"""Mail addresses beside phones."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0015_saved_views'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contact',
            name='kind',
            field=models.CharField(choices=[('phone', '电话'), ('mail', '邮箱')], max_length=16),
        ),
    ]
