"""What leaves the house by other channels, how each fares, and how a person wants to be told."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import anlan.kernel.messaging.rules
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0006_recipients_up_to_their_ceiling'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelRecord',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('recent_ms', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('last_sent_at', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('words', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Wishes',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('user_id', anlan.kernel.base.fields.UlidField(db_collation='C', max_length=26, unique=True)),
                ('without', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), default=list, size=None)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_to', models.TimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='message',
            name='urgent',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('sent', '已发'), ('read', '已读')], max_length=16),
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('recipient', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', db_index=True, max_length=26)),
                ('channel', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('waiting', '待发'), ('sending', '正在发'), ('unknown', '结果不明'), ('sent', '已发出'), ('delivered', '已送达'), ('refused', '被拒收'), ('dead', '未能发出'), ('withdrawn', '已撤回'), ('given_up', '已放弃')], max_length=16)),
                ('urgent', models.BooleanField()),
                ('is_hint', models.BooleanField()),
                ('tries', models.IntegerField(default=0)),
                ('failures', models.IntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=32)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('receipt', models.CharField(blank=True, max_length=64)),
                ('settled_by', models.CharField(blank=True, max_length=64)),
                ('settled_reason', models.CharField(blank=True, max_length=200)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.message')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', anlan.kernel.messaging.rules.State['WAITING'])), fields=['channel', 'due_at'], name='messaging_dispatch_waiting'), models.Index(condition=models.Q(('state', anlan.kernel.messaging.rules.State['SENDING'])), fields=['claimed_at'], name='messaging_dispatch_sending')],
                'constraints': [models.UniqueConstraint(fields=('message', 'recipient', 'channel'), name='messaging_dispatch_once')],
            },
        ),
    ]
