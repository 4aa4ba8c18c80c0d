"""Calls about an escalation (电话核实): recorded by whoever called, written once."""

from datetime import datetime, timedelta
from typing import Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError, NotFoundError
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.systems.escalation import events
from anlan.systems.escalation.models import Call, Escalation
from anlan.systems.escalation.rules import CALL

#: To whom only a look was given he records nothing.
CALLERS: Final = (Reach.OWN_FIRM, Reach.HOME, Reach.IN_CHARGE)
#: A clock beside the telephone may be a little ahead.
AHEAD: Final = timedelta(minutes=2)


def record_call(
    *, escalation_id: str, callee: str, outcome: str, said: str = "", called_at: datetime | None
) -> Call:
    """Record whom one called about an escalation, how it ended and what was said; `called_at` None is now.

    Raises NotFoundError, and InvalidError for a name left out, words left out after an answer, or a time to come.
    """
    row = Escalation.objects.select_related("alarm__subject__kind").filter(pk=escalation_id).first()
    if row is None:
        raise NotFoundError("没有这条升级记录，或不在您的范围内", id=escalation_id)
    refuse_unless(CALL, row.facts, *CALLERS)
    if not callee.strip():
        raise InvalidError("请填写接听人", code="escalation.callee_missing", field="callee")
    if outcome == "reached" and not said.strip():
        raise InvalidError("已接通，请填写通话内容", code="escalation.said_missing", field="said")
    moment = now()
    at = called_at or moment
    if at > moment + AHEAD or at < row.created_at - AHEAD:
        raise InvalidError(
            "通话时间应在升级之后、现在之前", code="escalation.wrong_time", field="called_at"
        )
    columns = journal.first_columns(journal.Place.of(row)) | {"exercise_id": row.exercise_id}
    made = Call.objects.create(
        escalation=row,
        called_by=current_work().principal.name,
        callee=callee.strip(),
        outcome=outcome,
        said=said.strip(),
        called_at=at,
        **columns,
    )
    state = events.CallState(
        id=made.id,
        version=made.version,
        escalation_id=row.id,
        alarm_id=row.alarm_id,
        called_by=made.called_by,
        outcome=made.outcome,
        called_at=made.called_at.isoformat(),
    )
    journal.record(events.CALLED, state, journal.Subject.of(made))
    return made
