"""Chemicals by versions, major-hazard installations, and what each of them holds."""

from dataclasses import replace
from typing import Final

from django.db import models

from anlan.kernel.base.fields import Identified, Placed
from anlan.kernel.base.permissions import Facts

#: The matter (监管事项) that every installation is one of.
MATTER: Final = "hazchem"


class HazardousChemical(Identified):
    """One chemical under one code (一品一码); what is known of it stands in its versions.

    The register is the whole node's: whoever may look sees all of it. `cas` and `form` are those of the
    current version, so that the same chemical is not entered twice.
    """

    code = models.CharField("编码", max_length=32, unique=True)
    cas = models.CharField("CAS 号", max_length=12, blank=True)
    form = models.SmallIntegerField("表1行号", null=True)
    current = models.OneToOneField(
        "ChemicalVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_kept_by_hand = models.BooleanField("人工维护", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cas", "form"],
                nulls_distinct=False,
                condition=~models.Q(cas=""),
                name="hazchem_chemical_once",
            )
        ]


class ChemicalVersion(Identified):
    """What was known of a chemical from a filing on; insert-only: a change is the next version.

    `critical_t` and `beta` are as found when it was filed, null where the standard could not tell; an override has its
    reason. Temperatures K, densities kg/m3, shares of volume 0..1, concentrations ppm.
    """

    chemical = models.ForeignKey(
        HazardousChemical, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.IntegerField("版本")
    cas = models.CharField("CAS 号", max_length=12, blank=True)
    name = models.CharField("名称", max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    aliases = models.JSONField("别名", default=list)
    catalogue_number = models.CharField("目录序号", max_length=12, blank=True)
    #: Symbols of tables 2 and 4.
    classes = models.JSONField("危险性类别", default=list)
    classes_mark = models.CharField(max_length=2, blank=True)
    #: Row of table 1 where the name has several forms.
    form = models.SmallIntegerField("表1行号", null=True)
    critical_override_t = models.FloatField(null=True)
    critical_reason = models.CharField(max_length=200, blank=True)
    beta_override = models.FloatField(null=True)
    beta_reason = models.CharField(max_length=200, blank=True)
    critical_t = models.FloatField("临界量（t）", null=True)
    beta = models.FloatField("校正系数 β", null=True)
    flash_point_k = models.FloatField("闪点（K）", null=True)
    flammable_low = models.FloatField("爆炸下限", null=True)
    flammable_high = models.FloatField("爆炸上限", null=True)
    density_kg_m3 = models.FloatField("密度（kg/m³）", null=True)
    aegl_1_ppm = models.FloatField(null=True)
    aegl_2_ppm = models.FloatField(null=True)
    aegl_3_ppm = models.FloatField(null=True)
    idlh_ppm = models.FloatField(null=True)
    #: From where each figure is, by the name of its column.
    sources = models.JSONField(default=dict)
    reason = models.CharField("理由", max_length=200)
    filed_by = models.CharField("登记人", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chemical", "number"], name="hazchem_chemicalversion_once"
            )
        ]


class UnitKind(models.TextChoices):
    """What kind of unit is judged (GB 18218-2018 3.5, 3.6)."""

    PRODUCTION = "production", "生产单元"
    STORAGE = "storage", "储存单元"


class PeopleSource(models.TextChoices):
    """From where the number of people within 500 m is."""

    COUNTED = "counted", "人口图层统计"
    ENTERED = "entered", "人工填报"


class MajorHazardInstallation(Identified, Placed):
    """A unit that may be a major hazard installation (重大危险源单元), at a subject of a site.

    `s`, `r`, `alpha` and `grade` are those of the design maximum, written with every change; grade 0 is none. The `live_`
    columns are written by the sweep and grow no version.
    """

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    code = models.CharField("编号", max_length=64)
    name = models.CharField("名称", max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    unit_kind = models.CharField("单元类型", max_length=16, choices=UnitKind.choices)
    filing_number = models.CharField("备案编号", max_length=64, blank=True)
    licence_number = models.CharField("许可证号", max_length=64, blank=True)
    #: From the point on the map to the boundary of the works, beyond which the 500 m begin.
    boundary_m = models.FloatField("至厂区边界（m）", default=0.0)
    people = models.IntegerField("500 m 内常住人口")
    people_source = models.CharField(max_length=16, choices=PeopleSource.choices)
    #: The settlements that were counted: name, name_en, people, distance_m.
    people_basis = models.JSONField(default=list)
    people_noted_by = models.CharField(max_length=64)
    people_noted_at = models.DateTimeField()
    s = models.FloatField("S", default=0.0)
    r = models.FloatField("R", default=0.0)
    alpha = models.FloatField("α", default=0.0)
    grade = models.SmallIntegerField("级别", default=0)
    live_s = models.FloatField(null=True)
    live_r = models.FloatField(null=True)
    live_grade = models.SmallIntegerField(null=True)
    live_since = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    is_live_whole = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True)
    is_invented = models.BooleanField("演示", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                condition=models.Q(retired_at__isnull=True),
                name="hazchem_installation_code",
            )
        ]
        indexes = [
            models.Index(fields=["div", "id"], name="hazchem_installation_div"),
            models.Index(fields=["site"], name="hazchem_installation_site"),
            models.Index(fields=["live_at"], name="hazchem_installation_live"),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on."""
        return replace(super().facts, matter=MATTER)


class StockFrom(models.TextChoices):
    """From where the live stock of a holding is known."""

    FIXED = "fixed", "填报数量"
    TANK = "tank", "液位换算"


class Over(models.TextChoices):
    """Beyond which maximum the live stock is; beyond both it is beyond the design."""

    NO = "", "未超"
    PERMIT = "permit", "超许可量"
    DESIGN = "design", "超设计最大量"


class Holding(Identified, Placed):
    """One chemical that an installation holds, in one vessel or one lot; it pins the version it was entered with."""

    installation = models.ForeignKey(
        MajorHazardInstallation, on_delete=models.CASCADE, related_name="holdings"
    )
    number = models.SmallIntegerField("序号")
    name = models.CharField("容器或货位", max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    chemical = models.ForeignKey(ChemicalVersion, on_delete=models.PROTECT, related_name="+")
    design_t = models.FloatField("设计最大量（t）")
    permit_t = models.FloatField("许可量（t）", null=True)
    stock_from = models.CharField(max_length=8, choices=StockFrom.choices)
    fixed_t = models.FloatField("填报数量（t）", null=True)
    #: {"shape", "radius_m", "length_m", "head_m"}, or {"strapping": [[level_m, volume_m3], …]}.
    tank = models.JSONField(null=True)
    density_kg_m3 = models.FloatField(null=True)
    datastream = models.ForeignKey(
        "sensing.Datastream", on_delete=models.PROTECT, null=True, related_name="+"
    )
    stock_t = models.FloatField("现存量（t）", null=True)
    stock_at = models.DateTimeField(null=True)
    over = models.CharField(max_length=8, choices=Over.choices, blank=True, default="")
    over_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["installation", "number"], name="hazchem_holding_once")
        ]
        indexes = [models.Index(fields=["div", "id"], name="hazchem_holding_div")]
