"""Dead letters of what leaves the house (死信): sent again or given up by a person, with a reason."""

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import channels, events
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.messaging.queries.dispatches import at_version
from anlan.kernel.messaging.rules import WAITS_FOR_A_PERSON, State
from anlan.kernel.messaging.services.dispatches import record


def send_again(*, dispatch_id: str, version: int, reason: str) -> Dispatch:
    """Have a dispatch tried anew; of one whose end is unknown the person answers for its coming twice."""
    row = _open(dispatch_id, version, reason)
    if channels.named(row.channel) is None:
        raise ConflictError("渠道已停用，不能重发", code="messaging.no_such_channel")
    row.failures, row.due_at = 0, now()
    return _settled(row, State.WAITING, reason, events.DISPATCH_SENT_AGAIN)


def give_up(*, dispatch_id: str, version: int, reason: str) -> Dispatch:
    """Let a dispatch be, with the reason why nobody misses it."""
    row = _open(dispatch_id, version, reason)
    return _settled(row, State.GIVEN_UP, reason, events.DISPATCH_GIVEN_UP)


def _open(dispatch_id: str, version: int, reason: str) -> Dispatch:
    if not reason.strip():
        raise InvalidError("请写明理由", code="messaging.reason_missing")
    row = at_version(dispatch_id, version)
    if row.state not in WAITS_FOR_A_PERSON:
        raise ConflictError("这条不需要人工处理", code="messaging.not_dead")
    return row


def _settled(row: Dispatch, state: State, reason: str, event: EventType) -> Dispatch:
    row.state, row.settled_by = state, current_work().principal.actor
    row.settled_reason, row.updated_at = reason.strip(), now()
    row.version += 1
    row.save(
        update_fields=[
            "state", "failures", "due_at", "settled_by", "settled_reason", "updated_at", "version",
        ]
    )  # fmt: skip
    record(event, row)
    return row
