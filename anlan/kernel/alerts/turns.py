"""Whose turn an alarm is: until when each owner has to answer it, and what somebody has to do himself.

`rules.due_of` says of one alarm what is said here of rows.
"""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Least

from anlan.kernel.alerts.models import TO_CHECK, Alarm
from anlan.kernel.alerts.rules import (
    ACTS,
    LONG_CLOCKS,
    PHONE_WITHIN,
    SHORT_CLOCKS,
    SHORT_CLOCKS_FROM,
)
from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.permissions import Grant, Principal
from anlan.kernel.base.reached import NOTHING, reached

#: Behind everything that has a deadline; what is nobody's here comes behind that, the newest first.
_NO_DEADLINE = from_ms(64_060_588_800_000)  # the year 4000


def _within(name: str) -> Combinable:
    """Return until when the firm has to do something, by the clock of the alarm's priority."""
    is_urgent = Q(priority__lte=SHORT_CLOCKS_FROM)
    short, long = Value(getattr(SHORT_CLOCKS, name)), Value(getattr(LONG_CLOCKS, name))
    return F("last_raised_at") + Case(When(is_urgent, then=short), default=long)


_ANSWER_BY = Case(
    When(firm_now="new", then=_within("confirm")),
    When(firm_now="confirmed", then=_within("close")),
    output_field=DateTimeField(),
)
_LISTED_BY = Case(
    When(bureau_state="listed", then=F("last_raised_at") + Value(PHONE_WITHIN)),
    output_field=DateTimeField(),
)
_HAS_FIRM = Q(site__isnull=False)
_MINE: dict[str, Any] = {"is_mine": True, "in_open_group": False}


def with_deadlines(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """Return the same alarms with `firm_due_at` and `bureau_due_at`; null where nothing is awaited."""
    owed = rows.annotate(answer_by=_ANSWER_BY, listed_by=_LISTED_BY)
    return owed.annotate(
        firm_due_at=Case(When(_HAS_FIRM, then=F("answer_by")), output_field=DateTimeField()),
        bureau_due_at=Case(
            When(~_HAS_FIRM, then=Least("answer_by", "listed_by")),
            When(bureau_state="none", then=F("answer_by") + Value(PHONE_WITHIN)),
            default=F("listed_by"),
            output_field=DateTimeField(),
        ),
    )


def with_turn(rows: QuerySet[Alarm], principal: Principal, moment: datetime) -> QuerySet[Alarm]:
    """Return the same alarms with what somebody has to do himself (`is_mine`), and the order of that.

    In the order of `turn` his own come first, the longest overdue before all; then what has no
    deadline; then what is not his, the newest first.
    """
    named = with_deadlines(rows)
    mine = _mine(principal, moment)
    due = _due(principal)
    return named.annotate(
        is_mine=Case(When(mine, then=Value(value=True)), default=Value(value=False)),
        turn=Case(
            When(mine & Q(**{f"{due}__isnull": False}), then=F(due)),
            When(mine, then=Value(_NO_DEADLINE)),
            default=Value(_NO_DEADLINE) + (Value(_NO_DEADLINE) - F("raised_at")),
            output_field=DateTimeField(),
        ),
    )


def my_alarms(rows: QuerySet[Alarm], principal: Principal, moment: datetime) -> QuerySet[Alarm]:
    """Return of some alarms those that wait for somebody; a group that is open stands for its members."""
    return with_turn(rows, principal, moment).filter(**_MINE)


def count_mine(rows: QuerySet[Alarm], principal: Principal, moment: datetime) -> dict[str, Any]:
    """Return how many of these alarms wait for somebody, and how many of them are late; a group is one."""
    mine = my_alarms(rows, principal, moment)
    late = Count("id", filter=Q(**{f"{_due(principal)}__lt": moment}))
    return mine.order_by().aggregate(count=Count("id"), late=late)


def _due(principal: Principal) -> str:
    """Return the deadline that counts for somebody: a firm's own, else the bureau's."""
    return "firm_due_at" if _own_sites(principal) else "bureau_due_at"


def _mine(principal: Principal, moment: datetime) -> Q:
    """Return the condition of what somebody has to do now; nothing that is set aside."""
    own = Q(site__in=_own_sites(principal)) & ~Q(firm_now="closed")
    due_soon = Q(bureau_due_at__lte=moment + PHONE_WITHIN)
    here = TO_CHECK | due_soon | (~_HAS_FIRM & Q(bureau_due_at__isnull=False))
    bureaus = NOTHING
    for grant in _held(principal, "check"):
        bureaus |= _in_charge(grant)
    is_shelved = Q(shelved_until__isnull=False, shelved_until__gt=moment)
    is_aside = is_shelved | Q(out_of_service=True) | Q(suppressed_by__isnull=False)
    return (own | (bureaus & here)) & ~is_aside


def _held(principal: Principal, *acts: str) -> list[Grant]:
    wanted = {ACTS[act][0] for act in acts}
    return [grant for grant in principal.grants if grant.permissions & wanted]


def _own_sites(principal: Principal) -> list[str]:
    """Return the sites of the own firm at which somebody confirms or closes."""
    held = _held(principal, "confirm", "close")
    return sorted(frozenset[str]().union(*(grant.own_sites for grant in held)))


def _in_charge(grant: Grant) -> Q:
    """Return the condition of what a post is in charge of, as `permissions.Grant.reaches` tells of one row."""
    supervised = Q(site__in=sorted(grant.supervised_sites))
    for site, matter in sorted(grant.ceded):
        supervised &= ~Q(site=site, matter=matter)
    return supervised | (~_HAS_FIRM & reached(grant.unshared()))
