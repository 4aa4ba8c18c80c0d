import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0010_what_is_to_check'),
    ]

    operations = [
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('text', models.CharField(max_length=500)),
                ('written_by', models.CharField(max_length=64)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.alarm')),
            ],
            options={
                'indexes': [models.Index(fields=['alarm', 'created_at'], name='alerts_remark_of')],
            },
        ),
        row_security.secure("alerts_remark", exercise=True),
    ]
