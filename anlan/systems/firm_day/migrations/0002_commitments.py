"""The daily promise by versions, behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    dependencies = [
        ('firm_day', '0001_work_permits'),
        ('subjects', '0009_place_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='CommitmentVersion',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('number', models.IntegerField(verbose_name='版本')),
                ('units_total', models.IntegerField(verbose_name='装置总套数')),
                ('units_running', models.IntegerField(verbose_name='运行套数')),
                ('units_stopped', models.IntegerField(verbose_name='停产套数')),
                ('units_under_repair', models.IntegerField(verbose_name='检修套数')),
                ('works', models.JSONField(default=dict, verbose_name='特殊作业')),
                ('tanks_safe', models.BooleanField(verbose_name='罐区、仓库等处于安全状态')),
                ('is_trial', models.BooleanField(default=False, verbose_name='试生产')),
                ('is_starting_or_stopping', models.BooleanField(default=False, verbose_name='开停车')),
                ('risk', models.CharField(max_length=16, verbose_name='风险等级')),
                ('steps', models.JSONField(default=list, verbose_name='研判')),
                ('accountability', models.CharField(blank=True, max_length=400, verbose_name='包保责任落实')),
                ('text', models.CharField(max_length=600, verbose_name='承诺')),
                ('signed_by', models.CharField(max_length=60, verbose_name='承诺人')),
                ('filed_by', models.CharField(max_length=64, verbose_name='填报人')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='更正理由')),
            ],
        ),
        migrations.CreateModel(
            name='Chase',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('day', models.DateField()),
                ('stage', models.SmallIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'stage'), name='firm_day_chase_once')],
            },
        ),
        migrations.CreateModel(
            name='SafetyCommitment',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('day', models.DateField(verbose_name='日期')),
                ('promised_at', models.DateTimeField(verbose_name='承诺时间')),
                ('is_late', models.BooleanField(default=False, verbose_name='迟报')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='撤回时间')),
                ('withdraw_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回理由')),
                ('contradictions', models.JSONField(default=list, verbose_name='不一致')),
                ('contradicted_since', models.DateTimeField(null=True, verbose_name='不一致起始')),
                ('is_invented', models.BooleanField(default=False, verbose_name='演示')),
                ('current', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='firm_day.commitmentversion')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subjects.subject')),
            ],
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='commitment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='firm_day.safetycommitment'),
        ),
        migrations.AddIndex(
            model_name='safetycommitment',
            index=models.Index(fields=['div', 'day', 'id'], name='firm_day_commitment_div'),
        ),
        migrations.AddIndex(
            model_name='safetycommitment',
            index=models.Index(fields=['day', 'site'], name='firm_day_commitment_day'),
        ),
        migrations.AddConstraint(
            model_name='safetycommitment',
            constraint=models.UniqueConstraint(fields=('site', 'day', 'exercise_id'), name='firm_day_commitment_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='commitmentversion',
            index=models.Index(fields=['div', 'id'], name='firm_day_commitver_div'),
        ),
        migrations.AddConstraint(
            model_name='commitmentversion',
            constraint=models.UniqueConstraint(fields=('commitment', 'number'), name='firm_day_commitmentversion_once'),
        ),
        row_security.secure("firm_day_safetycommitment", exercise=True),
        row_security.secure("firm_day_commitmentversion", exercise=True),
    ]
