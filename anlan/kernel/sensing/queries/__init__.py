"""Reads of datastreams, limits and suppressions; `doors` reads gateways and quarantine."""

from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.people.queries.holdings import name_behind
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.models import (
    Datastream,
    Limit,
    Suppression,
)
from anlan.kernel.subjects.models import Subject

MOST_ON_A_CARD = 500
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM subjects_subject WHERE id = %s
        UNION SELECT s.id FROM subjects_subject s JOIN below b ON s.parent_id = b.id)
    SELECT id FROM below
"""


def _site(column: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef("site")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


_SITE = {"site_name": _site("name"), "site_name_en": _site("name_en")}
#: What a limit and a suppression say of the datastream that they stand on.
_OF_STREAM = {
    "datastream_name": F("datastream__name"),
    "datastream_name_en": F("datastream__name_en"),
    "tag": F("datastream__tag"),
    "subject_id": F("datastream__subject_id"),
    "subject_name": F("datastream__subject__name"),
    "subject_name_en": F("datastream__subject__name_en"),
    **_SITE,
    "matter": F("datastream__subject__kind__matter"),
    "filed_by_name": name_behind("filed_by"),
    "ended_by_name": name_behind("ended_by"),
}
_STREAM_SEARCH = Concat(
    "site_name", Value(" "), "subject__name", Value(" "), "name", Value(" "), "tag",
    output_field=CharField(),
)  # fmt: skip
_SEARCH = Concat(
    "site_name", Value(" "), "datastream__name", Value(" "), "datastream__tag", Value(" "),
    "site_name_en", Value(" "), "datastream__name_en",
    output_field=CharField(),
)  # fmt: skip


#: From the top of the scale down, silence last.
_RANK = Case(
    *(When(Q(condition=name), then=Value(n)) for n, name in enumerate(("HH", "H", "L", "LL"))),
    default=Value(9),
    output_field=IntegerField(),
)


def datastreams() -> QuerySet[Datastream]:
    """Return the datastreams that the scope reaches, with the names that a list shows."""
    standing = Limit.objects.filter(datastream=OuterRef("pk"), superseded_at=None)
    counted = standing.order_by().values("datastream").annotate(n=Count("pk")).values("n")
    return Datastream.objects.annotate(
        subject_name=F("subject__name"),
        subject_name_en=F("subject__name_en"),
        property=F("observed_property__code"),
        property_title=F("observed_property__title"),
        property_title_en=F("observed_property__title_en"),
        gateway_name=F("gateway__name"),
        gateway_name_en=F("gateway__name_en"),
        **_SITE,
        matter=F("subject__kind__matter"),
        limits_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    ).annotate(search=_STREAM_SEARCH)


def datastream(datastream_id: str) -> Datastream:
    """Return one datastream, or say that there is none to be seen."""
    row = datastreams().filter(pk=datastream_id).first()
    if row is None:
        raise NotFoundError("没有这个测点，或不在您的范围内", id=datastream_id)
    return row


def of_subject(subject_id: str) -> list[Datastream]:
    """Return the datastreams of a subject and of every subject below it, by number."""
    rows = datastreams().filter(subject_id__in=_below(subject_id), retired_at=None)
    return list(rows.order_by("number")[:MOST_ON_A_CARD])


def ever_of_subject(subject_id: str) -> list[Datastream]:
    """Return these and the retired ones, however many, or say that the subject is not seen."""
    ids = _below(subject_id)
    if not ids:
        raise NotFoundError("没有这个监测对象，或不在您的范围内", id=subject_id)
    return list(Datastream.objects.filter(subject_id__in=ids).order_by("number"))


def _below(subject_id: str) -> list[str]:
    """Return a subject that is seen and every one below it that is."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [subject_id])
        return [row[0] for row in cursor.fetchall()]


def _passed() -> Q:
    """Return the condition of a change that the engine has passed on the log (7.3)."""
    here = ports.judged()
    if here is None:
        return Q(pk__in=[])
    return Q(log_epoch__lt=here.epoch) | Q(log_epoch=here.epoch, log_seq__lte=here.seq)


def limits() -> QuerySet[Limit]:
    """Return limits, standing and ended, with their datastream's names and how they stand.

    `waiting` and `ending` are changes that the engine has not reached yet: until then it judges
    as before.
    """
    passed = _passed()
    state = Case(
        When(Q(superseded_at=None) & passed, then=Value("in_force")),
        When(superseded_at=None, then=Value("waiting")),
        When(withdrawn_version=None, then=Value("replaced")),
        When(passed, then=Value("withdrawn")),
        default=Value("ending"),
        output_field=CharField(),
    )
    return Limit.objects.annotate(**_OF_STREAM).annotate(
        search=_SEARCH,
        rank=_RANK,
        state=state,
        in_force_since=Case(When(Q(superseded_at=None) & passed, then=F("log_at"))),
    )


def current_limits(datastream_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the limits filed and not superseded of some datastreams, by datastream."""
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in datastream_ids}
    columns = ("id", "datastream_id", "condition", "value", "unit", "deadband", "priority")
    rows = Limit.objects.filter(datastream_id__in=datastream_ids, superseded_at=None)
    for row in rows.order_by("condition").values(*columns):
        found[row["datastream_id"]].append(row)
    return found


def suppressions() -> QuerySet[Suppression]:
    """Return suppressions of both kinds, over and running, and how they stand."""
    passed, moment = _passed(), now()
    state = Case(
        When(Q(ended_at__isnull=False) & passed, then=Value("ended")),
        When(ended_at__isnull=False, then=Value("ending")),
        When(ends_at__lte=moment, then=Value("over")),
        When(starts_at__gt=moment, then=Value("planned")),
        When(~passed, then=Value("waiting")),
        default=Value("running"),
        output_field=CharField(),
    )
    return Suppression.objects.annotate(**_OF_STREAM).annotate(search=_SEARCH, state=state)


def running_suppressions() -> QuerySet[Suppression]:
    """Return suppressions that have begun or will, and have not ended."""
    return Suppression.objects.filter(Q(ended_at=None) & Q(ends_at__gt=now()))


def suppressions_now() -> QuerySet[Suppression]:
    """Return suppressions that hide alarms at this moment."""
    return running_suppressions().filter(starts_at__lte=now())
