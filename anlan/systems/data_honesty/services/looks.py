"""Every night each firm's yesterday is looked at, some datastreams at a time, so that other work gets its turn."""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from anlan.kernel.base import journal
from anlan.kernel.base.clock import SHANGHAI, now, to_ms
from anlan.kernel.base.errors import InvalidError, NotFoundError, UnavailableError
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.models import Datastream, Suppression
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_honesty import events
from anlan.systems.data_honesty.curves import Span, curve_of
from anlan.systems.data_honesty.grounds import Grounds, grounds
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.patterns import patterns_in
from anlan.systems.data_honesty.queries import facts
from anlan.systems.data_honesty.rules import LOOK
from anlan.systems.data_honesty.services.notices import tell_of_findings
from anlan.systems.data_honesty.services.noting import Noted, note_facts, note_patterns

log = logging.getLogger(__name__)

#: Datastreams of one turn: about two seconds of the engine (docs/performance.md).
AT_ONCE: Final = 60
#: Whether a night is due is asked so often (s).
ASKED_EVERY_S: Final = 60.0
DAY: Final = timedelta(days=1)
#: A look at a site that has said nothing yet is tried again so much later.
PUT_OFF: Final = timedelta(minutes=1)
#: A curve shows only its longest stretch of these: what was told before is hidden, to find the next.
_LONGEST_ONLY = ("constant", "repeated")
_asked_s = [-ASKED_EVERY_S]


def follow_looks(_limit: int) -> int:
    """Go on with the look that has waited longest; return 0, so that other sweeps get their turn."""
    moment = now()
    due = HonestyLook.objects.filter(done_at=None, failed_at=None).exclude(not_before__gt=moment)
    row = due.order_by("id").select_for_update(skip_locked=True).first()
    if row is not None:
        _follow_alone(row)
    elif time.monotonic() - _asked_s[0] >= ASKED_EVERY_S:
        _asked_s[0] = time.monotonic()
        lay_out_looks(moment)
    return 0


def lay_out_looks(moment: datetime) -> int:
    """Put down a look at yesterday for every site that has none and measures something; return how many."""
    here = moment.astimezone(SHANGHAI)
    if here.hour < grounds().hour:
        return 0
    day = here.date() - DAY
    looked = HonestyLook.objects.filter(day=day).values("site")
    measuring = Datastream.objects.filter(site__isnull=False).values("site")
    sites = Subject.objects.filter(kind__code=subjects.SITE_KIND, id__in=measuring)
    rows = [_look_of(one, day) for one in sites.exclude(id__in=looked).order_by("id")]
    HonestyLook.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def ask_for_look(*, site_id: str, day: date) -> HonestyLook:
    """Have a firm's day looked at, once more where it was already; only whoever is in charge of the site asks."""
    site = Subject.objects.filter(pk=site_id, kind__code=subjects.SITE_KIND).first()
    if site is None:
        raise NotFoundError(
            "没有这个企业厂区，或不在您的范围内", code="data_honesty.site_not_found"
        )
    refuse_unless(LOOK, site.facts, Reach.IN_CHARGE)
    if day >= now().astimezone(SHANGHAI).date():
        raise InvalidError("只能检查已过去的日期", code="data_honesty.day_not_over", field="day")
    row = HonestyLook.objects.select_for_update().filter(site=site.id, day=day).first()
    if row is None:
        row = _look_of(site, day)
        row.save(force_insert=True)
    elif row.done_at is not None or row.failed_at is not None:
        row.reached, row.streams, row.found, row.went_on, row.files_missing = "", 0, 0, 0, 0
        row.done_at = row.failed_at = row.not_before = None
        row.asked_by = current_work().principal.actor
        row.version += 1
        row.updated_at = now()
        row.save()
    state = events.HonestyLookState(id=row.id, version=row.version, day=day.isoformat())
    journal.record(events.LOOK_ASKED, state, journal.Subject.of(row))
    return row


def _look_of(site: Subject, day: date) -> HonestyLook:
    moment = now()
    return HonestyLook(
        div=site.div,
        zone=site.zone,
        site=site.id,
        day=day,
        asked_by=current_work().principal.actor,
        created_at=moment,
        updated_at=moment,
    )


