"""The findings, as a view over the kernel's tables: nothing is stored twice, nothing can be stale."""

from django.db import models

from anlan.kernel.base.fields import Placed, UlidField
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

    class Meta:
        managed = False
        db_table = "data_quality_finding"
