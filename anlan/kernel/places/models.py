"""Where things are: divisions, functional zones, settlements, with vintages."""

from django.contrib.gis.db import models

from anlan.kernel.base.fields import Identified


class Division(Identified):
    """An administrative division (行政区划), country to grid; a reorganisation adds a vintage row.

    Rows elsewhere are never re-coded: a merged county keeps both old ranges in its scope.
    """

    code = models.CharField("区划代码", max_length=16)
    level = models.SmallIntegerField()
    name = models.CharField("名称", max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    div = models.BigIntegerField(db_index=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)
    succeeded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="predecessors"
    )
    boundary = models.MultiPolygonField(srid=4326, null=True)
    is_kept_by_hand = models.BooleanField("人工维护", default=False)
    is_schematic = models.BooleanField("示意", default=False)
    attribution = models.CharField(max_length=200, blank=True)
    population = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], nulls_distinct=False, name="places_division_vintage"
            )
        ]


class AreaKind(models.TextChoices):
    """What a drawn area is."""

    FUNCTIONAL_ZONE = "functional_zone", "功能区"
    CHEMICAL_PARK = "chemical_park", "化工园区"


class Area(Identified):
    """An area with a geometry of its own, over one or more divisions (功能区, practice P4).

    Whoever keeps the register of `division_code` keeps it. A load changes nothing that is kept by hand.
    """

    number = models.BigIntegerField("范围列取值", unique=True)
    division_code = models.CharField("归口区划", max_length=16, blank=True)
    kind = models.CharField(max_length=32, choices=AreaKind.choices)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    boundary = models.MultiPolygonField(srid=4326)
    is_kept_by_hand = models.BooleanField("人工维护", default=False)
    is_schematic = models.BooleanField("示意", default=False)
    is_invented = models.BooleanField("演示", default=False)
    attribution = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class ReorganisationKind(models.TextChoices):
    """What a reorganisation does to a division."""

    RENAME = "rename", "更名"
    MOVE = "move", "划归改码"
    MERGE = "merge", "撤并"


class Reorganisation(Identified):
    """One reorganisation with its day, and what it changed, by id: that is what its undoing puts back.

    What was and what became stand as plain values: an undone vintage is no row any more.
    """

    kind = models.CharField(max_length=8, choices=ReorganisationKind.choices)
    on = models.DateField("生效日期")
    reason = models.CharField("依据", max_length=300)
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    div = models.BigIntegerField()
    after_code = models.CharField(max_length=16)
    after_name = models.CharField(max_length=80)
    after_div = models.BigIntegerField()
    #: Ids of the vintages that ended, and of those that began: the division's own first.
    ended = models.JSONField(default=list)
    made = models.JSONField(default=list)
    #: Whose parent became another: {id of the child: id of the parent before}.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)


class Settlement(Identified):
    """A place where people live, as a point with its population and the source of that figure."""

    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    div = models.BigIntegerField(db_index=True)
    location = models.PointField(srid=4326)
    population = models.IntegerField(null=True)
    attribution = models.CharField(max_length=200, blank=True)
