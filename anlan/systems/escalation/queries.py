"""Reads: which alarms stand before a rung, and the escalations with what a list shows."""

from datetime import datetime
from functools import reduce
from typing import Any, cast

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
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

from anlan.kernel.alerts import queries as alerts
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.turns import with_deadlines
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.people.models import Organisation, OrganisationKind, User
from anlan.kernel.places.rules import ancestors, code_of
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.subjects.models import Subject
from anlan.systems.escalation.ladder import Rung
from anlan.systems.escalation.models import Call, Escalation
from anlan.systems.escalation.rules import AWAITED, OUTCOMES

#: What has no territory of its own, as a functional zone's bureau, counts as a county's.
_COUNTY_LENGTH = 6

_ALONE: dict[str, Any] = {"in_open_group": False}
_FIRM_OWES = Case(
    When(firm_now="new", then=Value("confirm")),
    default=Value("close"),
    output_field=CharField(),
)


def before_rung(rung: Rung, moment: datetime) -> QuerySet[Alarm]:
    """Return the real alarms whose owner let his time pass so long ago, and that did not stand on the rung yet.

    With `awaited` and `owed_at`. A group that is open stands for its members; what is set aside, or came late and is
    over, waits for nobody.
    """
    by_firm = rung.owner == "firm"
    named = alerts.open_alarms() if by_firm else alerts.desk_alarms()
    rows = with_deadlines(named).annotate(
        awaited=_FIRM_OWES if by_firm else Value("check", output_field=CharField()),
        owed_at=F("firm_due_at" if by_firm else "bureau_due_at"),
    )
    done = Escalation.objects.filter(
        alarm=OuterRef("pk"),
        occurrence=OuterRef("occurrences"),
        due_at=OuterRef("owed_at"),
        rung=rung.code,
        exercise_id=None,
    )
    is_aside = (
        Q(shelved_until__isnull=False, shelved_until__gt=moment)
        | Q(out_of_service=True)
        | Q(suppressed_by__isnull=False)
    )
    is_over = Q(is_late=True) & ~Q(instrument_state="active")
    due = rows.filter(
        ~Exists(done),
        exercise_id=None,
        priority__lte=rung.priority_to,
        owed_at__lte=moment - rung.after,
        **_ALONE,
    )
    found = due.exclude(is_aside).exclude(is_over)
    return found.select_related("subject__kind", "datastream").order_by("owed_at", "id")


def above(bureau: Organisation, div: int, up: int) -> list[Organisation]:
    """Return the bureaus `up` levels over one, by the territories around a place; nobody where there is no such level."""
    length = len(bureau.territory_code) or _COUNTY_LENGTH
    around = [code for code in ancestors(code_of(div)) if code and len(code) < length]
    rows = Organisation.objects.filter(
        kind=OrganisationKind.BUREAU, territory_code__in=around, merged_into=None
    )
    by_length: dict[int, list[Organisation]] = {}
    for one in rows.order_by("id"):
        by_length.setdefault(len(one.territory_code), []).append(one)
    levels = sorted(by_length, reverse=True)
    return by_length[levels[up - 1]] if len(levels) >= up else []


