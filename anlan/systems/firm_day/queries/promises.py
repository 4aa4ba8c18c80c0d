"""Reads of the daily promise: who has promised today, one promise with its versions, rates by jurisdiction."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
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

from anlan.kernel.alerts.models import Alarm, InstrumentState
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.places.models import Area, Division
from anlan.kernel.places.rules import TOWNSHIP_UNIT
from anlan.kernel.subjects.models import Subject, SubjectStatus
from anlan.kernel.subjects.services import SITE_KIND
from anlan.systems.firm_day.models import PermitState, SafetyCommitment, WorkPermit
from anlan.systems.firm_day.promises import Work, promise_rules
from anlan.systems.firm_day.rules import day_span, local_day

#: How a firm stands on a day: contradicted, who has not promised, who was late, who was in time.
STANDINGS: Final = {
    "contradicted": "承诺与事实不一致",
    "missing": "未承诺（已过时限）",
    "withdrawn": "已撤回",
    "waiting": "未承诺（未到时限）",
    "late": "迟报",
    "promised": "已承诺",
}
RISKS: Final = {"major": "重大", "considerable": "较大", "general": "一般", "low": "低"}
#: The first level: red.
GRAVE: Final = 1
PROMISING = ListSpec(
    fields={
        "id": Field(path="id"),
        "standing": Field(path="standing", title="承诺状态", words=STANDINGS),
        "rank": Field(path="rank", kind="int", sortable=True),
        "name": Field(path="name", sortable=True, title="企业"),
        "name_en": Field(path="name_en"),
        "contradictions": Field(
            path="contradictions_n", kind="int", sortable=True, title="不一致项数"
        ),
        "contradicted_since": Field(path="contradicted_since", kind="time", title="不一致起始"),
        "promised_at": Field(path="promised_at", kind="time", sortable=True, title="承诺时间"),
        "number": Field(path="number", kind="int", title="版本"),
        "risk": Field(path="risk", title="风险等级（企业研判）", words=RISKS),
        "units_running": Field(path="units_running", kind="int", title="运行套数"),
        "units_total": Field(path="units_total", kind="int", title="装置总套数"),
        "works": Field(path="works_n", kind="int", sortable=True, title="当日作业票"),
        "under_way": Field(path="under_way_n", kind="int", sortable=True, title="作业中"),
        "signed_by": Field(path="signed_by", title="承诺人"),
        "commitment_id": Field(path="commitment_id"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "search": Field(path="search"),
    },
    sort="rank",
)
_STANDING_WORK = (PermitState.ISSUED, PermitState.UNDER_WAY, PermitState.FINISHED)


def _many() -> Func:
    return Func(F("contradictions"), function="jsonb_array_length", output_field=IntegerField())


def _of_day(day: date) -> Q:
    start, end = day_span(day)
    overlaps = Q(planned_start__lt=end, planned_end__gt=start) & (
        Q(ended_at=None) | Q(ended_at__gt=start)
    )
    is_overrun = Q(state=PermitState.UNDER_WAY, planned_start__lt=end)
    return Q(state__in=_STANDING_WORK) & (overlaps | is_overrun)


def works_of(site: str, day: date) -> list[Work]:
    """Return the permits of a site that stand on a local day: issued, under way or finished on it."""
    rows = WorkPermit.objects.filter(_of_day(day), site=site).order_by("code")
    return [
        Work(code=code, kind=kind, level=level)
        for code, kind, level in rows.values_list("code", "kind", "managed_level")
    ]


def grave_alarms(site: str) -> int:
    """Return how many alarms of the first level are on at a site."""
    rows = Alarm.objects.filter(site=site, instrument_state=InstrumentState.ACTIVE, priority=GRAVE)
    return rows.filter(parent=None).count()


def obliged(day: date | None = None) -> QuerySet[Any]:
    """Return the sites that promise, each with how it stands on a local day (today where none is said)."""
    moment = now()
    on = day or local_day(moment)
    promises = SafetyCommitment.objects.filter(site=OuterRef("pk"), day=on)
    is_over = promise_rules().due_at(on) <= moment

    def of(column: str, output: Any = None) -> Subquery:
        return Subquery(promises.values(column)[:1], output_field=output)

    def count(condition: Q) -> Coalesce:
        rows = WorkPermit.objects.filter(condition, site=OuterRef("pk")).order_by()
        counted = rows.values("site").annotate(n=Count("id")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    rows: QuerySet[Any] = Subject.objects.filter(
        kind__code=SITE_KIND, kind__matter__in=promise_rules().matters
    ).exclude(status=SubjectStatus.RETIRED)
    found: QuerySet[Any] = (
        rows.annotate(
            commitment_id=of("id"),
            promised_at=of("promised_at"),
            is_late=of("is_late"),
            withdrawn_at=of("withdrawn_at"),
            contradicted_since=of("contradicted_since"),
            contradictions_n=Coalesce(Subquery(promises.annotate(n=_many()).values("n")[:1]), 0),
            number=of("current__number"),
            risk=Coalesce(of("current__risk"), Value(""), output_field=CharField()),
            units_running=of("current__units_running"),
            units_total=of("current__units_total"),
            signed_by=Coalesce(of("current__signed_by"), Value(""), output_field=CharField()),
            works_n=count(_of_day(on)),
            under_way_n=count(Q(state=PermitState.UNDER_WAY)),
        )
        .annotate(
            standing=Case(
                When(withdrawn_at__isnull=False, then=Value("withdrawn")),
                When(commitment_id=None, then=Value("missing" if is_over else "waiting")),
                When(contradicted_since__isnull=False, then=Value("contradicted")),
                When(is_late=True, then=Value("late")),
                default=Value("promised"),
                output_field=CharField(),
            )
        )
        .annotate(
            rank=Case(
                *(When(standing=key, then=Value(n)) for n, key in enumerate(STANDINGS)),
                default=Value(len(STANDINGS)),
                output_field=IntegerField(),
            ),
            search=Concat("name", Value(" "), "name_en", output_field=CharField()),
        )
    )
    return found


def missing(day: date) -> list[Subject]:
    """Return the sites that have not promised for a day, or have withdrawn it."""
    rows = obliged(day).filter(standing__in=["missing", "waiting", "withdrawn"])
    return list(rows.select_related("kind").order_by("id"))


def rates(day: date | None = None) -> list[dict[str, Any]]:
    """Return by functional zone, else township: how many firms, how many have promised, in time, with a contradiction."""
    found: dict[tuple[bool, int], dict[str, Any]] = {}
    for row in obliged(day).order_by("id").values("zone", "township", "standing", "is_late"):
        is_zone = row["zone"] is not None
        key = (is_zone, row["zone"] if is_zone else row["township"])
        one = found.setdefault(
            key, {"firms": 0, "promised": 0, "in_time": 0, "contradicted": 0, "missing": 0}
        )
        one["firms"] += 1
        has = row["standing"] in {"contradicted", "late", "promised"}
        one["promised"] += has
        one["in_time"] += has and not row["is_late"]
        one["contradicted"] += row["standing"] == "contradicted"
        one["missing"] += not has
    names = _names(found)
    rows = [
        {"key": f"{'zone' if key[0] else 'township'}:{key[1]}", **names[key], **one}
        for key, one in found.items()
    ]
    return sorted(rows, key=lambda one: (one["promised"] / one["firms"], one["name"]))


def _names(keys: Iterable[tuple[bool, int]]) -> dict[tuple[bool, int], dict[str, str]]:
    zones = {number for is_zone, number in keys if is_zone}
    divs = {number * TOWNSHIP_UNIT: number for is_zone, number in keys if not is_zone}
    found = {
        (True, row.number): {"name": row.name, "name_en": row.name_en}
        for row in Area.objects.filter(number__in=zones)
    }
    for row in Division.objects.filter(div__in=divs).order_by("level"):
        found[False, divs[row.div]] = {"name": row.name, "name_en": row.name_en}
    return {key: found.get(key, {"name": str(key[1]), "name_en": ""}) for key in keys}


COMMITMENTS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "day": Field(path="day", kind="date", sortable=True, title="日期"),
        "subject_id": Field(path="subject_id"),
        "name": Field(path="subject__name", sortable=True, title="企业"),
        "name_en": Field(path="subject__name_en"),
        "promised_at": Field(path="promised_at", kind="time", sortable=True, title="承诺时间"),
        "is_late": Field(path="is_late", kind="bool", title="迟报"),
        "withdrawn_at": Field(path="withdrawn_at", kind="time", title="撤回时间"),
        "number": Field(path="current__number", kind="int", title="版本"),
        "risk": Field(path="current__risk", title="风险等级（企业研判）", words=RISKS),
        "contradictions": Field(path="contradictions_n", kind="int", title="不一致项数"),
        "signed_by": Field(path="current__signed_by", title="承诺人"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "site": Field(path="site"),
        "search": Field(path="search"),
    },
    sort="-day",
)


def commitments() -> QuerySet[Any]:
    """Return the promises that the scope reaches, of every day."""
    rows: QuerySet[Any] = SafetyCommitment.objects.all()
    found: QuerySet[Any] = rows.annotate(
        contradictions_n=_many(),
        search=Concat("subject__name", Value(" "), "subject__name_en", output_field=CharField()),
    )
    return found


def commitment(commitment_id: str) -> SafetyCommitment:
    """Return one promise with its firm. Raises NotFoundError."""
    rows = SafetyCommitment.objects.select_related("subject", "current")
    found = rows.filter(pk=commitment_id).first()
    if found is None:
        raise NotFoundError(
            "没有这份安全承诺，或不在您的范围内",
            code="firm_day.commitment_not_found",
            id=commitment_id,
        )
    return found


def today_of(site_id: str) -> tuple[Subject, SafetyCommitment | None, date]:
    """Return a site with its promise of today. Raises NotFoundError."""
    site = Subject.objects.filter(pk=site_id, site=site_id).first()
    if site is None:
        raise NotFoundError(
            "没有这个企业，或不在您的范围内", code="firm_day.site_not_found", id=site_id
        )
    day = local_day(now())
    rows = SafetyCommitment.objects.select_related("subject", "current")
    return site, rows.filter(site=site_id, day=day).first(), day
