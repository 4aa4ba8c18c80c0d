"""What can be found: one row for each subject and each place, with what it is found by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from anlan.kernel.base.fields import Placed, UlidField


class FoundKind(models.TextChoices):
    """What a row leads to."""

    SUBJECT = "subject", "监测对象"
    DIVISION = "division", "行政区划"
    SETTLEMENT = "settlement", "居民点"
    ZONE = "zone", "功能区"


class SearchEntry(Placed):
    """One subject or place as the search knows it; everything here derives from its own table.

    Places are everybody's; a subject is seen as its own row is (`div`, `zone`, `site`).
    """

    id = UlidField(primary_key=True, editable=False)
    kind = models.CharField(max_length=12, choices=FoundKind.choices)
    version = models.IntegerField(default=1)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    code = models.CharField("编码", max_length=64, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    lexemes = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["lexemes"], name="search_entry_lexemes"),
            models.Index(fields=["kind"], name="search_entry_kind"),
        ]
