"""What a wall shows at a glance: the last day, the firms in red and orange, who reports and who is silent.

Everything is counted under the scope of whoever asks; a group of alarms with one cause counts once.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import TruncHour

from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.alerts.queries import desk_alarms
from anlan.kernel.alerts.rules import Priority
from anlan.kernel.alerts.turns import with_deadlines
from anlan.kernel.base.clock import now
from anlan.kernel.sensing.models import Datastream, Gateway
from anlan.kernel.subjects.models import Subject

HOURS = 24
#: So many firms stand in a panel; the rest is a number.
MOST_FIRMS = 50
#: From this priority upwards a firm is red or orange.
SERIOUS = Priority.ORANGE


def last_day() -> dict[str, Any]:
    """Return the alarms of this clock hour and the 23 before it, hour by hour, beside the 24 before those."""
    moment = now()
    since = moment.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    today = _heads(since, moment)
    earlier = _heads(since - timedelta(hours=HOURS), moment - timedelta(hours=HOURS))
    told = today.aggregate(
        raised=Count("id"),
        unanswered=Count("id", filter=_UNANSWERED),
        closed=Count("id", filter=Q(firm_state="closed")),
        false=Count("id", filter=Q(is_false=True)),
    )
    return {
        "at": moment,
        "since": since,
        "hours": _hours(today, since),
        "raised_before": earlier.count(),
        **told,
    }


#: Nobody of the firm has answered, or it was raised again since.
_UNANSWERED = Q(firm_state="new") | (
    Q(firm_state="confirmed") & Q(occurrences__gt=F("confirmed_occurrence"))
)


def _heads(since: datetime, until: datetime) -> QuerySet[Alarm]:
    return Alarm.objects.filter(parent=None, raised_at__gte=since, raised_at__lte=until)


def _hours(rows: QuerySet[Alarm], since: datetime) -> list[dict[str, Any]]:
    """Return one entry an hour, also where nothing came, with the count of each priority."""
    found = rows.annotate(hour=TruncHour("raised_at")).order_by()
    counted = {
        (row["hour"], row["priority"]): row["n"]
        for row in found.values("hour", "priority").annotate(n=Count("id"))
    }
    hours = [since + timedelta(hours=n) for n in range(HOURS)]
    return [
        {"at": hour, "counts": [counted.get((hour, int(one)), 0) for one in Priority]}
        for hour in hours
    ]


def serious_firms() -> dict[str, Any]:
    """Return the firms with an open red or orange alarm, the worst and the longest first."""
    rows = (
        Alarm.objects.filter(OPEN, parent=None, site__isnull=False, priority__lte=SERIOUS)
        .values("site")
        .annotate(
            priority=Min("priority"),
            count=Count("id"),
            active=Count("id", filter=Q(instrument_state="active")),
            unanswered=Count("id", filter=_UNANSWERED),
            since=Min("raised_at"),
        )
        .order_by("priority", "since", "site")
    )
    found = [dict(row) for row in rows]
    return {
        "at": now(),
        "red": sum(row["priority"] == Priority.RED for row in found),
        "orange": sum(row["priority"] == Priority.ORANGE for row in found),
        "firms": _named(found[:MOST_FIRMS]),
    }


def late() -> dict[str, Any]:
    """Return the open alarms whose owner is late, by owner: each firm with how long its oldest waits; the bureaus.

    Late is what `turns` says: the clocks of practice P5, which are this project's defaults.
    """
    moment = now()
    is_here = Q(shelved_until=None) | Q(shelved_until__lte=moment)
    rows = with_deadlines(desk_alarms().filter(is_here, parent=None))
    waiting = rows.filter(out_of_service=False, suppressed_by=None)
    of_firms = waiting.filter(Q(firm_due_at__lt=moment)).order_by().values("site")
    counted = of_firms.annotate(count=Count("id"), due_at=Min("firm_due_at"))
    firms = [dict(row) for row in counted.order_by("due_at", "site")]
    bureaus = waiting.filter(Q(bureau_due_at__lt=moment)).order_by()
    told = bureaus.aggregate(count=Count("id"), due_at=Min("bureau_due_at"))
    return {
        "at": moment,
        "firms": _named(firms[:MOST_FIRMS]),
        "firm_count": sum(row["count"] for row in firms),
        "bureau_count": told["count"],
        "bureau_due_at": told["due_at"],
    }


def reporting() -> dict[str, Any]:
    """Return how many datastreams and gateways report, and the firms where most are silent.

    Silent is a datastream with an active alarm of silence, or behind a gateway that is lost: what its
    limit of silence says, no rule of this summary's own. One without such a limit counts as reporting.
    """
    active = Alarm.objects.filter(instrument_state="active")
    silent = active.filter(condition="silent", datastream__retired_at=None)
    streams = Datastream.objects.filter(retired_at=None)
    by_site = silent.filter(site__isnull=False).values("site").order_by()
    worst = list(
        by_site.annotate(silent=Count("datastream", distinct=True)).order_by("-silent", "site")[
            :MOST_FIRMS
        ]
    )
    of = streams.filter(site__in=[row["site"] for row in worst]).order_by().values("site")
    totals = {row["site"]: row["n"] for row in of.annotate(n=Count("id"))}
    return {
        "at": now(),
        "datastreams": streams.count(),
        "silent": silent.values("datastream").distinct().count(),
        "gateways": Gateway.objects.count(),
        "lost": active.filter(condition="gateway").count(),
        "firms": _named([row | {"of": totals.get(row["site"], row["silent"])} for row in worst]),
    }


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add what each site is called; one that moved out of reach keeps its id and no name."""
    sites = Subject.objects.filter(pk__in=[row["site"] for row in rows])
    names = {
        row["id"]: {"name": row["name"], "name_en": row["name_en"]}
        for row in sites.values("id", "name", "name_en")
    }
    unknown = {"name": "", "name_en": ""}
    return [
        {"site_id": site, **names.get(site, unknown), **figures}
        for site, figures in ((row.pop("site"), row) for row in rows)
    ]
