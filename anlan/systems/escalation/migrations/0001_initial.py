"""Escalations of alarms and the calls about them, both behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alerts', '0011_remarks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('occurrence', models.IntegerField(verbose_name='第几次')),
                ('rung', models.CharField(max_length=24, verbose_name='阶梯')),
                ('rung_title', models.CharField(max_length=60, verbose_name='告知对象')),
                ('rung_title_en', models.CharField(max_length=80)),
                ('awaited', models.CharField(choices=[('confirm', '确认'), ('close', '消警'), ('check', '核查')], max_length=8, verbose_name='未做')),
                ('due_at', models.DateTimeField(verbose_name='时限')),
                ('organisations', models.JSONField(default=list, verbose_name='告知单位')),
                ('told', models.JSONField(default=list, verbose_name='告知的人')),
                ('message_id', anlan.kernel.base.fields.UlidField(db_collation='C', max_length=26, null=True)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='alerts.alarm')),
            ],
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('called_by', models.CharField(max_length=64, verbose_name='拨打人')),
                ('callee', models.CharField(max_length=60, verbose_name='接听人')),
                ('outcome', models.CharField(choices=[('reached', '已接通'), ('no_answer', '无人接听'), ('engaged', '占线或关机'), ('wrong_number', '号码有误')], max_length=16, verbose_name='结果')),
                ('said', models.CharField(blank=True, max_length=500, verbose_name='内容')),
                ('called_at', models.DateTimeField(verbose_name='通话时间')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='escalation.escalation')),
            ],
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(fields=['-created_at', '-id'], name='escalation_newest'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(fields=['div', '-created_at'], name='escalation_div'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(fields=['site', '-created_at'], name='escalation_site'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(fields=('alarm', 'occurrence', 'rung', 'due_at', 'exercise_id'), name='escalation_escalation_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['escalation', 'called_at'], name='escalation_call_of'),
        ),
        row_security.secure("escalation_escalation", exercise=True),
        row_security.secure("escalation_call", exercise=True),
    ]
