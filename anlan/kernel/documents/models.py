"""Files kept by the platform, named by what they contain."""

from django.db import models

from anlan.kernel.base.fields import Exercisable, Placed, Sensitivity, Withdrawable


class Document(Withdrawable, Placed, Exercisable):
    """A file (文件): its SHA-256 is its place on disk, its label says how far it may travel."""

    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sensitivity = models.SmallIntegerField(
        choices=Sensitivity.choices, default=Sensitivity.INTERNAL
    )
    owner = models.CharField(max_length=64)
    about = models.CharField("所属对象", max_length=26, blank=True, db_index=True)
