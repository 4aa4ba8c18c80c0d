"""The findings, as a view over the kernel's tables, and what people decided about firms entered twice."""

from django.db import models

from anlan.kernel.base.fields import Identified, Placed, UlidField
from anlan.systems.data_quality.rules import KINDS, OWNERS


class Finding(Placed):
    """One thing that is wrong with the platform's own data (数据质量问题), until it is mended.

    A view with the reader's own rights: row security of the tables below decides what is in it.
    """

    id = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=24, choices=list(KINDS.items()))
    object_id = UlidField()
    name = models.CharField(max_length=200)
    code = models.CharField("位号、编码或原因", max_length=120)
    #: Messages missing, readings late, milliseconds off, limits of time passed; null where none is.
    figure = models.FloatField(null=True)
    since = models.DateTimeField()
    owner = models.CharField(max_length=24, choices=list(OWNERS.items()))
    owner_name = models.CharField(max_length=120)
    site_name = models.CharField(max_length=120)
    #: How late the latest reading of a late datastream came; null for the other kinds.
    lag_ms = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "data_quality_finding"


class FirmMerge(Identified, Placed):
    """Two entries of one firm made one (重复单位合并), by a person, with a reason; it can be undone.

    `moved` holds the ids of what moved, by what they are.
    """

    kept = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    moved = models.JSONField(default=dict)
    merged_by = models.CharField("合并人", max_length=64)
    undone_at = models.DateTimeField("撤回时间", null=True)
    undone_by = models.CharField("撤回人", max_length=64, blank=True, default="")
    undo_reason = models.CharField("撤回理由", max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=models.Q(undone_at__isnull=True),
                name="data_quality_merged_once",
            )
        ]


class FirmsApart(Identified, Placed):
    """A person's word that two entries that look alike are two firms (不是同一家); `first` is the smaller id."""

    first = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    said_by = models.CharField("认定人", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="data_quality_apart_once")
        ]
