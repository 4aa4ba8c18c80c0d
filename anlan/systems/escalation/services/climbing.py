"""The sweep: what an owner has let pass is carried to the next rung, once, and whoever stands there is told.

Swept every few seconds, one worker at a time. All that becomes due for one site and one rung at once is one message:
10,000 late alarms never call anybody 10,000 times.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.services.notices import ABOUT, SENSITIVITY, Addressee, Responsible
from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Facts
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import Organisation
from anlan.systems.escalation import events
from anlan.systems.escalation.ladder import Rung, ladder
from anlan.systems.escalation.models import Escalation
from anlan.systems.escalation.queries import above, before_rung
from anlan.systems.escalation.services import words

#: The sweeps of one process look this often; a deadline counts in minutes.
EVERY: Final = timedelta(seconds=5)
#: "escalate" as a number: one worker climbs at a time.
LOCK: Final = 0x6573_6361_6C61


@dataclass(slots=True)
class _Pace:
    """When this process looked last."""

    last: datetime | None = None


_pace = _Pace()


def sweep(limit: int) -> int:
    """Carry up to `limit` alarms upwards if it is time to look again; return how many it was."""
    moment = now()
    if _pace.last is not None and timedelta(0) <= moment - _pace.last < EVERY:
        return 0
    _pace.last = moment
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    return climb(limit)


def climb(limit: int) -> int:
    """Carry up to `limit` alarms to the rungs that are due; return how many rows were made."""
    moment = now()
    responsible = Responsible(moment)
    made = 0
    for rung in ladder().rungs:
        by_site: dict[Facts, list[Alarm]] = defaultdict(list)
        for alarm in before_rung(rung, moment)[: max(limit - made, 0)]:
            by_site[alarm.facts].append(alarm)  # who is in charge follows from these
        for alarms in by_site.values():
            made += _carry(rung, alarms, responsible)
    return made


def _carry(rung: Rung, alarms: list[Alarm], responsible: Responsible) -> int:
    """Carry alarms of one site to a rung: one message, a row of each; none where that level does not exist."""
    wanted = _organisations(rung, alarms[0], responsible)
    addressees = responsible.standing(wanted, tuple(rung.posts), None)
    message_id = _tell(rung, alarms, addressees, responsible.moment) if addressees else None
    told = sorted({user.id for one in addressees for user in one.people})
    rows = [
        Escalation(
            alarm=alarm,
            occurrence=alarm.occurrences,
            rung=rung.code,
            rung_title=rung.title,
            rung_title_en=rung.title_en,
            awaited=getattr(alarm, "awaited"),  # noqa: B009 - annotated by `before_rung`
            due_at=getattr(alarm, "owed_at"),  # noqa: B009
            organisations=sorted(one.id for one in wanted),
            told=told,
            message_id=message_id,
            **journal.first_columns(journal.Place.of(alarm)),
        )
        for alarm in alarms
    ]
    Escalation.objects.bulk_create(rows)
    journal.record_all(
        [
            journal.Entry(
                event=events.ESCALATED,
                state=_state(row),
                about=journal.Subject.of(row),
                cause=(row.alarm.correlation_id, None),
            )
            for row in rows
        ]
    )
    return len(rows)


def _organisations(rung: Rung, alarm: Alarm, responsible: Responsible) -> list[Organisation]:
    if rung.side == "firm":
        return responsible.firms(alarm.site) if alarm.site else []
    bureaus = responsible.bureaus(alarm.facts)
    if not rung.up:
        return bureaus
    higher = {one.id: one for bureau in bureaus for one in above(bureau, alarm.div, rung.up)}
    return list(higher.values())


def _tell(
    rung: Rung, alarms: list[Alarm], addressees: list[Addressee], moment: datetime
) -> str | None:
    first = alarms[0]
    zh, en = words.in_chinese(rung, alarms, moment), words.in_english(rung, alarms, moment)
    place = journal.Place.of(first)
    about: Any = messaging.About(kind=ABOUT, id=first.id, place=place)
    sent = messaging.send_message(
        title=zh.title,
        body=zh.body,
        title_en=en.title,
        body_en=en.body,
        recipients=sorted({user.id for one in addressees for user in one.people}),
        about=about,
        sensitivity=SENSITIVITY,
        urgent=True,
        key=f"escalation:{rung.code}:{first.id}:{first.occurrences}:{getattr(first, 'owed_at'):%Y%m%d%H%M%S%f}",  # noqa: B009
    )
    return str(sent.message.id)


def _state(row: Escalation) -> events.EscalationState:
    return events.EscalationState(
        id=row.id,
        version=row.version,
        alarm_id=row.alarm_id,
        occurrence=row.occurrence,
        rung=row.rung,
        rung_title=row.rung_title,
        awaited=row.awaited,
        due_at=row.due_at.isoformat(),
        organisations=row.organisations,
        told=row.told,
    )
