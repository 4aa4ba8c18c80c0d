"""The alarms of a period with what each counts as; a figure and the list behind it ask the same rows.

Counted are real alarms that were first raised in the period; a group with one cause is one alarm. The
clocks are those of `alerts.rules` and run from the last raise, as they do on the desk.
"""

from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from anlan.kernel.alerts.events import ALARM_CHECKED
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import (
    LISTED_AT_ONCE,
    LONG_CLOCKS,
    PHONE_WITHIN,
    SHORT_CLOCKS,
    SHORT_CLOCKS_FROM,
)
from anlan.kernel.base.models import Journal
from anlan.systems.desk.rules import Span

#: What an alarm counts as.
FLAGS = (
    "is_confirm_due", "is_confirmed_in_time", "is_confirm_overdue", "is_close_due", "is_closed_in_time",
    "is_close_overdue", "is_closed", "is_false_alarm", "is_bureau_due", "is_bureau_overdue",
)  # fmt: skip
#: Values that no instrument can mean.
BAD_VALUES = ("frozen", "range")


def counted(rows: QuerySet[Alarm], span: Span) -> QuerySet[Alarm]:
    """Return of some alarms those of a period, each with the moments and `FLAGS` it is counted by."""
    inside = rows.filter(
        exercise_id=None, parent=None, raised_at__gte=span.start, raised_at__lt=span.until
    )
    return _flagged(_answered(_clocked(inside), span), span)


def _clocked(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """Add until when the firm has to confirm and to close."""
    return rows.annotate(
        confirm_by=_after("last_raised_at", SHORT_CLOCKS.confirm, LONG_CLOCKS.confirm),
        close_by=_after("last_raised_at", SHORT_CLOCKS.close, LONG_CLOCKS.close),
    )


def _answered(rows: QuerySet[Alarm], span: Span) -> QuerySet[Alarm]:
    """Add when each owner had answered, as far as it was known at `as_of`."""
    known = {"firm_state": "closed", "closed_at__lte": span.as_of}
    confirmed = {
        "confirmed_at__lte": span.as_of,
        "confirmed_occurrence__gte": F("occurrences"),
    }
    checks = Journal.objects.filter(
        object=OuterRef("pk"),
        type=ALARM_CHECKED.name,
        known_at__gte=OuterRef("last_raised_at"),
        known_at__lte=span.as_of,
    )
    first_check = checks.order_by("known_at").values("known_at")[:1]
    return rows.annotate(
        closed_then=_time(When(**known, then=F("closed_at"))),
        checked_then=Subquery(first_check, output_field=DateTimeField()),
    ).annotate(
        # whoever closes has taken notice
        confirmed_then=Coalesce(_time(When(**confirmed, then=F("confirmed_at"))), F("closed_then")),
    )


def _flagged(rows: QuerySet[Alarm], span: Span) -> QuerySet[Alarm]:
    firm = Q(site__isnull=False)
    confirm_due = firm & (Q(confirm_by__lte=span.as_of) | Q(confirmed_then__isnull=False))
    close_due = firm & (Q(close_by__lte=span.as_of) | Q(closed_then__isnull=False))
    confirmed = Q(confirmed_then__lte=F("confirm_by"))
    closed = Q(closed_then__lte=F("close_by"))
    bureau_by = _time(
        When(priority__lte=LISTED_AT_ONCE, then=_later("last_raised_at")),
        When(firm & _unmet("confirmed_then", "confirm_by"), then=_later("confirm_by")),
        When(firm & _unmet("closed_then", "close_by"), then=_later("close_by")),
    )
    checked = Q(checked_then__lte=F("bureau_by"))
    bureau_due = Q(bureau_by__lte=span.as_of) | Q(
        bureau_by__isnull=False, checked_then__isnull=False
    )
    said = {
        "is_confirm_due": confirm_due,
        "is_confirmed_in_time": confirm_due & confirmed,
        "is_confirm_overdue": confirm_due & ~_is(confirmed),
        "is_close_due": close_due,
        "is_closed_in_time": close_due & closed,
        "is_close_overdue": close_due & ~_is(closed),
        "is_closed": Q(closed_then__isnull=False),
        "is_false_alarm": Q(closed_then__isnull=False, is_false=True),
        "is_bureau_due": bureau_due,
        "is_bureau_overdue": bureau_due & ~_is(checked),
    }
    flags = {name: _is(condition) for name, condition in said.items()}
    return rows.annotate(bureau_by=bureau_by).annotate(**flags)


def _is(condition: Q) -> Any:
    """Return true or false; what is not known is false."""
    return Case(
        When(condition, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )


def _unmet(answer: str, by: str) -> Q:
    """Return the condition that an answer had not come when the bureau's own time was over."""
    return Q(**{f"{answer}__isnull": True}) | Q(**{f"{answer}__gt": _later(by)})


def _later(name: str) -> Any:
    return _sum(F(name), PHONE_WITHIN)


def _after(name: str, short: timedelta, long: timedelta) -> Any:
    return Case(
        When(priority__lte=SHORT_CLOCKS_FROM, then=_sum(F(name), short)),
        default=_sum(F(name), long),
        output_field=DateTimeField(),
    )


def _sum(moment: Any, span: timedelta) -> Any:
    return ExpressionWrapper(moment + Value(span), output_field=DateTimeField())


def _time(*cases: When) -> Case:
    return Case(*cases, output_field=DateTimeField())
