"""Reads of bulletins: the list, one whole, and what the same count says today."""

from typing import Any, cast

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.queries.holdings import name_behind
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk.models import Bulletin, BulletinKind, BulletinState
from anlan.systems.desk.queries.figures import figures
from anlan.systems.desk.rules import COUNTS, Span

KINDS = cast("dict[Any, str]", dict(BulletinKind.choices))
STATES = cast("dict[Any, str]", dict(BulletinState.choices))
BULLETINS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "kind": Field(path="kind", title="种类", words=KINDS),
        "title": Field(path="title", sortable=True, title="标题"),
        "starts_at": Field(path="starts_at", kind="time", sortable=True),
        "ends_at": Field(path="ends_at", kind="time"),
        "period_from": Field(path="starts_at", kind="time", title="统计周期起"),
        "period_until": Field(path="ends_at", kind="time", title="统计周期止"),
        "as_of": Field(path="as_of", kind="time", title="统计截至"),
        "state": Field(path="state", sortable=True, title="状态", words=STATES),
        "paper_number": Field(path="paper_number", title="文号"),
        "organisation_name": Field(path="organisation__name", sortable=True, title="印发单位"),
        "organisation_name_en": Field(path="organisation__name_en"),
        "drafted_by_name": Field(path="drafted_by_name", title="起草人"),
        "approved_by_name": Field(path="approved_by_name", title="签发人"),
        "issued_at": Field(path="issued_at", kind="time", sortable=True, title="印发时间"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "search": Field(path="search"),
    },
    sort="-starts_at",
)


def paper_number(year: int | None, number: int | None) -> str:
    """Return the document number (发文字号) of a bulletin; empty before it is issued."""
    return f"监测通报〔{year}〕{number}号" if number is not None else ""


def bulletins() -> QuerySet[Bulletin]:
    """Return the bulletins that the scope reaches, with what a list shows."""
    numbered = Concat(
        Value("监测通报〔"), Cast("year", CharField()), Value("〕"), Cast("number", CharField()), Value("号"),
        output_field=CharField(),
    )  # fmt: skip
    known = Func(F("number"), template="CASE WHEN %(expressions)s IS NULL THEN '' END")
    return Bulletin.objects.annotate(
        drafted_by_name=name_behind("drafted_by"),
        approved_by_name=name_behind("approved_by"),
        paper_number=Coalesce(known, numbered, output_field=CharField()),
        search=Concat("title", Value(" "), "organisation__name", output_field=CharField()),
    )


def bulletin(bulletin_id: str) -> Bulletin:
    """Return one bulletin with the names of its people. Raises NotFoundError."""
    found = (
        bulletins()
        .annotate(
            edited_by_name=name_behind("edited_by"),
            issued_by_name=name_behind("issued_by"),
            withdrawn_by_name=name_behind("withdrawn_by"),
        )
        .select_related("organisation")
        .filter(pk=bulletin_id)
        .first()
    )
    if found is None:
        raise NotFoundError("没有这份通报，或不在您的范围内", code="desk.bulletin_not_found")
    return found


def span(row: Bulletin) -> Span:
    """Return the period that a bulletin tells of, as of its moment."""
    return Span(start=row.starts_at, end=row.ends_at, as_of=row.as_of)


def differences(row: Bulletin, principal: Principal) -> dict[str, Any]:
    """Count once more what a bulletin was counted from, and say where today's rows give another count.

    `unseen` are sites of it that the reader does not reach: of them nothing is said.
    """
    seen = set(Subject.objects.filter(pk__in=row.sites).values_list("id", flat=True))
    today = {one["site_id"]: one for one in figures(span(row), sorted(seen), principal)["firms"]}
    frozen = {one["site_id"]: one for one in row.figures["firms"]}
    found = [
        {"site_id": site, "name": frozen[site]["name"], "name_en": frozen[site]["name_en"], "count": name,
         "then": frozen[site][name], "now": today[site][name] if site in today else 0}
        for site in sorted(seen & frozen.keys())
        for name in COUNTS
        if frozen[site][name] != (today[site][name] if site in today else 0)
    ]  # fmt: skip
    return {"unseen": len(set(row.sites) - seen), "differences": found}
