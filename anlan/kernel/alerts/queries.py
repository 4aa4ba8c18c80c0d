"""Reads of alarms: lists, one alarm's public state, each subject's worst open alarm."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, StrIndex, Substr

from anlan.kernel.alerts.events import AlarmState
from anlan.kernel.alerts.folding import unfold
from anlan.kernel.alerts.models import OPEN, TO_CHECK, Alarm, EngineProgress, Remark, WaitingMembers
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.models import Seal
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Limit
from anlan.kernel.sensing.ports import Judged
from anlan.kernel.subjects.models import Subject


def _limit(column: str) -> Coalesce:
    """Return what the limit says that the alarm was judged by."""
    rows = Limit.objects.filter(pk=OuterRef("limit_id")).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def _said(word: str) -> Coalesce:
    """Return a part of what the firm said when it closed the alarm."""
    return Coalesce(KT(f"disposition__{word}"), Value(""), output_field=TextField())


def _subject(column: str, key: str = "subject_id") -> Coalesce:
    """Return what the subject, or the site, is called; nothing of one that moved out of reach."""
    rows = Subject.objects.filter(pk=OuterRef(key)).values(column)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


def _stream(column: str) -> Subquery:
    return Subquery(Datastream.objects.filter(pk=OuterRef("datastream_id")).values(column)[:1])


def _behind(model: type[Gateway] | type[Device], column: str) -> Subquery:
    """Return what a group's cause is called; nothing for an alarm of a datastream."""
    cause = Substr(OuterRef("cause_key"), StrIndex(OuterRef("cause_key"), Value(":")) + 1)
    return Subquery(model.objects.filter(pk=cause).values(column)[:1])


#: Each is looked up for the rows that are shown and for no others: no join, which PostgreSQL would make of
#: every alarm that somebody reaches before it sorts them, because it takes them for few (row security).
_NAMED = {
    "subject_name": _subject("name"),
    "subject_name_en": _subject("name_en"),
    "site_name": _subject("name", "site"),
    "site_name_en": _subject("name_en", "site"),
    "matter": _subject("kind__matter"),
    "datastream_key": Coalesce("datastream_id", Value("")),
    "datastream_name": Coalesce(_stream("name"), _behind(Gateway, "name"), _behind(Device, "name")),
    "datastream_name_en": Coalesce(
        _stream("name_en"), _behind(Gateway, "name_en"), _behind(Device, "name_en"), Value("")
    ),
    "tag": Coalesce(_stream("tag"), _behind(Gateway, "code"), _behind(Device, "serial"), Value("")),
    "unit": Coalesce(_stream("unit"), Value("个")),
    "firm_now": Case(
        When(
            Q(firm_state="confirmed") & Q(occurrences__gt=F("confirmed_occurrence")),
            then=Value("new"),
        ),
        default=F("firm_state"),
    ),
    "cause": _said("cause"),
    "measure": _said("measure"),
    "evidence": _said("evidence"),
    "limit_standard": _limit("standard"),
    "limit_clause": _limit("clause"),
    "limit_clause_en": _limit("clause_en"),
    "limit_confidence": _limit("confidence"),
}
#: What the words of a search are looked for in.
_SEARCH = Concat(
    "site_name", Value(" "), "subject_name", Value(" "), "datastream_name", Value(" "),
    "tag", output_field=CharField(),
)  # fmt: skip
_PATHS = {field.name: field.name for field in fields(AlarmState)} | {
    "firm_state": "firm_now",
    "datastream_id": "datastream_key",
}


#: A list shows a group, and its members when it is opened (7.19); of a closed group each stands for itself.
_IN_OPEN_GROUP = Exists(
    Alarm.objects.filter(
        Q(instrument_state="active") | ~Q(firm_state="closed"), pk=OuterRef("parent_id")
    )
)


def alarms() -> QuerySet[Alarm]:
    """Return every alarm that the scope reaches, with the names that a list shows.

    `in_open_group`: it is a member of a group that is still open.
    """
    named = Alarm.objects.annotate(**_NAMED)
    return named.annotate(search=_SEARCH, in_open_group=_IN_OPEN_GROUP)


def open_alarms() -> QuerySet[Alarm]:
    """Return what is active or not closed by its firm."""
    return alarms().filter(OPEN)


def desk_alarms() -> QuerySet[Alarm]:
    """Return what is open, and what the bureau still has on its list though the firm has closed it."""
    return alarms().filter(OPEN | TO_CHECK)


def alarm_state(alarm_id: str) -> AlarmState:
    """Return the public state of one alarm, or say that there is none to be seen."""
    row = alarms().filter(pk=alarm_id).values(*_PATHS.values()).first()
    if row is None:
        raise NotFoundError("没有这个报警，或不在您的范围内", id=alarm_id)
    return AlarmState(**{name: row[path] for name, path in _PATHS.items()})


def moved_its_limit(alarm: Alarm, actor: str) -> bool:
    """Tell whether somebody filed, replaced or withdrew the limit of this alarm since it came (P5)."""
    since = Q(created_at__gte=alarm.raised_at, filed_by=actor)
    ended = Q(superseded_at__gte=alarm.raised_at, ended_by=actor)
    rows = Limit.objects.filter(datastream_id=alarm.datastream_id, condition=alarm.condition)
    return rows.filter(since | ended).exists()


def alarms_to_tell(ids: Iterable[str]) -> dict[str, Alarm]:
    """Return alarms, by their id, with what a message about each names."""
    rows = Alarm.objects.select_related("subject__kind", "datastream").filter(pk__in=set(ids))
    return {alarm.id: alarm for alarm in rows}


def leader_of(cause_key: str, from_priority: int) -> str | None:
    """Return the first open alarm of a cause that is at least so urgent."""
    open_ones = Alarm.objects.filter(OPEN, cause_key=cause_key, priority__lte=from_priority)
    return open_ones.order_by("raised_at", "id").values_list("id", flat=True).first()


def remarks() -> QuerySet[Remark]:
    """Return what was noted at the alarms that the scope reaches."""
    return Remark.objects.all()


def journal_position() -> int:
    """Return the position that a snapshot is taken after; read it before the snapshot (7.15)."""
    last = Seal.objects.order_by("-id").values_list("last_position", flat=True).first()
    return last or 0


def judged() -> Judged | None:
    """Return the place of READINGS that every shard group's engine has passed."""
    newest = EngineProgress.objects.order_by("-epoch").values_list("epoch", flat=True).first()
    if newest is None:
        return None
    slowest = EngineProgress.objects.filter(epoch=newest).aggregate(seq=Min("seq"))
    return Judged(epoch=newest, seq=slowest["seq"])


def subject_states() -> dict[str, Any]:
    """Return each subject's worst open alarm and how many there are, with the position before."""
    position = journal_position()
    grouped = (
        Alarm.objects.filter(OPEN)
        .values("subject_id")
        .annotate(
            priority=Min("priority"),
            count=Count("id"),
            active=Count("id", filter=Q(instrument_state="active")),
        )
        .order_by("priority", "subject_id")
    )
    return {"position": position, "states": list(grouped)}


def waiting_members() -> list[tuple[int, str]]:
    """Return (datastream number, condition) of members whose rows are not written yet."""
    found: list[tuple[int, str]] = []
    for folded in WaitingMembers.objects.order_by("id").values_list("columns", flat=True):
        columns = unfold(folded)
        found += zip(columns["number"], columns["condition"], strict=True)
    return found
