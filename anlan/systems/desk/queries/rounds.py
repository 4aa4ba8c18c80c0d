"""Reads of rounds: plans, today's round with what was missed, done rounds, and what there is to see of a firm."""

from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import (
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Extract

from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.people.queries.holdings import name_behind
from anlan.kernel.sensing.models import Datastream, Gateway
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk.models import OnlineRound, RoundLevel, RoundPlan, RoundResult
from anlan.systems.desk.rules import due_day

LEVELS = cast("dict[Any, str]", dict(RoundLevel.choices))
RESULTS = cast("dict[Any, str]", dict(RoundResult.choices))
PLANS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "name": Field(path="name", sortable=True, title="名称"),
        "level": Field(path="level", sortable=True, title="层级", words=LEVELS),
        "every_days": Field(path="every_days", kind="int", sortable=True, title="周期（天）"),
        "firms": Field(path="firms", kind="int", sortable=True, title="企业数"),
        "starts_on": Field(path="starts_on", kind="date", sortable=True, title="开始日期"),
        "organisation_name": Field(path="organisation__name", title="单位"),
        "organisation_name_en": Field(path="organisation__name_en"),
        "made_by_name": Field(path="made_by_name", title="制定人"),
        "ended_at": Field(path="ended_at", kind="time", title="停用时间"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "search": Field(path="name"),
    },
    sort="name",
)
ROUNDS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "plan_id": Field(path="plan_id"),
        "plan_name": Field(path="plan__name", title="计划"),
        "site": Field(path="site"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "looked_by_name": Field(path="looked_by_name", sortable=True, title="巡查人"),
        "began_at": Field(path="began_at", kind="time", sortable=True, title="开始时间"),
        "ended_at": Field(path="ended_at", kind="time", title="结束时间"),
        "seconds": Field(path="seconds", kind="float", sortable=True, title="用时（秒）"),
        "result": Field(path="result", sortable=True, title="结果", words=RESULTS),
        "finding": Field(path="finding", title="发现情况"),
        "assigned": Field(path="assigned", title="交办"),
        "assigned_until": Field(
            path="assigned_until", kind="date", sortable=True, title="交办期限"
        ),
        "facts": Field(path="facts"),
        "checks": Field(path="checks"),
        "search": Field(path="search"),
    },
    sort="-began_at",
)


def plans() -> QuerySet[RoundPlan]:
    """Return the plans that the scope reaches."""
    firms = Func(F("sites"), function="jsonb_array_length", output_field=IntegerField())
    return RoundPlan.objects.annotate(firms=firms, made_by_name=name_behind("made_by"))


def rounds() -> QuerySet[OnlineRound]:
    """Return the rounds that the scope reaches, with the names that a list shows."""
    spent = ExpressionWrapper(F("ended_at") - F("began_at"), output_field=DurationField())
    named = OnlineRound.objects.filter(exercise_id=None).annotate(
        site_name=_site("name"),
        site_name_en=_site("name_en"),
        looked_by_name=name_behind("looked_by"),
        seconds=Extract(spent, "epoch"),
    )
    words = Concat(
        "site_name", Value(" "), "site_name_en", Value(" "), "finding", output_field=CharField()
    )
    return named.annotate(search=words)


def _site(column: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef("site")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def round_row(round_id: str) -> dict[str, Any]:
    """Return one round as the list shows it. Raises NotFoundError."""
    paths = {field.path for field in ROUNDS.fields.values()}
    found = rounds().filter(pk=round_id).values(*paths).first()
    if found is None:
        raise NotFoundError("没有这次巡查，或不在您的范围内", code="desk.round_not_found")
    return ROUNDS.renamed(found)


def today() -> dict[str, Any]:
    """Return the firms that are due today or were missed, plan by plan, the longest missed first.

    A firm is due from its day on until somebody has looked at it; `days_late` counts from that day. Firms that the
    reader does not reach are left out.
    """
    day = now().astimezone(SHANGHAI).date()
    rows: list[dict[str, Any]] = []
    for plan in plans().filter(ended_at=None):
        rows += _of_plan(plan, day)
    rows.sort(key=lambda row: (row["is_done"], -row["days_late"], row["name"], row["site_id"]))
    return {"day": day, "firms": rows}


def _of_plan(plan: RoundPlan, day: date) -> list[dict[str, Any]]:
    due = {
        site: on
        for place, site in enumerate(plan.sites)
        if (on := due_day(place, plan.every_days, plan.starts_on, day)) is not None
    }
    seen = Subject.objects.filter(pk__in=due).values("id", "name", "name_en")
    made = OnlineRound.objects.filter(plan=plan, site__in=due, exercise_id=None)
    newest = made.order_by("site", "-began_at").distinct("site")
    last = {row.site: row for row in newest}
    # a finished one counts before one that somebody began after it and left
    for row in newest.filter(ended_at__isnull=False):
        if row.began_at >= _begins(due[row.site]):
            last[row.site] = row
    found = []
    for one in seen:
        done, on = last.get(one["id"]), due[one["id"]]
        looked = done is not None and done.began_at >= _begins(on)
        is_done = looked and done is not None and done.ended_at is not None
        if is_done and on < day:
            continue
        found.append(
            {"plan_id": plan.id, "plan_name": plan.name, "site_id": one["id"], "name": one["name"],
             "name_en": one["name_en"], "due_on": on, "days_late": 0 if is_done else (day - on).days,
             "is_done": is_done, "round_id": done.id if looked and done is not None else None,
             "last_at": None if done is None else done.began_at}
        )  # fmt: skip
    return found


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def facts_of(site: str) -> dict[str, Any]:
    """Return what there is to see of a firm now: counts of open alarms, silent datastreams, gateways unheard."""
    moment = now()
    open_ones = Alarm.objects.filter(OPEN, site=site, exercise_id=None, parent=None)
    alarms = open_ones.aggregate(all=Count("id"), serious=Count("id", filter=Q(priority__lte=2)))
    silent = Alarm.objects.filter(
        site=site, exercise_id=None, condition="silent", instrument_state="active"
    )
    gateways = Gateway.objects.filter(site=site, is_active=True)
    unheard = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=moment - timedelta(minutes=10))
    return {
        "open_alarms": alarms["all"],
        "serious_alarms": alarms["serious"],
        "datastreams": Datastream.objects.filter(site=site, retired_at=None).count(),
        "silent": silent.values("datastream").distinct().count(),
        "gateways": gateways.count(),
        "gateways_unheard": gateways.filter(unheard).count(),
    }
