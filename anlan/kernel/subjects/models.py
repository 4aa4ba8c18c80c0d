"""Monitored subjects (监测对象) of every kind, in a tree; kinds are data."""

from dataclasses import replace

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F

from anlan.kernel.base.fields import Identified, Placed
from anlan.kernel.base.permissions import Facts
from anlan.kernel.places.rules import COUNTY_UNIT, TOWNSHIP_UNIT


class SubjectKind(Identified):
    """A kind of subject with the JSON schema of its attributes (enterprise, tank, mine …)."""

    code = models.CharField(max_length=48, unique=True)
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80)
    icon = models.CharField(max_length=48, blank=True)
    matter = models.CharField("监管事项", max_length=32, blank=True)
    schema = models.JSONField(default=dict)
    schema_version = models.IntegerField(default=1)
    is_kept_by_hand = models.BooleanField("人工维护", default=False)


class KindVersion(Identified):
    """One version of a kind's schema, as it was filed; insert-only: the next change is the next version."""

    kind = models.ForeignKey(SubjectKind, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    schema = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    filed_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="subjects_kindversion_once")
        ]


class SubjectStatus(models.TextChoices):
    """Whether a subject is in use."""

    ACTIVE = "active", "在用"
    OUT_OF_SERVICE = "out_of_service", "停用"
    RETIRED = "retired", "已注销"


class Subject(Identified, Placed):
    """One monitored subject; `kind=enterprise` is one site of an organisation."""

    kind = models.ForeignKey(SubjectKind, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    code = models.CharField("标准编码", max_length=64, blank=True)
    location = models.PointField(srid=4326, null=True, spatial_index=True)
    status = models.CharField(
        max_length=16, choices=SubjectStatus.choices, default=SubjectStatus.ACTIVE
    )
    attributes = models.JSONField(default=dict)
    is_invented = models.BooleanField("演示", default=False)
    #: The county that `div` lies in: whoever reaches one reads its rows in order from an index of its own.
    county = models.GeneratedField(
        expression=F("div") / COUNTY_UNIT, output_field=models.BigIntegerField(), db_persist=True
    )
    #: The township that `div` lies in, 000 for what stands in none: what is near a place is found township by township.
    township = models.GeneratedField(
        expression=F("div") / TOWNSHIP_UNIT, output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["div", "id"], name="subjects_div"),
            models.Index(fields=["site", "county"], name="subjects_site"),
            models.Index(fields=["zone", "county"], name="subjects_zone"),
            models.Index(fields=["name", "id"], name="subjects_name"),
            models.Index(fields=["code"], name="subjects_code"),
            models.Index(fields=["county", "name", "id"], name="subjects_county_name"),
            models.Index(fields=["county", "code", "id"], name="subjects_county_code"),
            models.Index(fields=["county", "status", "id"], name="subjects_county_status"),
            GistIndex(fields=["township", "location"], name="subjects_township_place"),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on."""
        return replace(super().facts, matter=self.kind.matter)
