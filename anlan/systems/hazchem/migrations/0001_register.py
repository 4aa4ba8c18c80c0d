"""Chemicals by versions, installations and what they hold; the latter two behind row security."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('sensing', '0015_turns_are_rows'),
        ('subjects', '0009_place_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChemicalVersion',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('number', models.IntegerField(verbose_name='版本')),
                ('cas', models.CharField(blank=True, max_length=12, verbose_name='CAS 号')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('aliases', models.JSONField(default=list, verbose_name='别名')),
                ('catalogue_number', models.CharField(blank=True, max_length=12, verbose_name='目录序号')),
                ('classes', models.JSONField(default=list, verbose_name='危险性类别')),
                ('classes_mark', models.CharField(blank=True, max_length=2)),
                ('form', models.SmallIntegerField(null=True, verbose_name='表1行号')),
                ('critical_override_t', models.FloatField(null=True)),
                ('critical_reason', models.CharField(blank=True, max_length=200)),
                ('beta_override', models.FloatField(null=True)),
                ('beta_reason', models.CharField(blank=True, max_length=200)),
                ('critical_t', models.FloatField(null=True, verbose_name='临界量（t）')),
                ('beta', models.FloatField(null=True, verbose_name='校正系数 β')),
                ('flash_point_k', models.FloatField(null=True, verbose_name='闪点（K）')),
                ('flammable_low', models.FloatField(null=True, verbose_name='爆炸下限')),
                ('flammable_high', models.FloatField(null=True, verbose_name='爆炸上限')),
                ('density_kg_m3', models.FloatField(null=True, verbose_name='密度（kg/m³）')),
                ('aegl_1_ppm', models.FloatField(null=True)),
                ('aegl_2_ppm', models.FloatField(null=True)),
                ('aegl_3_ppm', models.FloatField(null=True)),
                ('idlh_ppm', models.FloatField(null=True)),
                ('sources', models.JSONField(default=dict)),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('filed_by', models.CharField(max_length=64, verbose_name='登记人')),
            ],
        ),
        migrations.CreateModel(
            name='HazardousChemical',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='编码')),
                ('cas', models.CharField(blank=True, max_length=12, verbose_name='CAS 号')),
                ('form', models.SmallIntegerField(null=True, verbose_name='表1行号')),
                ('is_kept_by_hand', models.BooleanField(default=False, verbose_name='人工维护')),
                ('current', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hazchem.chemicalversion')),
            ],
        ),
        migrations.AddField(
            model_name='chemicalversion',
            name='chemical',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='hazchem.hazardouschemical'),
        ),
        migrations.CreateModel(
            name='MajorHazardInstallation',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('code', models.CharField(max_length=64, verbose_name='编号')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('unit_kind', models.CharField(choices=[('production', '生产单元'), ('storage', '储存单元')], max_length=16, verbose_name='单元类型')),
                ('filing_number', models.CharField(blank=True, max_length=64, verbose_name='备案编号')),
                ('licence_number', models.CharField(blank=True, max_length=64, verbose_name='许可证号')),
                ('boundary_m', models.FloatField(default=0.0, verbose_name='至厂区边界（m）')),
                ('people', models.IntegerField(verbose_name='500 m 内常住人口')),
                ('people_source', models.CharField(choices=[('counted', '人口图层统计'), ('entered', '人工填报')], max_length=16)),
                ('people_basis', models.JSONField(default=list)),
                ('people_noted_by', models.CharField(max_length=64)),
                ('people_noted_at', models.DateTimeField()),
                ('s', models.FloatField(default=0.0, verbose_name='S')),
                ('r', models.FloatField(default=0.0, verbose_name='R')),
                ('alpha', models.FloatField(default=0.0, verbose_name='α')),
                ('grade', models.SmallIntegerField(default=0, verbose_name='级别')),
                ('live_s', models.FloatField(null=True)),
                ('live_r', models.FloatField(null=True)),
                ('live_grade', models.SmallIntegerField(null=True)),
                ('live_since', models.DateTimeField(null=True)),
                ('live_at', models.DateTimeField(null=True)),
                ('is_live_whole', models.BooleanField(default=False)),
                ('retired_at', models.DateTimeField(null=True)),
                ('is_invented', models.BooleanField(default=False, verbose_name='演示')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subjects.subject')),
            ],
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('div', models.BigIntegerField(help_text='division code as int8, see places.rules')),
                ('zone', models.BigIntegerField(blank=True, help_text='functional zone, or null', null=True)),
                ('site', anlan.kernel.base.fields.UlidField(blank=True, db_collation='C', help_text='enterprise site, or null', max_length=26, null=True)),
                ('number', models.SmallIntegerField(verbose_name='序号')),
                ('name', models.CharField(max_length=120, verbose_name='容器或货位')),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('design_t', models.FloatField(verbose_name='设计最大量（t）')),
                ('permit_t', models.FloatField(null=True, verbose_name='许可量（t）')),
                ('stock_from', models.CharField(choices=[('fixed', '填报数量'), ('tank', '液位换算')], max_length=8)),
                ('fixed_t', models.FloatField(null=True, verbose_name='填报数量（t）')),
                ('tank', models.JSONField(null=True)),
                ('density_kg_m3', models.FloatField(null=True)),
                ('stock_t', models.FloatField(null=True, verbose_name='现存量（t）')),
                ('stock_at', models.DateTimeField(null=True)),
                ('over', models.CharField(blank=True, choices=[('', '未超'), ('permit', '超许可量'), ('design', '超设计最大量')], default='', max_length=8)),
                ('over_since', models.DateTimeField(null=True)),
                ('chemical', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hazchem.chemicalversion')),
                ('datastream', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.datastream')),
                ('installation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holdings', to='hazchem.majorhazardinstallation')),
            ],
        ),
        migrations.AddConstraint(
            model_name='hazardouschemical',
            constraint=models.UniqueConstraint(condition=models.Q(('cas', ''), _negated=True), fields=('cas', 'form'), name='hazchem_chemical_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='chemicalversion',
            constraint=models.UniqueConstraint(fields=('chemical', 'number'), name='hazchem_chemicalversion_once'),
        ),
        migrations.AddIndex(
            model_name='majorhazardinstallation',
            index=models.Index(fields=['div', 'id'], name='hazchem_installation_div'),
        ),
        migrations.AddIndex(
            model_name='majorhazardinstallation',
            index=models.Index(fields=['site'], name='hazchem_installation_site'),
        ),
        migrations.AddIndex(
            model_name='majorhazardinstallation',
            index=models.Index(fields=['live_at'], name='hazchem_installation_live'),
        ),
        migrations.AddConstraint(
            model_name='majorhazardinstallation',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('site', 'code'), name='hazchem_installation_code'),
        ),
        migrations.AddIndex(
            model_name='holding',
            index=models.Index(fields=['div', 'id'], name='hazchem_holding_div'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.UniqueConstraint(fields=('installation', 'number'), name='hazchem_holding_once'),
        ),
        row_security.secure("hazchem_majorhazardinstallation"),
        row_security.secure("hazchem_holding"),
    ]
