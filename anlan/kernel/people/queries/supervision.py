"""The list of supervisions (监管), and the sites of firms that may be put under one."""

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Now

from anlan.kernel.base.clock import now
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.people.models import SiteReach, SiteRelation
from anlan.kernel.people.queries.holdings import valid_at
from anlan.kernel.people.rules import MATTERS

#: How a supervision stands; the first that holds, in this order.
STATES = {"over": "已终止", "planned": "未开始", "running": "监管中"}

SUPERVISIONS = ListSpec(
    fields={
        "id": Field(path="id", sortable=True),
        "organisation_id": Field(path="organisation_id"),
        "organisation_name": Field(path="organisation__name", sortable=True, title="监管单位"),
        "organisation_name_en": Field(path="organisation__name_en"),
        "site": Field(path="site", title="厂区标识"),
        "firm_name": Field(path="firm_name", sortable=True, title="企业"),
        "firm_name_en": Field(path="firm_name_en"),
        "matter": Field(path="matter", sortable=True, title="监管事项", words=MATTERS),
        "valid_from": Field(path="valid_from", kind="time", sortable=True, title="起"),
        "valid_to": Field(path="valid_to", kind="time", sortable=True, title="止"),
        "state": Field(path="state", title="状态", words=STATES),
        "search": Field(path="search"),
        "version": Field(path="version", kind="int"),
    },
    sort="firm_name",
)
SITES = ListSpec(
    fields={
        "id": Field(path="site", sortable=True),
        "firm_name": Field(path="organisation__name", sortable=True, title="企业"),
        "firm_name_en": Field(path="organisation__name_en"),
        "credit_code": Field(path="organisation__credit_code", title="统一社会信用代码"),
        "search": Field(path="search"),
    },
    sort="firm_name",
)


def supervisions() -> QuerySet[SiteReach]:
    """Return every supervision as its list shows it; the firm is whose own the site is today."""
    owners = SiteReach.objects.filter(
        valid_at(now()), site=OuterRef("site"), relation=SiteRelation.OWNER
    ).order_by("valid_from")
    state = Case(
        When(valid_to__lte=Now(), then=Value("over")),
        When(valid_from__gt=Now(), then=Value("planned")),
        default=Value("running"),
    )
    rows = SiteReach.objects.filter(relation=SiteRelation.SUPERVISOR).annotate(
        state=state,
        firm_name=Coalesce(
            Subquery(owners.values("organisation__name")[:1]), F("site"), output_field=CharField()
        ),
        firm_name_en=Coalesce(Subquery(owners.values("organisation__name_en")[:1]), Value("")),
    )
    return rows.annotate(search=_words("organisation__name", "organisation__name_en", "firm_name"))


def sites() -> QuerySet[SiteReach]:
    """Return the sites that are some firm's own today."""
    rows = SiteReach.objects.filter(valid_at(now()), relation=SiteRelation.OWNER)
    return rows.annotate(
        search=_words("organisation__name", "organisation__name_en", "organisation__credit_code")
    )


def _words(*columns: str) -> Concat:
    texts = [part for one in columns for part in (Value(" "), Coalesce(one, Value("")))]
    return Concat(Value(""), *texts, output_field=CharField())