def _follow_alone(row: HonestyLook) -> None:
    """Look at the next datastreams; where that cannot be done the look has failed, and the others go on."""
    try:
        with transaction.atomic():
            _follow(row)
    except UnavailableError:
        log.warning("history cannot be asked: look %s waits", row.id)
    except Exception:  # one that cannot be judged must not stop those behind it
        log.exception("look %s has failed", row.id)
        HonestyLook.objects.filter(pk=row.pk).update(failed_at=now(), updated_at=now())


def _follow(row: HonestyLook) -> None:
    if not row.reached and _waits(row):
        return
    streams, are_last = _next(row)
    if streams:
        noted = look_at(streams, row)
        row.reached = streams[-1].subject_id
        row.streams += len(streams)
        row.found += noted.found
        row.went_on += noted.went_on
    if are_last:
        row.done_at = now()
        if row.found:
            tell_of_findings(row)
    row.updated_at = now()
    row.save()


def _waits(row: HonestyLook) -> bool:
    """Put a look off while its site has said nothing of that day: a gateway that was cut off catches up, for a day at most."""
    until = _end_of(row.day)
    if now() >= until + DAY:
        return False
    numbers = list(Datastream.objects.filter(site=row.site).values_list("number", flat=True))
    span = to_ms(until - DAY), to_ms(until)
    if len(ports.observation_store().together(numbers, *span, limit=1).times_ms):
        return False
    row.not_before = now() + PUT_OFF
    row.save(update_fields=["not_before"])
    return True


def _end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, datetime.min.time(), SHANGHAI)


def _next(row: HonestyLook) -> tuple[list[Datastream], bool]:
    """Return the next datastreams of a look, of whole subjects, as their tags may be twins; and whether they are the last."""
    rows = Datastream.objects.filter(site=row.site, subject_id__gt=row.reached)
    rows = rows.select_related("subject__kind").order_by("subject_id", "number")
    found = list(rows[: AT_ONCE + 1])
    if len(found) <= AT_ONCE:
        return found, True
    cut = found[AT_ONCE].subject_id
    whole = [one for one in found if one.subject_id < cut]
    return whole or list(rows.filter(subject_id=cut)), False


def look_at(streams: Sequence[Datastream], row: HonestyLook) -> Noted:
    """Judge the month up to a day's end, and write down what speaks against these datastreams."""
    said = grounds()
    until = _end_of(row.day)
    since = until - timedelta(days=said.window_days)
    span = Span(from_ms=to_ms(since), to_ms=to_ms(until), known_by_ms=to_ms(now()))
    outages = facts.outages_of(streams, since)
    in_use = [one for one in streams if one.retired_at is None or one.retired_at >= until]
    read = (curve_of(one, span) for one in in_use)
    curves = [one for one in read if one is not None]
    row.files_missing += sum(one.files_missing for one in curves)
    hidden = _hidden(streams, outages, until - DAY)
    highs = facts.highs_of(streams, until)
    noted = note_patterns(patterns_in(curves, highs, span, hidden), said)
    return noted + note_facts(_facts(streams, outages, since, until, said), said)


def _facts(
    streams: Sequence[Datastream],
    outages: dict[str, list[Suppression]],
    since: datetime,
    until: datetime,
    said: Grounds,
) -> Iterator[facts.Fact]:
    yield from facts.widened(streams, since, until)
    yield from facts.withdrawn(streams, outages, since, until)
    yield from facts.overdue(streams, outages, until, said.overdue_hours)


def _hidden(
    streams: Sequence[Datastream], outages: dict[str, list[Suppression]], day: datetime
) -> dict[str, list[tuple[int, int]]]:
    """Return by datastream the spans (ms) that are not judged: filed outages, and what was told and is over."""
    hidden = {
        key: [(to_ms(one.starts_at), to_ms(facts.end_of(one))) for one in rows]
        for key, rows in outages.items()
    }
    told = HonestyFinding.objects.filter(
        datastream__in=streams, kind__in=_LONGEST_ONLY, last_at__lt=day
    )
    for row in told.order_by("first_at", "id"):
        hidden.setdefault(row.datastream_id, []).append((to_ms(row.first_at), to_ms(row.last_at)))
    return hidden
