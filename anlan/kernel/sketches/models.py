"""What people draw on the map: a shape with a few words, and who may see it."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from anlan.kernel.base.fields import Exercisable, Placed, UlidField, Withdrawable


class SketchKind(models.TextChoices):
    """What was drawn."""

    POINT = "point", "点"
    LINE = "line", "线"
    AREA = "area", "面"
    CIRCLE = "circle", "圆"


class Audience(models.TextChoices):
    """Who sees a sketch beside its author."""

    OWN = "own", "仅本人"
    ORGANISATION = "organisation", "本单位"
    TERRITORY = "territory", "本辖区"


class Sketch(Withdrawable, Placed, Exercisable):
    """A sketch (标绘). Who sees it is decided by author and audience; `div` is where his post is."""

    kind = models.CharField(max_length=8, choices=SketchKind.choices)
    name = models.CharField("名称", max_length=80)
    note = models.CharField("说明", max_length=500, blank=True)
    shape = models.GeometryField(srid=4326)
    radius_m = models.FloatField(null=True)
    author = models.CharField(max_length=64)
    organisation_id = UlidField("单位", blank=True, default="")
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.OWN)
    #: Organisations by name that may look until `shared_until`.
    shared_with = ArrayField(models.CharField(max_length=26), default=list)
    shared_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["author", "id"], name="sketches_author")]
