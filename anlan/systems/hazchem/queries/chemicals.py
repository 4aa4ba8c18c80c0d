"""Reads of the register of chemicals: the list by current versions, and the versions of one."""

from typing import Any

from django.db.models import CharField, F, FloatField, Func, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.people.queries.holdings import name_behind
from anlan.systems.hazchem.models import ChemicalVersion, HazardousChemical

_FIGURES = {
    "form": Field(path="current__form", kind="int"),
    "critical_t": Field(
        path="current__critical_t", kind="float", sortable=True, title="临界量 Q（t）"
    ),
    "critical_override_t": Field(path="current__critical_override_t", kind="float"),
    "critical_reason": Field(path="current__critical_reason"),
    "beta": Field(path="current__beta", kind="float", sortable=True, title="校正系数 β"),
    "beta_override": Field(path="current__beta_override", kind="float"),
    "beta_reason": Field(path="current__beta_reason"),
    "flash_point_k": Field(path="current__flash_point_k", kind="float"),
    "flammable_low": Field(path="current__flammable_low", kind="float"),
    "flammable_high": Field(path="current__flammable_high", kind="float"),
    "density_kg_m3": Field(
        path="current__density_kg_m3", kind="float", sortable=True, title="密度（kg/m³）"
    ),
    "aegl_1_ppm": Field(path="current__aegl_1_ppm", kind="float", title="AEGL-1 60 min（ppm）"),
    "aegl_2_ppm": Field(path="current__aegl_2_ppm", kind="float", title="AEGL-2 60 min（ppm）"),
    "aegl_3_ppm": Field(path="current__aegl_3_ppm", kind="float", title="AEGL-3 60 min（ppm）"),
    "idlh_ppm": Field(path="current__idlh_ppm", kind="float", sortable=True, title="IDLH（ppm）"),
}
#: What people read in degC and per cent; kept are K and shares.
_AS_READ = {
    "flash_point_c": Field(path="flash_point_c", kind="float", sortable=True, title="闪点（℃）"),
    "flammable_low_pct": Field(
        path="flammable_low_pct", kind="float", sortable=True, title="爆炸下限（%）"
    ),
    "flammable_high_pct": Field(
        path="flammable_high_pct", kind="float", sortable=True, title="爆炸上限（%）"
    ),
}
CHEMICALS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "code": Field(path="code", sortable=True, title="编码"),
        "number": Field(path="current__number", kind="int", sortable=True, title="版本"),
        "name": Field(path="current__name", sortable=True, title="名称"),
        "name_en": Field(path="current__name_en", sortable=True, title="英文名称"),
        "aliases": Field(path="current__aliases"),
        "aliases_text": Field(path="aliases_text", title="别名"),
        "cas": Field(path="current__cas", sortable=True, title="CAS 号"),
        "catalogue_number": Field(path="current__catalogue_number", title="目录序号"),
        "classes": Field(path="current__classes"),
        "classes_text": Field(path="classes_text", sortable=True, title="危险性类别"),
        "classes_mark": Field(path="current__classes_mark"),
        **_FIGURES,
        **_AS_READ,
        "sources": Field(path="current__sources"),
        "reason": Field(path="current__reason", title="理由"),
        "filed_by_name": Field(path="filed_by_name", title="登记人"),
        "filed_at": Field(path="current__created_at", kind="time", sortable=True, title="登记时间"),
        "search": Field(path="search"),
    },
    sort="code",
)
VERSIONS = ListSpec(
    fields={
        name: Field(
            path=field.path.removeprefix("current__"),
            kind=field.kind,
            sortable=name == "number",
            title=field.title,
        )
        for name, field in CHEMICALS.fields.items()
        if field.path.startswith("current__")
    }
    | _AS_READ
    | {
        "aliases_text": Field(path="aliases_text", title="别名"),
        "classes_text": Field(path="classes_text", title="危险性类别"),
        "id": Field(path="id"),
        "chemical_id": Field(path="chemical_id"),
        "code": Field(path="chemical__code", title="编码"),
        "filed_by_name": Field(path="filed_by_name", title="登记人"),
    },
    sort="-number",
)


def _rounded(of: str, template: str) -> Func:
    said = f"round(({template})::numeric, 4)::float8"
    return Func(F(of), template=said, output_field=FloatField())


def _as_read(before: str) -> dict[str, Any]:
    """Return the columns that people read, of a version's behind `before`."""
    listed = "translate((%(expressions)s)::text, '[]\"', '')"
    return {
        "filed_by_name": name_behind(f"{before}filed_by"),
        "classes_text": Func(F(f"{before}classes"), template=listed, output_field=CharField()),
        "aliases_text": Func(F(f"{before}aliases"), template=listed, output_field=CharField()),
        "flash_point_c": _rounded(f"{before}flash_point_k", "%(expressions)s - 273.15"),
        "flammable_low_pct": _rounded(f"{before}flammable_low", "%(expressions)s * 100"),
        "flammable_high_pct": _rounded(f"{before}flammable_high", "%(expressions)s * 100"),
    }


def chemicals() -> QuerySet[HazardousChemical]:
    """Return the register by current versions; the whole node's, whoever may look."""
    words = (
        "code", "current__name", "current__name_en", "current__cas", "current__catalogue_number",
    )  # fmt: skip
    parts = [part for word in words for part in (Coalesce(F(word), Value("")), Value(" "))]
    rows = HazardousChemical.objects.annotate(**_as_read("current__"))
    return rows.annotate(
        search=Concat(*parts, Coalesce(F("aliases_text"), Value("")), output_field=CharField())
    )


def versions() -> QuerySet[ChemicalVersion]:
    """Return the versions of all chemicals, those in use by a sheet and those that are over."""
    return ChemicalVersion.objects.annotate(**_as_read(""))


def chemical(chemical_id: str) -> dict[str, Any]:
    """Return one chemical as its list shows it. Raises NotFoundError."""
    return CHEMICALS.renamed(_one(chemicals().filter(pk=chemical_id), CHEMICALS, chemical_id))


def version(version_id: str) -> ChemicalVersion:
    """Return one version with its chemical. Raises NotFoundError."""
    found = ChemicalVersion.objects.select_related("chemical").filter(pk=version_id).first()
    if found is None:
        raise NotFoundError("没有这个化学品版本", code="hazchem.chemical_not_found", id=version_id)
    return found


def current_of(chemical_id: str) -> ChemicalVersion:
    """Return the current version of a chemical. Raises NotFoundError."""
    rows = HazardousChemical.objects.select_related("current__chemical")
    found = rows.filter(pk=chemical_id).first()
    if found is None or found.current is None:
        raise NotFoundError("没有这个化学品", code="hazchem.chemical_not_found", id=chemical_id)
    return found.current


def by_code(code: str) -> HazardousChemical:
    """Return the chemical under a code. Raises NotFoundError."""
    found = HazardousChemical.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError("没有这个化学品", code="hazchem.chemical_not_found", id=code)
    return found


def _one(rows: QuerySet[Any], spec: ListSpec, key: str) -> dict[str, Any]:
    paths = sorted({field.path for field in spec.fields.values()})
    row: dict[str, Any] | None = rows.values(*paths).first()
    if row is None:
        raise NotFoundError("没有这个化学品", code="hazchem.chemical_not_found", id=key)
    return row
