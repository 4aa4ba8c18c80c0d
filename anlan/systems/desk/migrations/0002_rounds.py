"""Online rounds and their plans, behind row security; a drill's rounds are the drill's."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_bulletins'),
        ('people', '0015_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='RoundPlan',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('level', models.CharField(choices=[('county', '县级日常巡查'), ('city', '市级抽查'), ('province', '省级抽查')], max_length=16, verbose_name='层级')),
                ('every_days', models.SmallIntegerField(verbose_name='周期（天）')),
                ('sites', models.JSONField(default=list, verbose_name='企业')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('made_by', models.CharField(max_length=64, verbose_name='制定人')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('ended_by', models.CharField(blank=True, max_length=64, verbose_name='停用人')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='停用理由')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OnlineRound',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('looked_by', models.CharField(max_length=64, verbose_name='巡查人')),
                ('began_at', models.DateTimeField(verbose_name='开始时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('facts', models.JSONField(default=dict)),
                ('checks', models.JSONField(default=list, verbose_name='检查项')),
                ('result', models.CharField(blank=True, choices=[('', '巡查中'), ('normal', '正常'), ('abnormal', '异常')], max_length=16, verbose_name='结果')),
                ('finding', models.CharField(blank=True, max_length=500, verbose_name='发现情况')),
                ('assigned', models.CharField(blank=True, max_length=200, verbose_name='交办')),
                ('assigned_until', models.DateField(null=True, verbose_name='交办期限')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='desk.roundplan')),
            ],
        ),
        migrations.AddIndex(
            model_name='roundplan',
            index=models.Index(fields=['div'], name='desk_plan_div'),
        ),
        migrations.AddConstraint(
            model_name='roundplan',
            constraint=models.CheckConstraint(condition=models.Q(('every_days__gte', 1), ('every_days__lte', 90)), name='desk_plan_days'),
        ),
        migrations.AddIndex(
            model_name='onlineround',
            index=models.Index(fields=['div', '-began_at'], name='desk_round_div'),
        ),
        migrations.AddIndex(
            model_name='onlineround',
            index=models.Index(fields=['site', '-began_at'], name='desk_round_site'),
        ),
        migrations.AddIndex(
            model_name='onlineround',
            index=models.Index(fields=['plan', 'site', '-began_at'], name='desk_round_plan'),
        ),
        row_security.secure("desk_roundplan"),
        row_security.secure("desk_onlineround", exercise=True),
    ]
