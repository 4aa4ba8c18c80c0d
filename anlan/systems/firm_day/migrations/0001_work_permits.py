"""Work permits of special work, behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('subjects', '0009_place_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkPermit',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('exercise_id', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', max_length=26, null=True)),
                ('code', models.CharField(max_length=32, verbose_name='作业票编号')),
                ('kind', models.CharField(max_length=20, verbose_name='作业类别')),
                ('level', models.CharField(blank=True, max_length=8, verbose_name='级别')),
                ('managed_level', models.CharField(blank=True, max_length=8, verbose_name='管理级别')),
                ('is_off_hours', models.BooleanField(default=False, verbose_name='夜间、节假日作业')),
                ('spot', models.CharField(max_length=120, verbose_name='作业部位')),
                ('content', models.CharField(max_length=400, verbose_name='作业内容')),
                ('isolation', models.CharField(blank=True, max_length=400, verbose_name='隔离措施')),
                ('contractor', models.CharField(blank=True, max_length=120, verbose_name='作业单位')),
                ('applicant', models.CharField(blank=True, max_length=60, verbose_name='申请人')),
                ('guardian', models.CharField(blank=True, max_length=60, verbose_name='监护人')),
                ('approver', models.CharField(blank=True, max_length=60, verbose_name='审批人')),
                ('planned_start', models.DateTimeField(verbose_name='计划开始')),
                ('planned_end', models.DateTimeField(verbose_name='计划结束')),
                ('gas_tests', models.JSONField(default=list, verbose_name='气体分析')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('issued', '已签发'), ('under_way', '作业中'), ('finished', '已完工'), ('cancelled', '已取消')], max_length=12)),
                ('previous_state', models.CharField(blank=True, choices=[('draft', '草稿'), ('issued', '已签发'), ('under_way', '作业中'), ('finished', '已完工'), ('cancelled', '已取消')], max_length=12)),
                ('state_at', models.DateTimeField()),
                ('state_by', models.CharField(max_length=64)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='理由')),
                ('started_at', models.DateTimeField(null=True, verbose_name='实际开始')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='实际结束')),
                ('is_invented', models.BooleanField(default=False, verbose_name='演示')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subjects.subject')),
            ],
            options={
                'indexes': [models.Index(fields=['div', 'id'], name='firm_day_permit_div'), models.Index(fields=['site', 'planned_end'], name='firm_day_permit_site'), models.Index(fields=['state', 'planned_end'], name='firm_day_permit_state')],
                'constraints': [models.UniqueConstraint(fields=('site', 'code', 'exercise_id'), name='firm_day_permit_code', nulls_distinct=False)],
            },
        ),
        row_security.secure("firm_day_workpermit", exercise=True),
    ]
