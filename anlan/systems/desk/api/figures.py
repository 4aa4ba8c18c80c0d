"""HTTP of the figures of a period and of the rows that each was counted from, under /desk."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import AwareDatetime

from anlan.kernel.alerts.api import ALARMS
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.queries import alarms
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.doors import Door, ListQuery, principal
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.reached import narrowed
from anlan.systems.desk import schemas
from anlan.systems.desk.queries.counted import FLAGS, counted
from anlan.systems.desk.queries.figures import figures, silences
from anlan.systems.desk.rules import FIGURES, Span, span_of

door = Door("desk")
router = door.router

_NAMES = (
    "id", "version", "subject_id", "subject_name", "subject_name_en", "site", "site_name", "site_name_en",
    "datastream_id", "datastream_name", "datastream_name_en", "tag", "condition", "priority", "raised_at",
    "last_raised_at", "search",
)  # fmt: skip
_TIMES = {
    "confirm_by": "确认时限",
    "confirmed_then": "企业确认",
    "close_by": "消警时限",
    "closed_then": "企业消警",
    "bureau_by": "部门时限",
    "checked_then": "部门核查",
}
_FLAG_TITLES = {
    "is_confirmed_in_time": "及时确认",
    "is_closed_in_time": "及时消警",
    "is_false_alarm": "误报",
    "is_bureau_overdue": "部门超时",
}
_YES = {True: "是", False: ""}
COUNTED = ListSpec(
    fields={name: ALARMS.fields[name] for name in _NAMES}
    | {
        name: Field(path=name, kind="time", sortable=True, title=title)
        for name, title in _TIMES.items()
    }
    | {
        name: Field(path=name, kind="bool", title=_FLAG_TITLES.get(name, ""), words=_YES)
        for name in FLAGS
    },
    sort="-raised_at",
)
_SILENT = (
    "id", "subject_name", "subject_name_en", "site", "site_name", "site_name_en", "datastream_id",
    "datastream_name", "datastream_name_en", "tag", "raised_at", "returned_at", "occurrences", "search",
)  # fmt: skip
SILENCES = ListSpec(
    fields={name: ALARMS.fields[name] for name in _SILENT}
    | {
        "raised_at": Field(path="raised_at", kind="time", sortable=True, title="离线时间"),
        "returned_at": Field(path="returned_at", kind="time", title="恢复时间"),
        "silent_s": Field(path="silent_s", kind="float", sortable=True, title="本期离线（秒）"),
    },
    sort="-silent_s",
)


class SpanQuery(ListQuery):
    """The period that rows are counted in, and the moment as of which."""

    start: AwareDatetime
    end: AwareDatetime
    as_of: AwareDatetime

    def says(self) -> tuple[str, ...]:
        """Return in words what is asked beside the filters."""
        return tuple(
            f"{name}:{getattr(self, name).astimezone(SHANGHAI).isoformat(timespec='seconds')}"
            for name in ("start", "end", "as_of")
        )

    def span(self) -> Span:
        """Return it as a span."""
        return Span(start=self.start, end=self.end, as_of=self.as_of)


@door.read("/figures", FIGURES, response=schemas.DeskFiguresOut)
def read_figures(request: HttpRequest, kind: schemas.PeriodKey, day: date) -> dict[str, Any]:
    """The figures of the week or month that a day lies in, of the firms that I reach."""
    span = span_of(kind, day, now())
    found = figures(span, None, principal(request))
    return found | {"kind": kind, "start": span.start, "end": span.end, "as_of": span.as_of}


@door.list("/alarms", FIGURES, COUNTED, schemas.CountedAlarmOut, asks=SpanQuery)
def counted_alarms(request: HttpRequest, asked: SpanQuery) -> QuerySet[Alarm]:
    """The alarms of a period with what each counts as: the rows behind every count of alarms."""
    return counted(narrowed(alarms(), principal(request), incident=True), asked.span())


@door.list("/silences", FIGURES, SILENCES, schemas.SilenceOut, asks=SpanQuery)
def silent_datastreams(request: HttpRequest, asked: SpanQuery) -> QuerySet[Alarm]:
    """The alarms of silence that reach into a period: the rows behind the time that was not online."""
    return silences(narrowed(alarms(), principal(request), incident=True), asked.span())
