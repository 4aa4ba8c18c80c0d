"""Reads of the findings: the list, and how many of each kind since when."""

from typing import Any

from django.db.models import Case as SqlCase
from django.db.models import (
    CharField,
    Count,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Facts
from anlan.kernel.messaging.models import Message
from anlan.kernel.sensing.models import Datastream, Gateway, QuarantinedMessage
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_quality.models import Finding
from anlan.systems.data_quality.rules import KINDS, OWNERS

FINDINGS = ListSpec(
    fields={
        "id": Field(path="id"),
        "kind": Field(path="kind", title="问题", words=KINDS),
        "rank": Field(path="rank", kind="int", sortable=True),
        "object_id": Field(path="object_id"),
        "name": Field(path="name", sortable=True, title="对象"),
        "name_en": Field(path="name_en"),
        "code": Field(path="code", title="位号、编码或原因"),
        "figure": Field(path="figure", kind="float", sortable=True, title="数值"),
        "lag_ms": Field(path="lag_ms", kind="float", sortable=True, title="最长迟到（毫秒）"),
        "since": Field(path="since", kind="time", sortable=True, title="自"),
        "owner": Field(path="owner", title="责任人", words=OWNERS),
        "owner_name": Field(path="owner_name", title="责任单位"),
        "owner_name_en": Field(path="owner_name_en"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "asked_at": Field(path="asked_at", kind="time", title="最近催办"),
        "search": Field(path="search"),
        # where it hangs: what somebody may do about it rests on that
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "site": Field(path="site"),
        "matter": Field(path="matter"),
    },
    sort="rank",
)
_RANK = SqlCase(
    *(When(kind=kind, then=Value(n)) for n, kind in enumerate(KINDS)),
    default=Value(len(KINDS)),
    output_field=IntegerField(),
)


def _behind(rows: QuerySet[Any], key: str, column: str = "name_en") -> Subquery:
    rows = rows.filter(pk=OuterRef(key)).values(column)[:1]
    return Subquery(rows, output_field=CharField())


#: The view speaks Chinese; the English names stand in the tables behind it, each row in one of them.
_IN_ENGLISH = {
    "name_en": Coalesce(
        _behind(Datastream.objects.all(), "object_id"),
        _behind(Gateway.objects.all(), "object_id"),
        _behind(Subject.objects.all(), "object_id"),
        _behind(QuarantinedMessage.objects.all(), "object_id", "gateway__name_en"),
        Value(""),
        output_field=CharField(),
    ),
    "site_name_en": Coalesce(_behind(Subject.objects.all(), "site"), Value("")),
    "owner_name_en": SqlCase(
        When(
            owner="firm",
            then=Coalesce(
                _behind(Subject.objects.all(), "site", "organisation__name_en"), Value("")
            ),
        ),
        default=Value(""),
        output_field=CharField(),
    ),
}
_MATTER = Coalesce(
    _behind(Datastream.objects.all(), "object_id", "subject__kind__matter"), Value("")
)
_SEARCH = Concat(
    "name", Value(" "), "code", Value(" "), "site_name", Value(" "), "owner_name", Value(" "),
    "name_en", Value(" "), "site_name_en",
    output_field=CharField(),
)  # fmt: skip


#: Under which key the owner of a finding is asked, each asker once a day.
ASKED = "data_quality.finding:"
_ASKED_AT = Subquery(
    Message.objects.filter(
        about_id=OuterRef("object_id"),
        key__startswith=Concat(Value(ASKED), OuterRef("id"), Value(":")),
        withdrawn_at__isnull=True,
    )
    .order_by("-created_at")
    .values("created_at")[:1]
)


def findings() -> QuerySet[Finding]:
    """Return what is wrong within the scope of the open unit of work."""
    return Finding.objects.annotate(**_IN_ENGLISH).annotate(
        rank=_RANK, search=_SEARCH, matter=_MATTER, asked_at=_ASKED_AT
    )


def finding(finding_id: str) -> Finding:
    """Return one finding, with its English names. Raises NotFoundError where it is mended or out of sight."""
    found = findings().filter(pk=finding_id).first()
    if found is None:
        raise NotFoundError(
            "没有这个问题，或不在您的范围内，或已处理", code="data_quality.finding_not_found"
        )
    return found


def facts_of(finding: Any) -> Facts:
    """Return what a decision about a finding rests on."""
    return Facts(div=finding.div, zone=finding.zone, site=finding.site, matter=finding.matter)


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
