"""Reads of findings and looks: the desk's list, the firm's own, one whole, those of a dossier."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.people.queries.holdings import names_of
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.rules import KINDS, STATES, VERDICTS

_COMMON = {
    "id": Field(path="id"),
    "version": Field(path="version", kind="int"),
    "kind": Field(path="kind", sortable=True, title="类型", words=KINDS),
    "state": Field(path="state", title="状态", words=STATES),
    "rank": Field(path="rank", kind="int", sortable=True),
    "verdict": Field(path="verdict", title="判定", words=VERDICTS),
    "datastream_id": Field(path="datastream_id"),
    "name": Field(path="datastream__name", sortable=True, title="测点"),
    "name_en": Field(path="datastream__name_en"),
    "tag": Field(path="datastream__tag", sortable=True, title="位号"),
    "unit": Field(path="datastream__unit"),
    "subject_id": Field(path="datastream__subject_id"),
    "subject_name": Field(path="datastream__subject__name", title="对象"),
    "subject_name_en": Field(path="datastream__subject__name_en"),
    "other_tag": Field(path="other_tag", title="另一测点"),
    "site_name": Field(path="site_name", sortable=True, title="企业"),
    "site_name_en": Field(path="site_name_en"),
    "site": Field(path="site"),
    "first_at": Field(path="first_at", kind="time", sortable=True, title="起"),
    "last_at": Field(path="last_at", kind="time", sortable=True, title="止"),
    "due_on": Field(path="due_on", kind="date", sortable=True, title="办理期限"),
    "created_at": Field(path="created_at", kind="time", sortable=True, title="发现时间"),
    "search": Field(path="search"),
}
FINDINGS = ListSpec(fields=_COMMON, sort="rank")
HANDED = ListSpec(fields=_COMMON, sort="due_on")
LOOKS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "site": Field(path="site"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "day": Field(path="day", kind="date", sortable=True, title="日期"),
        "streams": Field(path="streams", kind="int", sortable=True, title="测点数"),
        "found": Field(path="found", kind="int", sortable=True, title="新线索"),
        "went_on": Field(path="went_on", kind="int", sortable=True, title="仍在继续"),
        "files_missing": Field(path="files_missing", kind="int", title="缺失的历史文件"),
        "done_at": Field(path="done_at", kind="time", sortable=True, title="完成时间"),
        "failed_at": Field(path="failed_at", kind="time", title="失败时间"),
    },
    sort="-day",
)

#: What waits for the desk first: not judged, answered, handed, closed.
_RANK = Case(
    When(state="open", verdict="", then=Value(0)),
    When(state="answered", then=Value(1)),
    When(state="open", then=Value(2)),
    When(state="handed", then=Value(3)),
    default=Value(4),
    output_field=IntegerField(),
)
_SEARCH = Concat(
    "datastream__name", Value(" "), "datastream__tag", Value(" "), "datastream__name_en", Value(" "),
    "datastream__subject__name", Value(" "), "site_name", Value(" "), "site_name_en",
    output_field=CharField(),
)  # fmt: skip
_ACTORS = ("judged_by", "handed_by", "answered_by", "closed_by")


def _site(column: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef("site")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def findings() -> QuerySet[HonestyFinding]:
    """Return the findings that the scope reaches."""
    rows = HonestyFinding.objects.select_related("datastream__subject__kind", "other")
    return rows.annotate(
        site_name=_site("name"),
        site_name_en=_site("name_en"),
        other_tag=Coalesce("other__tag", Value(""), output_field=CharField()),
        rank=_RANK,
    ).annotate(search=_SEARCH)


def handed() -> QuerySet[HonestyFinding]:
    """Return those that were handed to the firm: all that its own people may see."""
    return findings().filter(handed_at__isnull=False)


def finding(rows: QuerySet[HonestyFinding], finding_id: str) -> HonestyFinding:
    """Return one of some findings. Raises NotFoundError where it is out of sight."""
    found = rows.filter(pk=finding_id).first()
    if found is None:
        raise NotFoundError(
            "没有这条线索，或不在您的范围内", code="data_honesty.finding_not_found", id=finding_id
        )
    return found


def at_subject(subject_id: str) -> QuerySet[HonestyFinding]:
    """Return what is found at a subject, or anywhere on it where it is a site, the newest first."""
    here = Q(datastream__subject=subject_id) | Q(site=subject_id)
    return findings().filter(here).order_by(_RANK, "-last_at", "-id")[:100]


def whole(row: HonestyFinding, may: list[str]) -> dict[str, Any]:
    """Return a finding with all that is known of it, the names of who acted, and what who asks may do."""
    actors = {name: getattr(row, name) for name in _ACTORS}
    by = row.figures.get("by", "")
    names = names_of([*filter(None, actors.values()), *([by] if by else [])])
    figures = {key: value for key, value in row.figures.items() if key != "by"}
    if by:
        figures["by_name"] = names[by]
    plain = ("reason", "reason_en", "clause", "clause_en", "mark", "verdict_reason", "judged_at", "asked",
             "handed_at", "answer", "answered_at", "close_reason", "closed_at", "earlier_at", "basis")  # fmt: skip
    return (
        listed(row)
        | {name: getattr(row, name) for name in plain}
        | {f"{name}_name": names.get(actor, "") for name, actor in actors.items()}
        | {
            "figures": figures,
            "may": may,
            "other_id": row.other_id,
            "other_name": row.other.name if row.other else "",
            "other_name_en": row.other.name_en if row.other else "",
        }
    )


def listed(row: HonestyFinding) -> dict[str, Any]:
    """Return the columns of the list of one finding."""
    said: dict[str, Any] = {}
    for name, field in _COMMON.items():
        value: Any = row
        for part in field.path.split("__"):
            value = getattr(value, part)
        said[name] = value
    return said


def looks() -> QuerySet[HonestyLook]:
    """Return the looks that the scope reaches."""
    return HonestyLook.objects.annotate(site_name=_site("name"), site_name_en=_site("name_en"))
