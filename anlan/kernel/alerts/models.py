"""Alarms: one row, two writers with columns of their own (7.10), three owners (practice P5)."""

from dataclasses import replace

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anlan.kernel.base.fields import Exercisable, Identified, Placed, UlidField
from anlan.kernel.base.permissions import Facts


class InstrumentState(models.TextChoices):
    """What the data say; only the engine writes it."""

    ACTIVE = "active", "报警中"
    RETURNED = "returned", "已复归"


class FirmState(models.TextChoices):
    """What the firm's control room has done."""

    NEW = "new", "待确认"
    CONFIRMED = "confirmed", "已确认"
    CLOSED = "closed", "已消警"


class BureauState(models.TextChoices):
    """What the bureau's desk has done."""

    NONE = "none", "未列入"
    LISTED = "listed", "已列入"
    IN_HAND = "in_hand", "处置中"
    CLOSED = "closed", "已办结"


OPEN = Q(instrument_state="active") | ~Q(firm_state="closed")
#: What the bureau's desk still has on its list, also of alarms that the firm has closed.
TO_CHECK = Q(bureau_state__in=("listed", "in_hand"))


class Alarm(Identified, Placed, Exercisable):
    """One alarm of one condition of one datastream (报警, ISA-18.2), or a group with one cause.

    Open = active or not closed by the firm. A raise before closing re-opens the same row. A group has no
    datastream; its `condition` is the kind of its cause (`rules.GROUPS`), its `value` counts members.
    """

    datastream = models.ForeignKey(
        "sensing.Datastream", on_delete=models.PROTECT, null=True, related_name="+"
    )
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    condition = models.CharField(max_length=8)
    priority = models.SmallIntegerField()
    # the engine's columns
    instrument_state = models.CharField(max_length=16, choices=InstrumentState.choices)
    raised_at = models.DateTimeField()
    last_raised_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    value = models.FloatField(null=True)
    limit_id = UlidField(null=True)
    limit_value = models.FloatField(null=True)
    limit_version = models.IntegerField(default=0)
    occurrences = models.IntegerField(default=1)
    is_late = models.BooleanField(default=False)
    unconfirmed_at = models.DateTimeField("未获数据证实", null=True)
    # the firm's columns
    firm_state = models.CharField(max_length=16, choices=FirmState.choices, default=FirmState.NEW)
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_occurrence = models.IntegerField(default=0)
    closed_by = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)
    disposition = models.JSONField("消警", default=dict)
    # the bureau's columns
    bureau_state = models.CharField(
        max_length=16, choices=BureauState.choices, default=BureauState.NONE
    )
    checked_by = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True)
    check_outcome = models.CharField(max_length=32, blank=True)
    check_note = models.CharField(max_length=500, blank=True)
    # flags with an end and a filing
    shelved_until = models.DateTimeField("搁置至", null=True)
    shelved_by = models.CharField(max_length=64, blank=True)
    shelve_reason = models.CharField(max_length=200, blank=True)
    suppressed_by = UlidField("抑制", null=True, help_text="sensing.Suppression of either kind")
    out_of_service = models.BooleanField("停用", default=False)
    out_of_service_until = models.DateTimeField("停用至", null=True)
    out_of_service_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    out_of_service_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    is_false = models.BooleanField("误报", null=True)
    # storms and threads
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="members")
    cause_key = models.CharField(max_length=80, blank=True)
    correlation_id = UlidField()
    incident_id = UlidField(null=True)
    due_at = models.DateTimeField("时限", null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["datastream", "condition", "exercise_id"],
                condition=OPEN & Q(datastream__isnull=False),
                nulls_distinct=False,
                name="alerts_alarm_one_open",
            ),
            models.UniqueConstraint(
                fields=["cause_key", "exercise_id"],
                condition=OPEN & Q(datastream__isnull=True),
                nulls_distinct=False,
                name="alerts_alarm_one_group",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], condition=OPEN, name="alerts_alarm_open_subject"),
            models.Index(
                fields=["datastream"],
                condition=OPEN & Q(suppressed_by__isnull=False),
                name="alerts_alarm_aside",
            ),
            models.Index(fields=["-raised_at", "-id"], name="alerts_alarm_raised"),
            models.Index(fields=["bureau_state"], condition=TO_CHECK, name="alerts_alarm_to_check"),
            models.Index(fields=["div", "-raised_at"], name="alerts_alarm_div"),
            models.Index(fields=["site", "-raised_at"], name="alerts_alarm_site"),
            models.Index(fields=["zone", "-raised_at"], name="alerts_alarm_zone"),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on; its matter is that of its subject's kind."""
        matter = self.subject.kind.matter
        return replace(super().facts, incident=self.incident_id, matter=matter)


class Remark(Identified, Placed, Exercisable):
    """What somebody has noted at an alarm (备注): it stands as it was written, and hangs where the alarm does."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    written_by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["alarm", "created_at"], name="alerts_remark_of")]


class WaitingMembers(models.Model):
    """Members of a group that wait for their rows, committed with the group and the progress (7.19).

    `columns` are the columns of `services.alarm_sql.INPUT`, folded (folding.py); `numbers` of which
    datastreams they speak.
    """

    id = models.BigAutoField(primary_key=True)
    numbers = ArrayField(models.IntegerField())
    columns = models.JSONField()

    class Meta:
        db_table = "alerts_waitingmembers"


class EngineWriter(models.Model):
    """The one engine that may write for a group of shards, and where it was last seen (7.18).

    `fence` is new with each engine that takes over: whoever holds an older one writes nothing.
    """

    shard_group = models.CharField(max_length=16, primary_key=True)
    shards = ArrayField(models.SmallIntegerField())
    fence = UlidField()
    backend_pid = models.IntegerField(help_text="session of PostgreSQL that it wrote in last")
    beat_at = models.DateTimeField(help_text="its last commit, by PostgreSQL's clock")

    class Meta:
        db_table = "alerts_enginewriter"


class Progress(models.Model):
    """The last log position whose output is committed; written with that output (7.2)."""

    shard_group = models.CharField(max_length=16, primary_key=True)
    version = models.IntegerField(default=0, help_text="journal rows that speak of this engine")
    epoch = UlidField()
    seq = models.BigIntegerField()
    control_seq = models.BigIntegerField(default=0)
    tick_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


class EngineProgress(Progress):
    """How far each group of real shards has been judged."""


class ExerciseProgress(Progress):
    """How far exercises have been judged: apart, so that no question about real life meets it (7.11)."""