def _name(column: str, key: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef(key)).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def _stream(column: str) -> Coalesce:
    rows = Datastream.objects.filter(pk=OuterRef("alarm__datastream_id")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


#: The alarm still waits for what it waited for then, in that occurrence.
_WAITS = Q(alarm__occurrences=F("occurrence")) & (
    (
        Q(awaited="confirm")
        & (
            Q(alarm__firm_state="new")
            | Q(alarm__firm_state="confirmed", alarm__confirmed_occurrence__lt=F("occurrence"))
        )
    )
    | (Q(awaited="close") & ~Q(alarm__firm_state="closed"))
    | (Q(awaited="check") & Q(alarm__bureau_state="listed"))
    | (
        Q(awaited="check")
        & Q(alarm__bureau_state="none")
        & ~Q(alarm__firm_state="closed")
        & (
            Q(alarm__firm_state="new")
            | Q(alarm__confirmed_at__isnull=True)
            | Q(alarm__confirmed_at__lt=F("created_at"))
        )
    )
)
_STATES = {"waiting": "仍未答复", "again": "已再次报警", "answered": "已答复"}
ESCALATIONS = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "alarm_id": Field(path="alarm_id"),
        "occurrence": Field(path="occurrence", kind="int"),
        "made_at": Field(path="created_at", kind="time", sortable=True, title="升级时间"),
        "rung": Field(path="rung"),
        "rung_title": Field(path="rung_title", sortable=True, title="告知对象"),
        "rung_title_en": Field(path="rung_title_en"),
        "awaited": Field(path="awaited", title="逾期未做", words=cast("dict[Any, str]", AWAITED)),
        "due_at": Field(path="due_at", kind="time", sortable=True, title="时限"),
        "state": Field(path="state", title="状态", words=cast("dict[Any, str]", _STATES)),
        "priority": Field(
            path="alarm__priority",
            kind="int",
            sortable=True,
            title="优先级",
            words={1: "红色", 2: "橙色", 3: "黄色", 4: "蓝色"},
        ),
        "condition": Field(path="alarm__condition"),
        "subject_id": Field(path="alarm__subject_id"),
        "subject_name": Field(path="subject_name", title="监测对象"),
        "subject_name_en": Field(path="subject_name_en"),
        "site_name": Field(path="site_name", sortable=True, title="企业"),
        "site_name_en": Field(path="site_name_en"),
        "datastream_name": Field(path="datastream_name", title="测点"),
        "datastream_name_en": Field(path="datastream_name_en"),
        "told_count": Field(path="told_count", kind="int", sortable=True, title="告知人数"),
        "calls_count": Field(path="calls_count", kind="int", sortable=True, title="通话次数"),
        "div": Field(path="div", kind="int"),
        "zone": Field(path="zone", kind="int"),
        "site": Field(path="site"),
        "search": Field(path="search"),
    },
    sort="-made_at",
)


def escalations() -> QuerySet[Escalation]:
    """Return what the scope reaches of one's own exercise or of real life, with names and whether it waits still."""
    named = Escalation.objects.select_related("alarm").annotate(
        state=Case(
            When(_WAITS, then=Value("waiting")),
            When(alarm__occurrences__gt=F("occurrence"), then=Value("again")),
            default=Value("answered"),
            output_field=CharField(),
        ),
        subject_name=_name("name", "alarm__subject_id"),
        subject_name_en=_name("name_en", "alarm__subject_id"),
        site_name=_name("name", "site"),
        site_name_en=_name("name_en", "site"),
        datastream_name=_stream("name"),
        datastream_name_en=_stream("name_en"),
        told_count=Func(F("told"), function="jsonb_array_length", output_field=IntegerField()),
        calls_count=Count("calls"),
    )
    said = Concat(
        "site_name", Value(" "), "subject_name", Value(" "), "datastream_name",
        output_field=CharField(),
    )  # fmt: skip
    return named.annotate(search=said)


def _value(row: Escalation, path: str) -> Any:
    """Return a column of a row, or of its alarm."""
    return reduce(getattr, path.split("__"), cast("Any", row))


def detail(escalation_id: str) -> dict[str, Any]:
    """Return one escalation with the names of organisations and people. Raises NotFoundError."""
    row = escalations().filter(pk=escalation_id).first()
    if row is None:
        raise NotFoundError("没有这条升级记录，或不在您的范围内", id=escalation_id)
    shown = {name: _value(row, field.path) for name, field in ESCALATIONS.fields.items()}
    names = Organisation.objects.filter(pk__in=row.organisations).order_by("id")
    people = User.objects.filter(pk__in=row.told).order_by("id")
    return {
        **shown,
        "organisation_names": list(names.values_list("name", flat=True)),
        "told_names": list(people.values_list("name", flat=True)),
    }


CALLS = ListSpec(
    fields={
        "id": Field(path="id"),
        "escalation_id": Field(path="escalation_id"),
        "called_by": Field(path="called_by", title="拨打人"),
        "callee": Field(path="callee", title="接听人"),
        "outcome": Field(path="outcome", title="结果", words=cast("dict[Any, str]", OUTCOMES)),
        "said": Field(path="said", title="内容"),
        "called_at": Field(path="called_at", kind="time", sortable=True, title="通话时间"),
    },
    sort="-called_at",
)


def calls() -> QuerySet[Call]:
    """Return the calls that were recorded where the scope reaches."""
    return Call.objects.all()
