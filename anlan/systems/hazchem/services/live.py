"""The live stock followed: what is beyond its permit or design is found, the live grade turned or held.

Swept beside the deadlines, each installation every ten seconds, and none waits for another's mistake. A level that
nobody hears, or that is bad or doubtful, ends no finding and makes no grade milder.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.sensing import ports
from anlan.systems.hazchem import events
from anlan.systems.hazchem.models import Holding, MajorHazardInstallation
from anlan.systems.hazchem.queries.live import Stock, readings_of, stock_of
from anlan.systems.hazchem.queries.sheet import term_of
from anlan.systems.hazchem.services.holdings import standing
from anlan.systems.hazchem.services.overstock import record_over
from anlan.systems.hazchem.working import OVER_ORDER, over_of, worked

log = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=10)
#: How many are followed in one transaction.
AT_ONCE: Final = 100
#: By how much below a maximum a stock must fall before it counts as kept again (share of it).
OVER_MARGIN: Final = 0.005


def follow_stock(limit: int) -> int:
    """Follow up to `limit` installations that are due; return how many it was."""
    moment = now()
    due = MajorHazardInstallation.objects.filter(retired_at=None).filter(
        Q(live_at=None) | Q(live_at__lte=moment - EVERY)
    )
    ids = list(
        due.order_by(F("live_at").asc(nulls_first=True)).values_list("id", flat=True)[
            : min(limit, AT_ONCE)
        ]
    )
    # history is asked before a row is locked: a person who changes an installation waits for none of it
    levels = Holding.objects.filter(installation__in=ids, datastream__isnull=False)
    newest = readings_of(list(levels.select_related("datastream"))) if ids else None
    rows = MajorHazardInstallation.objects.select_for_update(skip_locked=True).filter(pk__in=ids)
    for row in rows.order_by("id"):
        _follow_alone(row, newest, moment)
    return len(ids)


def follow_installation(row: MajorHazardInstallation) -> None:
    """Follow one installation at once, as after a change of it."""
    held = standing(row)
    _follow(row, held, readings_of(held), now())


def _follow_alone(
    row: MajorHazardInstallation, newest: ports.Newest | None, moment: datetime
) -> None:
    """Follow one of many: what fails is undone, logged and called incomplete, and the others go on."""
    try:
        with transaction.atomic():
            _follow(row, standing(row), newest, moment)
    except Exception:  # one whose sum cannot be made must not stop those behind it
        log.exception("the stock of installation %s cannot be followed", row.id)
        rows = MajorHazardInstallation.objects.filter(pk=row.pk)
        rows.update(live_at=moment, is_live_whole=False)


def _follow(
    row: MajorHazardInstallation,
    held: Sequence[Holding],
    newest: ports.Newest | None,
    moment: datetime,
) -> None:
    stocks = [stock_of(one, newest, moment) for one in held]
    for one, stock in zip(held, stocks, strict=True):
        _follow_holding(row, one, stock, moment)
    terms = [term_of(one, stock) for one, stock in zip(held, stocks, strict=True)]
    done = worked(terms, row.people, row.live_grade).live
    before, grade = row.live_grade, done.grade
    turned = before != grade
    row.live_s, row.live_r, row.is_live_whole = done.s, done.r, done.is_whole
    row.live_grade, row.live_at = grade, moment
    row.live_since = moment if turned else row.live_since
    row.save(
        update_fields=["live_s", "live_r", "live_grade", "live_at", "live_since", "is_live_whole"]
    )
    if turned and before is not None:
        state = events.LiveGradeState(
            id=row.id, version=row.version, before=before, grade=grade, s=done.s, r=done.r
        )
        journal.record(events.LIVE_GRADE_TURNED, state, journal.Subject.of(row))


def _follow_holding(
    row: MajorHazardInstallation, one: Holding, found: Stock, moment: datetime
) -> None:
    over = _held_over(one, found)
    changed = over != one.over
    one.stock_t, one.stock_at = found.stock_t, found.at
    if changed:
        # since when it is over at all, not since it is so beyond this maximum
        one.over_since = (one.over_since or moment) if over else None
        one.over = over
    one.save(update_fields=["stock_t", "stock_at", "over", "over_since"])
    if changed:
        record_over(row, one)


def _held_over(one: Holding, found: Stock) -> str:
    """Return beyond which maximum a holding counts: at once when it is, until it is surely well below again."""
    stock_t = found.counted_t
    now_over = over_of(stock_t, one.design_t, one.permit_t)
    if now_over is None or stock_t is None:
        return one.over
    easy = over_of(stock_t / (1 - OVER_MARGIN), one.design_t, one.permit_t) or ""
    kept = min(easy, one.over, key=OVER_ORDER.index) if found.is_sure else one.over
    return max(now_over, kept, key=OVER_ORDER.index)
