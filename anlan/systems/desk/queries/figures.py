"""The figures of a period, for each firm and together, counted by PostgreSQL from raw rows.

Alarms are counted as `queries.counted` says. A datastream is due while a silence limit stands over it, it
is not retired and no filed outage (停用) covers it; it is silent from the raise of its alarm of silence to
its return, as the journal has them. Readings are those of the receipts of real batches.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, FloatField, Q, QuerySet
from django.db.models.expressions import RawSQL

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.reached import narrowed
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk.queries.counted import BAD_VALUES, FLAGS, counted
from anlan.systems.desk.rules import COUNTS, Span, standing

#: None: every site that the reader reaches.
Sites = Sequence[str] | None

_ONLINE = """
    WITH limited AS (
        SELECT d.id, d.site, range_agg(tstzrange(
                   greatest(l.valid_from, %(start)s),
                   least(l.superseded_at, d.retired_at, %(until)s))) AS spans
          FROM sensing_datastream d
          JOIN sensing_limit l ON l.datastream_id = d.id AND l.condition = 'silent'
         WHERE greatest(l.valid_from, %(start)s) < least(l.superseded_at, d.retired_at, %(until)s)
           AND (%(sites)s::text[] IS NULL OR d.site = ANY (%(sites)s))
         GROUP BY d.id, d.site
    ), filed AS (
        SELECT s.datastream_id AS id, range_agg(tstzrange(s.starts_at, coalesce(s.ended_at, s.ends_at))) AS spans
          FROM sensing_suppression s
         WHERE s.kind = 'out_of_service' AND s.exercise_id IS NULL AND s.starts_at < %(until)s
           AND coalesce(s.ended_at, s.ends_at) > greatest(s.starts_at, %(start)s)
         GROUP BY 1
    ), turns AS (
        -- of one alarm of silence: each raise with the return that followed it, if any has
        SELECT a.datastream_id, j.type, j.occurred_at AS began,
               lead(j.occurred_at) OVER (PARTITION BY a.id ORDER BY j.object_version) AS ended
          FROM alerts_alarm a JOIN base_journal j ON j.object = a.id
           AND j.type IN ('alerts.alarm.raised', 'alerts.alarm.returned')
         WHERE a.condition = 'silent' AND a.exercise_id IS NULL AND a.datastream_id IS NOT NULL
           AND a.raised_at < %(until)s AND (a.instrument_state = 'active' OR a.returned_at > %(start)s)
    ), silent AS (
        SELECT t.datastream_id AS id, range_agg(tstzrange(t.began, least(t.ended, %(until)s))) AS spans
          FROM turns t
         WHERE t.type = 'alerts.alarm.raised' AND t.began < least(t.ended, %(until)s)
         GROUP BY 1
    ), due AS (
        SELECT limited.id, limited.site,
               limited.spans - coalesce(filed.spans, '{}'::tstzmultirange) AS spans
          FROM limited LEFT JOIN filed ON filed.id = limited.id
    )
    SELECT due.site, count(*),
           sum((SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0) FROM unnest(due.spans) r)),
           sum((SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0)
                  FROM unnest(due.spans - coalesce(silent.spans, '{}'::tstzmultirange)) r))
      FROM due LEFT JOIN silent ON silent.id = due.id
     GROUP BY due.site
"""
_READINGS = """
    SELECT g.site, sum(b.count + b.refused), sum(b.count)
      FROM sensing_batchreceipt b JOIN sensing_gateway g ON g.id = b.gateway_id
     WHERE b.exercise_id IS NULL AND b.arrived_at >= %(start)s AND b.arrived_at < %(until)s
       AND (%(sites)s::text[] IS NULL OR g.site = ANY (%(sites)s))
     GROUP BY g.site
"""
_QUARANTINED = """
    SELECT q.site, count(*) FROM sensing_quarantinedmessage q
     WHERE q.exercise_id IS NULL AND q.received_at >= %(start)s AND q.received_at < %(until)s
       AND (%(sites)s::text[] IS NULL OR q.site = ANY (%(sites)s))
     GROUP BY q.site
"""
#: Firms that are to send: one that sent nothing and raised nothing stands in the table too.
_SENDING = """
    SELECT DISTINCT g.site FROM sensing_gateway g
     WHERE g.is_active AND (%(sites)s::text[] IS NULL OR g.site = ANY (%(sites)s))
