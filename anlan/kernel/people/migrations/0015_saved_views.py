"""Saved views, each its person's own: row security knows whose by who acts."""

import anlan.kernel.base.fields
import anlan.kernel.base.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anlan.kernel.base import row_security


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0014_preferences'),
        ('base', '0002_row_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', anlan.kernel.base.fields.UlidField(db_collation='C', default=anlan.kernel.base.ids.new_ulid, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('page', models.CharField(max_length=200, verbose_name='页面')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('question', models.CharField(blank=True, max_length=2000, verbose_name='筛选、排序和列')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'page', 'name'), name='people_view_once')],
            },
        ),
        row_security.secure_by("people_savedview", "'user:' || user_id = (SELECT anlan_actor())"),
    ]
