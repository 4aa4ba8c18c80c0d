"""What people decided about firms entered twice; how much hangs on a firm, seen or not."""

import django.db.models.deletion
from django.db import migrations, models

import anlan.kernel.base.ids
from anlan.kernel.base import row_security
from anlan.kernel.base.fields import UlidField

#: A number and nothing else: whoever merges must learn that there is more than he sees, not what.
ROWS_OF = """
CREATE FUNCTION data_quality_rows_of(organisation text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT (SELECT count(*) FROM public.subjects_subject s WHERE s.organisation_id = organisation)
         + (SELECT count(*) FROM public.sensing_gateway g WHERE g.organisation_id = organisation)
         + (SELECT count(*) FROM public.documents_document d
             WHERE d.about = organisation AND d.exercise_id IS NULL)
$$;
REVOKE EXECUTE ON FUNCTION data_quality_rows_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION data_quality_rows_of(text) TO anlan_app;
"""


def _own() -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]
    return [
        ("id", UlidField(default=anlan.kernel.base.ids.new_ulid, editable=False, primary_key=True, serialize=False)),
        ("version", models.IntegerField(default=1)),
        ("created_at", models.DateTimeField()),
        ("updated_at", models.DateTimeField()),
        ("div", models.BigIntegerField(help_text="division code as int8, see places.rules")),
        ("zone", models.BigIntegerField(blank=True, help_text="functional zone, or null", null=True)),
        ("site", UlidField(blank=True, help_text="enterprise site, or null", null=True)),
    ]


def _firm() -> models.Field:  # type: ignore[type-arg]
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("data_quality", "0001_findings"),
        ("documents", "0001_initial"),
        ("people", "0007_merged_organisations"),
    ]
    operations = [
        migrations.CreateModel(
            name="FirmMerge",
            fields=[
                *_own(),
                ("kept", _firm()),
                ("merged", _firm()),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("moved", models.JSONField(default=dict)),
                ("merged_by", models.CharField(max_length=64, verbose_name="合并人")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("undone_by", models.CharField(blank=True, default="", max_length=64, verbose_name="撤回人")),
                ("undo_reason", models.CharField(blank=True, default="", max_length=200, verbose_name="撤回理由")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("merged",),
                        name="data_quality_merged_once",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="FirmsApart",
            fields=[
                *_own(),
                ("first", _firm()),
                ("second", _firm()),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("said_by", models.CharField(max_length=64, verbose_name="认定人")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="data_quality_apart_once")
                ]
            },
        ),
        row_security.secure("data_quality_firmmerge"),
        row_security.secure("data_quality_firmsapart"),
        migrations.RunSQL(ROWS_OF, "DROP FUNCTION data_quality_rows_of(text)"),
    ]
