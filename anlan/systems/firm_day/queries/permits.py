"""Reads of work permits: the list, one whole, what is under way at a place, and what lies on the map."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

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
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.subjects.models import Subject
from anlan.systems.firm_day.models import PermitState, WorkPermit
from anlan.systems.firm_day.rules import standard

#: A permit whose time is over and whose work is not ended is computed, never written.
EXPIRED, OVERRUN = "expired", "overrun"
STANDINGS: Final = {
    "under_way": "作业中",
    "overrun": "超时未完工",
    "issued": "已签发",
    "draft": "草稿",
    "expired": "已失效",
    "finished": "已完工",
    "cancelled": "已取消",
}
#: What is watched first.
_ORDER: Final = ("overrun", "under_way", "issued", "draft", "expired", "finished", "cancelled")
KINDS: Final = {one.key: one.title for one in standard().kinds.values()}
LEVELS: Final = {
    "special": "特级",
    "first": "一级",
    "second": "二级",
    "third": "三级",
    "fourth": "四级",
}
PERMITS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "code": Field(path="code", sortable=True, title="作业票编号"),
        "kind": Field(path="kind", sortable=True, title="作业类别", words=KINDS),
        "level": Field(path="level", title="评定级别", words=LEVELS),
        "managed_level": Field(path="managed_level", title="管理级别", words=LEVELS),
        "gravity": Field(path="gravity", kind="int", sortable=True),
        "is_off_hours": Field(path="is_off_hours", kind="bool", title="夜间、节假日作业"),
        "standing": Field(path="standing", title="状态", words=STANDINGS),
        "rank": Field(path="rank", kind="int", sortable=True),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "subject_id": Field(path="subject_id"),
        "subject_name": Field(path="subject__name", title="所在对象"),
        "subject_name_en": Field(path="subject__name_en"),
        "spot": Field(path="spot", title="作业部位"),
        "content": Field(path="content", title="作业内容"),
        "planned_start": Field(path="planned_start", kind="time", sortable=True, title="计划开始"),
        "planned_end": Field(path="planned_end", kind="time", sortable=True, title="计划结束"),
        "started_at": Field(path="started_at", kind="time", title="实际开始"),
        "ended_at": Field(path="ended_at", kind="time", title="实际结束"),
        "guardian": Field(path="guardian", title="监护人"),
        "approver": Field(path="approver", title="审批人"),
        "contractor": Field(path="contractor", title="作业单位"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
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
    site = Subject.objects.filter(pk=OuterRef("site")).values("location")[:1]
    place = Coalesce(F("subject__location"), Subquery(site))
    return Func(place, function=function, output_field=FloatField())


def _standing(moment: datetime) -> Case:
    over = Q(planned_end__lte=moment)
    return Case(
        When(over & Q(state=PermitState.UNDER_WAY), then=Value(OVERRUN)),
        When(over & Q(state__in=[PermitState.ISSUED, PermitState.DRAFT]), then=Value(EXPIRED)),
        default=F("state"),
        output_field=CharField(),
    )


def _gravity() -> Case:
    """Return 0 for the gravest level of a kind, for the order; hot work before the others."""
    whens = [
        When(kind=kind.key, managed_level=level.key, then=Value(10 * k + n))
        for k, kind in enumerate(standard().kinds.values())
        for n, level in enumerate(kind.levels)
    ]
    return Case(*whens, default=Value(999), output_field=IntegerField())


def permits() -> QuerySet[WorkPermit]:
    """Return the permits that the scope reaches, each with how it stands now."""
    return (
        WorkPermit.objects.annotate(
            standing=_standing(now()),
            gravity=_gravity(),
            site_name=_site("name"),
            site_name_en=_site("name_en"),
            lon=_degrees("ST_X"),
            lat=_degrees("ST_Y"),
        )
        .annotate(
            rank=Case(
                *(When(standing=key, then=Value(n)) for n, key in enumerate(_ORDER)),
                default=Value(len(_ORDER)),
                output_field=IntegerField(),
            )
        )
        .annotate(
            search=Concat(
                "code", Value(" "), "spot", Value(" "), "content", Value(" "), "site_name", Value(" "),
                "site_name_en", Value(" "), "subject__name", Value(" "), "subject__name_en", Value(" "), "contractor",
                output_field=CharField(),
            )
        )
    )  # fmt: skip


def permit(permit_id: str) -> WorkPermit:
    """Return one permit with the columns of its list. Raises NotFoundError."""
    found = permits().select_related("subject").filter(pk=permit_id).first()
    if found is None:
        raise NotFoundError(
            "没有这张作业票，或不在您的范围内", code="firm_day.permit_not_found", id=permit_id
        )
    return found


def row_of(row: Any) -> dict[str, Any]:
    """Return a permit of `permits()` as its list shows it."""
    fields = PERMITS.fields.items()
    plain = {name: getattr(row, field.path, None) for name, field in fields}
    return plain | {"subject_name": row.subject.name, "subject_name_en": row.subject.name_en}


def at_subject(subject_id: str) -> QuerySet[Any]:
    """Return what stands at a subject, or anywhere on it where it is a site: under way, or issued and not over."""
    here = Q(subject_id=subject_id) | Q(site=subject_id)
    rows: QuerySet[Any] = permits().select_related("subject").filter(here)
    standing = rows.filter(standing__in=["overrun", "under_way", "issued"])
    return standing.order_by("rank", "gravity", "id")


def under_way_at(sites: Iterable[str]) -> QuerySet[WorkPermit]:
    """Return the work under way at some sites, its time over or not."""
    rows = WorkPermit.objects.filter(site__in=list(sites), state=PermitState.UNDER_WAY)
    return rows.select_related("subject").order_by("id")


def next_code(site: str, prefix: str, moment: datetime) -> str:
    """Return the next free number of a kind and day at a site, as in DH-20261201-01."""
    start = f"{prefix}-{moment.astimezone(SHANGHAI):%Y%m%d}-"
    taken = set(
        WorkPermit.objects.filter(site=site, code__startswith=start).values_list("code", flat=True)
    )
    number = 1
    while f"{start}{number:02d}" in taken:
        number += 1
    return f"{start}{number:02d}"


def on_map() -> dict[str, Any]:
    """Return the work under way, as GeoJSON points with kind, level and whether its time is over."""
    rows = permits().filter(state=PermitState.UNDER_WAY)
    columns = (
        "id", "code", "kind", "managed_level", "standing", "subject_id", "spot", "planned_end", "lon", "lat",
        "is_invented",
    )  # fmt: skip
    features = [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row | {"planned_end": row["planned_end"].isoformat()},
        }
        for row in rows.order_by("id").values(*columns)
        if row["lon"] is not None
    ]
    return {"type": "FeatureCollection", "features": features}
