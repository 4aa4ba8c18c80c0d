"""Members of a group of alarms: put aside with the group's row, written afterwards (7.19).

The group's row is what screens, senders and deadlines see. Its members wait in the database, put there
by the transaction that moved the engine's progress, so no crash can lose or double them; they get
their rows a thousand at a time, by whoever comes, and never wait long for somebody else's lock.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import connection

from anlan.kernel.alerts.folding import fold, unfold
from anlan.kernel.alerts.models import WaitingMembers
from anlan.kernel.alerts.rules import MEMBERS_AT_ONCE, Transition
from anlan.kernel.alerts.services.alarm_sql import RAISE
from anlan.kernel.alerts.services.rows import columns_of, write_rows
from anlan.kernel.base.unit_of_work import current_work

#: People come first: who meets a lock of theirs lets go and comes again.
LOCK_TIMEOUT = "200ms"
#: As text: a field of the model would look at each of a hundred thousand numbers.
_PUT_ASIDE = "INSERT INTO alerts_waitingmembers (numbers, columns) VALUES (%s::int[], %s::jsonb)"


def put_aside(members: Sequence[Transition]) -> None:
    """Let members wait for their rows, in the transaction that writes their group."""
    starts = range(0, len(members), MEMBERS_AT_ONCE)
    parts = (members[start : start + MEMBERS_AT_ONCE] for start in starts)
    rows = [
        (f"{{{','.join(str(one.number) for one in part)}}}", json.dumps(fold(columns_of(part))))
        for part in parts
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_PUT_ASIDE, rows)


def write_members() -> int:
    """Write the rows of one batch of members; return how many, 0 when none waits.

    Raises django's OperationalError when somebody else holds a lock for long: try again later.
    """
    current_work()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
    rows = WaitingMembers.objects.select_for_update(skip_locked=True).order_by("id")
    waiting = rows.first()
    return 0 if waiting is None else _write(waiting)


def write_members_of(numbers: Iterable[int]) -> None:
    """Write now what waits for these datastreams, because more is to be written of them."""
    rows = WaitingMembers.objects.select_for_update().order_by("id")
    for waiting in rows.filter(numbers__overlap=list(numbers)):
        _write(waiting)


def _write(waiting: WaitingMembers) -> int:
    written = write_rows(RAISE, "raised", unfold(waiting.columns))
    waiting.delete()
    return written
