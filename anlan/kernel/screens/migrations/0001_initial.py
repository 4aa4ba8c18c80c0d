"""Screens and wrong codes."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Screen',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('owner', models.CharField(max_length=64)),
                ('session', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=8, verbose_name='大屏')),
                ('code_digest', models.CharField(blank=True, max_length=64)),
                ('code_until', models.DateTimeField(null=True)),
                ('codes_made', models.IntegerField(default=0)),
                ('codes_since', models.DateTimeField()),
                ('driver', models.CharField(blank=True, max_length=64)),
                ('driver_session', models.CharField(blank=True, max_length=64)),
                ('led_since', models.DateTimeField(null=True)),
                ('led_until', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['code_digest'], name='screens_code'), models.Index(fields=['driver_session'], name='screens_driver')],
            },
        ),
        migrations.CreateModel(
            name='WrongCode',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('actor', models.CharField(max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['actor', 'created_at'], name='screens_wrong')],
            },
        ),
    ]