"""
_SHOWN_AS = {
    "is_confirm_due": "confirm_due", "is_confirmed_in_time": "confirmed_in_time",
    "is_confirm_overdue": "confirm_overdue", "is_close_due": "close_due",
    "is_closed_in_time": "closed_in_time", "is_close_overdue": "close_overdue", "is_closed": "closed",
    "is_false_alarm": "false_alarms", "is_bureau_due": "bureau_due", "is_bureau_overdue": "bureau_overdue",
}  # fmt: skip
_LEVELS = ("red", "orange", "yellow", "blue")
_TALLIES: dict[str, Any] = (
    {"alarms": Count("id"), "bad_values": Count("id", filter=Q(condition__in=BAD_VALUES))}
    | {name: Count("id", filter=Q(priority=n)) for n, name in enumerate(_LEVELS, 1)}
    | {_SHOWN_AS[flag]: Count("id", filter=Q(**{flag: True})) for flag in FLAGS}
)


def figures(span: Span, sites: Sites, principal: Principal) -> dict[str, Any]:
    """Return {"firms": [counts of each], "total": their sums, "conditions": [alarms by kind]}.

    Each row has `site_id` (None: what stands at no firm), names, `rules.standing` and the counts
    `rules.COUNTS`.
    """
    firms: dict[str | None, dict[str, Any]] = {}
    asked = {"start": span.start, "until": span.until, "sites": sites}
    for (site,) in _rows(_SENDING, asked):
        _of(firms, site)
    for site, streams, due, online in _rows(_ONLINE, asked):
        _of(firms, site).update(streams=streams, due_s=float(due), online_s=float(online))
    for site, received, accepted in _rows(_READINGS, asked):
        _of(firms, site).update(received=int(received), accepted=int(accepted))
    for site, messages in _rows(_QUARANTINED, asked):
        _of(firms, site).update(quarantined=messages)
    alarms = _alarms(span, sites, principal)
    tallies: Any = alarms.order_by().values("site").annotate(**_TALLIES)
    for tally in tallies:
        _of(firms, tally.pop("site")).update(tally)
    kinds = alarms.order_by().values("condition").annotate(count=Count("id"))
    named = _named(firms)
    total = {name: sum(row[name] for row in named) for name in COUNTS}
    return {
        "firms": named,
        "total": total,
        "conditions": list(kinds.order_by("-count", "condition").values("condition", "count")),
    }


def _alarms(span: Span, sites: Sites, principal: Principal) -> QuerySet[Alarm]:
    rows = counted(narrowed(Alarm.objects.all(), principal, incident=True), span)
    return rows if sites is None else rows.filter(site__in=sites)


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql, asked | {"sites": None if asked["sites"] is None else list(asked["sites"])}
        )
        return list(cursor.fetchall())


def _of(firms: dict[str | None, dict[str, Any]], site: str | None) -> dict[str, Any]:
    return firms.setdefault(site, dict.fromkeys(COUNTS, 0))


def _named(firms: dict[str | None, dict[str, Any]]) -> list[dict[str, Any]]:
    """Add what each site is called and its standing, the best first; what stands at no firm comes last.

    A site that moved out of reach keeps its id and no name.
    """
    known = Subject.objects.filter(pk__in=[site for site in firms if site])
    names: dict[str | None, Any] = {row["id"]: row for row in known.values("id", "name", "name_en")}
    unknown = {"name": "", "name_en": ""}
    rows = [
        {
            "site_id": site,
            "name": found["name"],
            "name_en": found["name_en"],
            "standing": None if site is None else standing(counts),
            **counts,
        }
        for site, counts in firms.items()
        for found in [names.get(site, unknown)]
    ]
    return sorted(rows, key=_in_order)


def _in_order(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["site_id"] is None,
        -1.0 * (-1.0 if row["standing"] is None else row["standing"]),
        row["name"],
        row["site_id"] or "",
    )


def silences(rows: QuerySet[Alarm], span: Span) -> QuerySet[Alarm]:
    """Return of some alarms those of silence that reach into a period, with `silent_s` inside it."""
    text = """
        SELECT coalesce(sum(extract(epoch FROM least(t.ended, %s) - greatest(t.began, %s))), 0)::float8
          FROM (SELECT j.type, j.occurred_at AS began,
                       lead(j.occurred_at) OVER (ORDER BY j.object_version) AS ended
                  FROM base_journal j WHERE j.object = alerts_alarm.id
                   AND j.type IN ('alerts.alarm.raised', 'alerts.alarm.returned')) t
         WHERE t.type = 'alerts.alarm.raised' AND greatest(t.began, %s) < least(t.ended, %s)
    """
    inside = Q(instrument_state="active") | Q(returned_at__gt=span.start)
    silent = rows.filter(
        inside,
        condition="silent",
        exercise_id=None,
        datastream__isnull=False,
        raised_at__lt=span.until,
    )
    spent = RawSQL(  # noqa: S611  no word of a person's is in the text
        text, (span.until, span.start, span.start, span.until), output_field=FloatField()
    )
    return silent.annotate(silent_s=spent).filter(silent_s__gt=0)
