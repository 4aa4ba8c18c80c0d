"""Findings about the honesty of data and the looks that found them, behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('sensing', '0015_turns_are_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='HonestyLook',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('day', models.DateField(verbose_name='日期')),
                ('asked_by', models.CharField(max_length=64, verbose_name='发起人')),
                ('reached', models.CharField(blank=True, default='', max_length=26)),
                ('streams', models.IntegerField(default=0, verbose_name='测点数')),
                ('found', models.IntegerField(default=0, verbose_name='新发现')),
                ('went_on', models.IntegerField(default=0, verbose_name='仍在继续')),
                ('files_missing', models.IntegerField(default=0, verbose_name='缺失的历史文件')),
                ('not_before', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('failed_at', models.DateTimeField(null=True, verbose_name='失败时间')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True), ('failed_at__isnull', True)), fields=['id'], name='data_honesty_look_due'), models.Index(fields=['div', 'id'], name='data_honesty_look_div')],
                'constraints': [models.UniqueConstraint(fields=('site', 'day'), name='data_honesty_look_once')],
            },
        ),
        migrations.CreateModel(
            name='HonestyFinding',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('kind', models.CharField(choices=[('copied', '曲线复制'), ('copied_with_noise', '复制并加噪声'), ('repeated', '短周期重复（锯齿）'), ('constant', '恒定不变'), ('clipped', '停在限值之下'), ('twin', '两个测点完全相同'), ('limit_widened', '放宽限值'), ('tag_withdrawn', '测点停传或注销'), ('outage_overdue', '停用到期未恢复')], max_length=24, verbose_name='类型')),
                ('key', models.CharField(blank=True, default='', max_length=80)),
                ('first_at', models.DateTimeField(verbose_name='起')),
                ('last_at', models.DateTimeField(verbose_name='止')),
                ('earlier_at', models.DateTimeField(null=True)),
                ('figures', models.JSONField(default=dict)),
                ('basis', models.JSONField(default=dict)),
                ('reason', models.CharField(max_length=400, verbose_name='理由')),
                ('reason_en', models.CharField(max_length=400)),
                ('clause', models.CharField(blank=True, max_length=200, verbose_name='条款')),
                ('clause_en', models.CharField(blank=True, max_length=200)),
                ('mark', models.CharField(blank=True, max_length=8, verbose_name='依据标记')),
                ('state', models.CharField(choices=[('open', '待核实'), ('handed', '已交办'), ('answered', '企业已答复'), ('closed', '已办结')], default='open', max_length=12, verbose_name='状态')),
                ('verdict', models.CharField(blank=True, choices=[('', '未判定'), ('true', '属实'), ('untrue', '不属实')], default='', max_length=8, verbose_name='判定')),
                ('verdict_reason', models.CharField(blank=True, default='', max_length=400, verbose_name='判定理由')),
                ('judged_by', models.CharField(blank=True, default='', max_length=64, verbose_name='判定人')),
                ('judged_at', models.DateTimeField(null=True)),
                ('asked', models.CharField(blank=True, default='', max_length=400, verbose_name='交办要求')),
                ('due_on', models.DateField(null=True, verbose_name='办理期限')),
                ('handed_by', models.CharField(blank=True, default='', max_length=64, verbose_name='交办人')),
                ('handed_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True, default='', max_length=2000, verbose_name='企业答复')),
                ('answered_by', models.CharField(blank=True, default='', max_length=64, verbose_name='答复人')),
                ('answered_at', models.DateTimeField(null=True)),
                ('close_reason', models.CharField(blank=True, default='', max_length=400, verbose_name='办结说明')),
                ('closed_by', models.CharField(blank=True, default='', max_length=64, verbose_name='办结人')),
                ('closed_at', models.DateTimeField(null=True)),
                ('datastream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.datastream')),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.datastream')),
            ],
            options={
                'indexes': [models.Index(fields=['datastream', 'kind'], name='data_honesty_finding_stream'), models.Index(fields=['div', 'id'], name='data_honesty_finding_div'), models.Index(fields=['site', 'state'], name='data_honesty_finding_site')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('datastream', 'kind', 'key'), name='data_honesty_fact_once')],
            },
        ),
        row_security.secure("data_honesty_honestylook"),
        row_security.secure("data_honesty_honestyfinding"),
    ]
