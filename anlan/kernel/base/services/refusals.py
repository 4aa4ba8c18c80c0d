"""Who was refused what, in the journal (GB/T 22239-2019 8.1.4.3 a); a flood of refusals cannot fill it.

The first refusal of a person, an act and an object is a row at once. Its repeats within the minute
are counted, and become one row with their number when the minute is over. Beyond `KINDS_MAX`
different ones in a minute the rest of that person's are counted together, whatever they were. So
nobody makes more than 2 x (KINDS_MAX + 1) rows a minute, however fast he asks.
"""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.events import ACT_REFUSED, ActRefused
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import RefusalTally
from anlan.kernel.base.unit_of_work import current_work

SPAN = timedelta(minutes=1)
#: As many different refusals of one person are told apart within a minute.
KINDS_MAX = 20
#: Why, where more was refused than is told apart.
MANY = "many"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('refusals ' || %s, 0))"


def record_refusal(refused: ActRefused) -> None:
    """Keep a refusal of whoever is at work; call it in a unit of work of its own, behind the refused one."""
    principal, moment = current_work().principal, now()
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [principal.actor])
    if _counted(principal.actor, _key(refused), moment):
        return
    recent = RefusalTally.objects.filter(actor=principal.actor, since__gt=moment - SPAN)
    if recent.count() >= KINDS_MAX:
        refused = replace(
            refused,
            method="",
            route="",
            permission="",
            object_id="",
            reason=MANY,
            why="",
            why_en="",
        )
        if _counted(principal.actor, _key(refused), moment):
            return
    begun = replace(refused, times=1, since=moment.isoformat())
    made = RefusalTally.objects.create(
        actor=principal.actor,
        key=_key(refused),
        since=moment,
        exercise_id=principal.exercise_id,
        said=asdict(begun),
    )
    _record(made, begun)


def settle_refusals(limit: int) -> int:
    """Write down what was counted in minutes that are over; return how many minutes it was."""
    over = RefusalTally.objects.filter(since__lte=now() - SPAN).order_by("since")
    rows = list(over.select_for_update(skip_locked=True)[:limit])
    for row in rows:
        _settle(row)
    return len(rows)


def _counted(actor: str, key: str, moment: datetime) -> bool:
    """Count a repeat within its minute; a minute that is over is written down and gone."""
    row = RefusalTally.objects.select_for_update().filter(actor=actor, key=key).first()
    if row is None:
        return False
    if row.since <= moment - SPAN:
        _settle(row)
        return False
    row.further += 1
    row.save(update_fields=["further"])
    return True


def _settle(row: RefusalTally) -> None:
    if row.further:
        _record(row, replace(ActRefused(**row.said), times=row.further))
    row.delete()


def _record(row: RefusalTally, said: ActRefused) -> None:
    # an id of its own: the object itself has not changed, and its story is read by other people
    about = journal.Subject(
        id=new_ulid(), version=1, place=journal.Place(), exercise_id=row.exercise_id
    )
    entry = journal.Entry(event=ACT_REFUSED, state=said, about=about, actor=row.actor)
    journal.record_all([entry])


def _key(refused: ActRefused) -> str:
    what = (refused.method, refused.route, refused.object_id, refused.permission, refused.reason)
    return sha256("\x1f".join(what).encode()).hexdigest()
