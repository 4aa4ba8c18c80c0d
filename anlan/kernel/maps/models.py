"""The grid that maps are drawn from at a distance, and which version of it stands (7.13)."""

from django.db import models

from anlan.kernel.base.fields import UlidField


class LayerVersion(models.Model):
    """Which version of a layer's grid a county has; numbers, and nothing of what is counted.

    Versions grow over all counties of a layer in the order in which they are committed: the highest of
    the counties that somebody reaches is the version of what he sees.
    """

    layer = models.CharField(max_length=32)
    county = models.BigIntegerField()
    version = models.BigIntegerField(default=0)
    built_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="when it is to be counted anew, or null")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "county"], name="maps_layerversion_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="maps_due"
            )
        ]


class Cell(models.Model):
    """How many of a layer stand in one cell of one tile, of one area; who reaches the area whole sees it.

    An area is a county, or a township of it (`level`), by its code.

    `px` and `py` are their middle within the tile, 0 to 4095. Of one that stands alone its own name is
    kept, of several how many there are of each kind.
    """

    layer = models.CharField(max_length=32)
    zoom = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    level = models.SmallIntegerField()
    area = models.BigIntegerField()
    cell = models.SmallIntegerField(help_text="row by row from the north-west")
    px = models.SmallIntegerField()
    py = models.SmallIntegerField()
    count = models.IntegerField()
    kinds = models.JSONField(null=True)
    subject_id = UlidField(null=True)
    kind = models.CharField(max_length=48, null=True)  # noqa: DJ001 - null is "of several"
    name = models.CharField(max_length=120, null=True)  # noqa: DJ001
    name_en = models.CharField(max_length=160, null=True)  # noqa: DJ001

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["layer", "zoom", "x", "y", "level", "area", "cell"], name="maps_cell_once"
            )
        ]
        indexes = [models.Index(fields=["area", "layer"], name="maps_cell_area")]
