"""Every retirement and taking up again is a row that knows its place in the log, as limits are."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import anlan.kernel.base.fields
from anlan.kernel.base import row_security
from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid

#: A life of the log before all others: what was said without a place is in force from the start.
BEFORE_ALL = "0" * 26
#: What was said within this time may not have reached the log: it is said again, which alters nothing
#: where it had. Until now every start of a gateway did so.
SAID_AGAIN = timedelta(days=30)


def take_over(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Make the rows of what has been said until now: of each datastream the last turn."""
    streams = apps.get_model("sensing", "Datastream").objects
    spoken_of = models.Q(retired_at__isnull=False) | models.Q(reinstated_at__isnull=False)
    turns = apps.get_model("sensing", "Retirement")
    turns.objects.bulk_create(turn_of(turns, row) for row in streams.filter(spoken_of).iterator())


def turn_of(turns: Any, row: Any) -> Any:
    """Return the last turn of a datastream, with a place before all where it is long known."""
    is_retired = row.retired_at is not None
    moment = row.retired_at or row.reinstated_at
    is_old = moment < now() - SAID_AGAIN
    version = row.control_version if is_retired else row.reinstated_version
    return turns(
        id=new_ulid(),
        datastream_id=row.pk,
        is_retired=is_retired,
        control_version=version or row.control_version,
        log_epoch=BEFORE_ALL if is_old else None,
        log_seq=0 if is_old else None,
        log_at=moment if is_old else None,
        div=row.div,
        zone=row.zone,
        site=row.site,
        created_at=moment,
        updated_at=moment,
    )


class Migration(migrations.Migration):
    dependencies = [("sensing", "0013_datastreams_by_scope")]
    operations = [
        migrations.CreateModel(
            name="Retirement",
            fields=[
                (
                    "id",
                    anlan.kernel.base.fields.UlidField(
                        db_collation="C",
                        default=new_ulid,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "div",
                    models.BigIntegerField(help_text="division code as int8, see places.rules"),
                ),
                (
                    "zone",
                    models.BigIntegerField(
                        blank=True, help_text="functional zone, or null", null=True
                    ),
                ),
                (
                    "site",
                    anlan.kernel.base.fields.UlidField(
                        blank=True,
                        db_collation="C",
                        help_text="enterprise site, or null",
                        max_length=26,
                        null=True,
                    ),
                ),
                ("is_retired", models.BooleanField()),
                ("control_version", models.IntegerField()),
                (
                    "log_epoch",
                    anlan.kernel.base.fields.UlidField(
                        db_collation="C", max_length=26, null=True
                    ),
                ),
                ("log_seq", models.BigIntegerField(null=True, verbose_name="在日志中的位置")),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "datastream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retirements",
                        to="sensing.datastream",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("log_seq__isnull", True)),
                        fields=["control_version"],
                        name="sensing_retirement_waiting",
                    )
                ]
            },
        ),
        row_security.secure("sensing_retirement"),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="limit",
            index=models.Index(
                condition=models.Q(("log_seq__isnull", True)),
                fields=["control_version", "id"],
                name="sensing_limit_waiting",
            ),
        ),
    ]
