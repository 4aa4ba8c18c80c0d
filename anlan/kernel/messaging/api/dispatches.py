"""HTTP of what leaves the house: channels and how they fare, the list, dead letters; for the administrator."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.messaging import channels
from anlan.kernel.messaging.channels import Channel
from anlan.kernel.messaging.models import ChannelRecord, Dispatch
from anlan.kernel.messaging.queries import dispatches as queries
from anlan.kernel.messaging.schemas import ChannelsOut, DispatchOut, LetterBody
from anlan.kernel.messaging.services import letters

VIEW, SETTLE = "messaging.dispatch.view", "messaging.dispatch.settle"
NOTHING = {"waiting": 0, "dead": 0}
_STATED = (
    "name", "title", "title_en", "way", "idempotent", "rate_per_minute", "ceiling", "hints_above",
    "urgent_only", "carries",
)  # fmt: skip
_NOTED = ("last_sent_at", "failing_since", "reason", "words")

door = Door("messaging")
router = door.router


@door.read("/channels", VIEW, response=ChannelsOut)
def channels_outside(request: HttpRequest) -> dict[str, Any]:
    """Every channel that leaves the house, since when it fails, what waits."""
    records, counts = queries.records(), queries.counts()
    return {
        "items": [
            _said(one, records.get(one.name) or ChannelRecord(name=one.name))
            | counts.get(one.name, NOTHING)
            for one in channels.outside()
        ]
    }


@door.list("/dispatches", VIEW, queries.DISPATCHES, DispatchOut)
def dispatches(request: HttpRequest) -> QuerySet[Dispatch]:
    """What left the house, or should have; the newest first."""
    return queries.dispatches()


@door.change("/dispatches/{dispatch_id}/again", SETTLE, response=DispatchOut)
def send_again(request: HttpRequest, dispatch_id: str, body: LetterBody) -> dict[str, Any]:
    """Send a dead letter again; of one whose end is unknown it may come twice."""
    version = expected_version(request)
    letters.send_again(dispatch_id=dispatch_id, version=version, reason=body.reason)
    return queries.row(dispatch_id)


@door.change("/dispatches/{dispatch_id}/give-up", SETTLE, response=DispatchOut)
def give_up(request: HttpRequest, dispatch_id: str, body: LetterBody) -> dict[str, Any]:
    """Give a dead letter up."""
    version = expected_version(request)
    letters.give_up(dispatch_id=dispatch_id, version=version, reason=body.reason)
    return queries.row(dispatch_id)


def _said(channel: Channel, record: ChannelRecord) -> dict[str, Any]:
    stated = {name: getattr(channel, name) for name in _STATED}
    return stated | {name: getattr(record, name) for name in _NOTED}
