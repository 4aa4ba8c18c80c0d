"""Columns that every slice uses the same way."""

from typing import Any

from django.db import models

from anlan.kernel.base.ids import ULID_LENGTH, new_ulid
from anlan.kernel.base.permissions import Facts


class UlidField(models.CharField):  # type: ignore[type-arg]
    """A ULID as 26 characters, byte order (collation C), so that id order is time order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = ULID_LENGTH
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)


class Sensitivity(models.IntegerChoices):
    """How far a record may travel (数据敏感级别); posts and channels have a ceiling."""

    PUBLIC = 0, "公开"
    INTERNAL = 1, "内部"
    PERSONAL = 2, "个人敏感"
    WORK_SECRET = 3, "工作秘密"


class Identified(models.Model):
    """A row with a public name, a version that only grows, and the two times of its last change."""

    id = UlidField(primary_key=True, default=new_ulid, editable=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


class Placed(models.Model):
    """The scope columns (decision 7.6): who may see the row is decided by these and nothing else."""

    div = models.BigIntegerField(help_text="division code as int8, see places.rules")
    zone = models.BigIntegerField(null=True, blank=True, help_text="functional zone, or null")
    site = UlidField(null=True, blank=True, help_text="enterprise site, or null")

    class Meta:
        abstract = True

    @property
    def facts(self) -> Facts:
        """Return what a decision about this row rests on."""
        return Facts(div=self.div, zone=self.zone, site=self.site)


class Exercisable(models.Model):
    """A row that a drill can create; null is real (decision 7.11)."""

    exercise_id = UlidField(null=True, blank=True)

    class Meta:
        abstract = True


class Withdrawable(Identified):
    """A row that its author may take back: it stays, and says so."""

    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
