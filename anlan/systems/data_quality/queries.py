"""Reads of the findings: the list, and how many of each kind since when."""

from typing import Any

from django.db.models import Case as SqlCase
from django.db.models import CharField, Count, IntegerField, Min, QuerySet, Value, When
from django.db.models.functions import Concat

from anlan.kernel.base.listing import Field, ListSpec
from anlan.systems.data_quality.models import Finding
from anlan.systems.data_quality.rules import KINDS, OWNERS

FINDINGS = ListSpec(
    fields={
        "id": Field(path="id"),
        "kind": Field(path="kind", title="问题", words=KINDS),
        "rank": Field(path="rank", kind="int", sortable=True),
        "object_id": Field(path="object_id"),
        "name": Field(path="name", sortable=True, title="对象"),
        "code": Field(path="code", title="位号、编码或原因"),
        "figure": Field(path="figure", kind="float", sortable=True, title="数值"),
        "since": Field(path="since", kind="time", sortable=True, title="自"),
        "owner": Field(path="owner", title="责任人", words=OWNERS),
        "owner_name": Field(path="owner_name", title="责任单位"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "search": Field(path="search"),
    },
    sort="rank",
)
_RANK = SqlCase(
    *(When(kind=kind, then=Value(n)) for n, kind in enumerate(KINDS)),
    default=Value(len(KINDS)),
    output_field=IntegerField(),
)
_SEARCH = Concat(
    "name", Value(" "), "code", Value(" "), "site_name", Value(" "), "owner_name",
    output_field=CharField(),
)  # fmt: skip


def findings() -> QuerySet[Finding]:
    """Return what is wrong within the scope of the open unit of work."""
    return Finding.objects.annotate(rank=_RANK, search=_SEARCH)


def counts() -> list[dict[str, Any]]:
    """Return every kind in the desk's order with its number and since when the oldest stands."""
    rows = Finding.objects.order_by().values("kind").annotate(n=Count("id"), oldest=Min("since"))
    found = {row["kind"]: row for row in rows}
    nothing = {"n": 0, "oldest": None}
    return [
        {"kind": kind, "count": one["n"], "oldest": one["oldest"]}
        for kind in KINDS
        for one in [found.get(kind, nothing)]
    ]
