"""Reads of firms entered twice: what may be one firm, what was decided, what hangs on each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.documents.models import Document
from anlan.kernel.people.models import Organisation, OrganisationKind, Post
from anlan.kernel.people.queries.directory import facts_of
from anlan.kernel.people.queries.holdings import name_behind
from anlan.kernel.places.queries import divisions
from anlan.kernel.places.rules import DivisionLevel
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_quality.doubles import Firm, Pair, groups, pairs
from anlan.systems.data_quality.models import FirmMerge, FirmsApart
from anlan.systems.data_quality.names import place_names

MERGES = ListSpec(
    fields={
        "id": Field(path="id"),
        "kept_id": Field(path="kept_id"),
        "kept_name": Field(path="kept__name", sortable=True, title="保留的单位"),
        "kept_code": Field(path="kept__credit_code", title="保留单位代码"),
        "merged_id": Field(path="merged_id"),
        "merged_name": Field(path="merged__name", sortable=True, title="并入的登记"),
        "merged_code": Field(path="merged__credit_code", title="并入单位代码"),
        "reason": Field(path="reason", title="理由"),
        "moved": Field(path="moved"),
        "merged_by_name": Field(path="merged_by_name", title="合并人"),
        "created_at": Field(path="created_at", kind="time", sortable=True, title="合并时间"),
        "undone_at": Field(path="undone_at", kind="time", title="撤回时间"),
        "undone_by_name": Field(path="undone_by_name", title="撤回人"),
        "undo_reason": Field(path="undo_reason", title="撤回理由"),
        "version": Field(path="version", kind="int"),
    },
    sort="-created_at",
)


def merges() -> QuerySet[FirmMerge]:
    """Return the merges within reach, undone ones among them."""
    return FirmMerge.objects.annotate(
        merged_by_name=name_behind("merged_by"), undone_by_name=name_behind("undone_by")
    )


def merge(merge_id: str) -> FirmMerge:
    """Return one merge for a change, locked."""
    rows = FirmMerge.objects.select_for_update(of=("self",)).select_related("kept", "merged")
    found = rows.filter(pk=merge_id).first()
    if found is None:
        raise NotFoundError("没有这次合并，或不在您的范围内", code="data_quality.merge_not_found")
    return found


def doubled() -> list[dict[str, Any]]:
    """Return what may be one firm, within reach, the surest first: its entries and why they seem one."""
    firms = {one.id: one for one in _firms()}
    aliases: dict[str, list[Organisation]] = {}
    for one in Organisation.objects.filter(merged_into__in=firms).order_by("name"):
        aliases.setdefault(one.merged_into_id or "", []).append(one)
    found = pairs([_as_firm(one, aliases.get(one.id, [])) for one in firms.values()], _places())
    apart = set(FirmsApart.objects.values_list("first_id", "second_id"))
    left = [pair for pair in found if (pair.first, pair.second) not in apart]
    counts = _counts({id_ for pair in left for id_ in (pair.first, pair.second)})
    return [_group(ids, those, firms, counts) for ids, those in groups(left)]


def hidden_of(firm: Organisation) -> int:
    """Return how many rows hang on a firm that the open unit of work does not see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_quality_rows_of(%s)", [firm.id])
        (whole,) = cursor.fetchone()
    seen = (
        Subject.objects.filter(organisation=firm).count()
        + Gateway.objects.filter(organisation=firm).count()
        + Document.objects.filter(about=firm.id).count()
    )
    return int(whole) - seen


def _firms() -> list[Organisation]:
    """Firms of one's own territory or zone, and those whose sites are seen."""
    scope = current_work().principal.scope
    with_sites = set(Subject.objects.values_list("organisation_id", flat=True).distinct())
    rows = Organisation.objects.filter(kind=OrganisationKind.FIRM, merged_into=None)
    return [one for one in rows if one.id in with_sites or scope.sees(facts_of(one))]


def _as_firm(one: Organisation, aliases: list[Organisation]) -> Firm:
    entries = [one, *aliases]
    codes = tuple(each.credit_code for each in entries if each.credit_code)
    return Firm(id=one.id, names=tuple(each.name for each in entries), codes=codes)


def _places() -> Any:
    named = divisions().filter(level__lte=DivisionLevel.TOWNSHIP, level__gt=DivisionLevel.COUNTRY)
    return place_names(named.values_list("code", "name"))


def _counts(ids: Iterable[str]) -> dict[str, dict[str, int]]:
    wanted = set(ids)

    def of(rows: QuerySet[Any], column: str = "organisation_id") -> dict[str, int]:
        counted = rows.filter(**{f"{column}__in": wanted}).order_by().values(column)
        return {one[column]: one["n"] for one in counted.annotate(n=Count("pk"))}

    return {
        "sites": of(Subject.objects.filter(kind__code="enterprise")),
        "subjects": of(Subject.objects.exclude(kind__code="enterprise")),
        "gateways": of(Gateway.objects.all()),
        "posts": of(Post.objects.all()),
        "documents": of(Document.objects.all(), "about"),
    }


def _group(
    ids: list[str], those: list[Pair], firms: dict[str, Organisation], counts: dict[str, Any]
) -> dict[str, Any]:
    entries = [_entry(firms[id_], counts) for id_ in ids]
    since: datetime = sorted(one["created_at"] for one in entries)[1]
    # kept by default: who has a code, then on whom most hangs, then who came first
    entries.sort(
        key=lambda one: (
            one["credit_code"] is None,
            -sum(one[key] for key in counts),
            one["created_at"],
        )
    )
    return {
        "score": max(pair.score for pair in those),
        "since": since,
        "firms": entries,
        "pairs": [
            {
                "first": one.first,
                "second": one.second,
                "score": one.score,
                "reasons": list(one.reasons),
            }
            for one in those
        ],
    }


def _entry(one: Organisation, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    columns = ("id", "name", "name_en", "credit_code", "territory_code", "created_at", "version")
    entry = {key: getattr(one, key) for key in columns}
    return entry | {key: counted.get(one.id, 0) for key, counted in counts.items()}
