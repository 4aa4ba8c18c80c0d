"""Bulletins of the desk, behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0015_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('kind', models.CharField(choices=[('week', '周通报'), ('month', '月通报')], max_length=8)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('as_of', models.DateTimeField(verbose_name='统计截至')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('text', models.TextField(max_length=8000, verbose_name='正文')),
                ('sites', models.JSONField(default=list, verbose_name='计入的企业')),
                ('figures', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', '草稿'), ('approved', '已签发'), ('issued', '已印发'), ('withdrawn', '已撤回')], default='draft', max_length=16)),
                ('year', models.SmallIntegerField(null=True, verbose_name='文号年份')),
                ('number', models.IntegerField(null=True, verbose_name='文号')),
                ('drafted_by', models.CharField(max_length=64, verbose_name='起草人')),
                ('edited_by', models.CharField(blank=True, max_length=64, verbose_name='修改人')),
                ('approved_by', models.CharField(blank=True, max_length=64, verbose_name='签发人')),
                ('approved_at', models.DateTimeField(null=True)),
                ('issued_by', models.CharField(blank=True, max_length=64, verbose_name='印发人')),
                ('issued_at', models.DateTimeField(null=True)),
                ('withdrawn_by', models.CharField(blank=True, max_length=64, verbose_name='撤回人')),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='退回或撤回理由')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['div', '-starts_at'], name='desk_bulletin_div')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('number__isnull', False)), fields=('organisation', 'year', 'number'), name='desk_bulletin_number'), models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('organisation', 'kind', 'starts_at'), name='desk_bulletin_once')],
            },
        ),
        row_security.secure("desk_bulletin"),
    ]
