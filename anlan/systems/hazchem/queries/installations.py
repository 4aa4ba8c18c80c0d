"""Reads of installations: the list, one whole, and what lies on the map."""

from typing import Any, cast

from django.db.models import (
    Case,
    CharField,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.subjects.models import Subject
from anlan.systems.hazchem.models import Holding, MajorHazardInstallation, Over, UnitKind

GRADES = {1: "一级", 2: "二级", 3: "三级", 4: "四级", 0: "不构成"}
KINDS = cast("dict[Any, str]", dict(UnitKind.choices))
OVERS = {str(key): str(title) for key, title in Over.choices if key}
INSTALLATIONS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "code": Field(path="code", sortable=True, title="编号"),
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en"),
        "subject_id": Field(path="subject_id"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "unit_kind": Field(path="unit_kind", sortable=True, title="单元类型", words=KINDS),
        "grade": Field(path="grade", kind="int", title="级别", words=GRADES),
        "rank": Field(path="rank", kind="int", sortable=True),
        "s": Field(path="s", kind="float", sortable=True, title="S"),
        "r": Field(path="r", kind="float", sortable=True, title="R"),
        "alpha": Field(path="alpha", kind="float", title="α"),
        "people": Field(path="people", kind="int", sortable=True, title="500 m 内常住人口"),
        "live_grade": Field(path="live_grade", kind="int", title="实时级别", words=GRADES),
        "live_r": Field(path="live_r", kind="float", sortable=True, title="实时 R"),
        "live_at": Field(path="live_at", kind="time"),
        "is_live_whole": Field(path="is_live_whole", kind="bool"),
        "stock_t": Field(path="stock_t", kind="float", sortable=True, title="现存量（t）"),
        "permit_t": Field(path="permit_t", kind="float", sortable=True, title="许可量（t）"),
        "design_t": Field(path="design_t", kind="float", sortable=True, title="设计最大量（t）"),
        "overstock": Field(path="overstock", title="超量", words=OVERS),
        "overstock_rank": Field(path="overstock_rank", kind="int", sortable=True),
        "overstock_since": Field(
            path="overstock_since", kind="time", sortable=True, title="超量起始"
        ),
        "filing_number": Field(path="filing_number", title="备案编号"),
        "licence_number": Field(path="licence_number", title="许可证号"),
        "retired_at": Field(path="retired_at", kind="time", title="核销时间"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "lon": Field(path="lon", kind="float"),
        "lat": Field(path="lat", kind="float"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "site": Field(path="site"),
        "search": Field(path="search"),
    },
    sort="rank",
)


def _site(column: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef("site")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def _degrees(function: str) -> Func:
    """Return a coordinate of the subject's place, of its site's where it has none of its own."""
    site = Subject.objects.filter(pk=OuterRef("site")).values("location")[:1]
    place = Coalesce(F("subject__location"), Subquery(site))
    return Func(place, function=function, output_field=FloatField())


def _held(what: Any, output: Any) -> Subquery:
    rows = Holding.objects.filter(installation=OuterRef("pk")).order_by().values("installation")
    return Subquery(rows.annotate(n=what).values("n"), output_field=output)


def _worst() -> Coalesce:
    worst = (
        Holding.objects.filter(installation=OuterRef("pk"))
        .exclude(over="")
        .order_by("over", "over_since")
    )
    return Coalesce(Subquery(worst.values("over")[:1]), Value(""), output_field=CharField())


#: The gravest first, what is none at the end.
_RANK = Case(When(grade=0, then=Value(9)), default=F("grade"), output_field=IntegerField())
_OVER_RANK = Case(
    When(overstock=Over.DESIGN, then=Value(0)),
    When(overstock=Over.PERMIT, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def installations() -> QuerySet[MajorHazardInstallation]:
    """Return the installations that the scope reaches, those that were retired too."""
    since = Holding.objects.filter(installation=OuterRef("pk")).exclude(over="")
    return (
        MajorHazardInstallation.objects.annotate(
            site_name=_site("name"),
            site_name_en=_site("name_en"),
            rank=_RANK,
            stock_t=_held(Sum("stock_t"), FloatField()),
            design_t=_held(Sum("design_t"), FloatField()),
            permit_t=_held(Sum("permit_t"), FloatField()),
            overstock=_worst(),
            overstock_since=Subquery(since.order_by("over_since").values("over_since")[:1]),
            lon=_degrees("ST_X"),
            lat=_degrees("ST_Y"),
        )
        .annotate(overstock_rank=_OVER_RANK)
        .annotate(
            search=Concat(
                "code",
                Value(" "),
                "name",
                Value(" "),
                "name_en",
                Value(" "),
                "site_name",
                Value(" "),
                "site_name_en",
                Value(" "),
                "filing_number",
                output_field=CharField(),
            )
        )
    )


def installation(installation_id: str) -> MajorHazardInstallation:
    """Return one installation with the columns of its list. Raises NotFoundError."""
    found = installations().filter(pk=installation_id).first()
    if found is None:
        raise NotFoundError(
            "没有这个重大危险源单元，或不在您的范围内",
            code="hazchem.installation_not_found",
            id=installation_id,
        )
    return found


def at_subject(subject_id: str) -> QuerySet[MajorHazardInstallation]:
    """Return what stands at a subject, or anywhere on it where it is a site."""
    here = Q(subject_id=subject_id) | Q(site=subject_id)
    return installations().filter(here, retired_at=None).order_by(_RANK, "id")


def holdings_of(installation_id: str) -> list[Holding]:
    """Return what an installation holds, with chemical and instrument."""
    rows = Holding.objects.filter(installation_id=installation_id)
    return list(rows.select_related("chemical__chemical", "datastream").order_by("number"))


def on_map() -> dict[str, Any]:
    """Return the installations that stand, as GeoJSON points with their grade and whether they are over-stocked."""
    rows = installations().filter(retired_at=None)
    columns = (
        "id", "name", "name_en", "grade", "live_grade", "overstock", "subject_id", "unit_kind", "lon", "lat",
        "is_invented",
    )  # fmt: skip
    features = [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row,
        }
        for row in rows.order_by("id").values(*columns)
        if row["lon"] is not None
    ]
    return {"type": "FeatureCollection", "features": features}
