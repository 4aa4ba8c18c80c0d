"""Try one channel with one person: what is sent says that it is a test, and it is on record who was tried."""

import time
from dataclasses import dataclass

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.channels import Answer, Channel, Outgoing, Way
from anlan.kernel.messaging.composing import TEST
from anlan.kernel.messaging.rules import Outcome
from anlan.kernel.messaging.services.dispatches import ADDRESSES, keep_tried
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.addresses import address_of

WHO = "command_line"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came back, and after how many milliseconds."""

    answer: Answer
    took_ms: int


def try_channel(channel: Channel, username: str) -> Tried:
    """Send a test to somebody, by his user name; a group needs none. Raises NotFoundError."""
    send_id, user_id, name, address = new_ulid(), "", "", ""
    with unit_of_work(machine(WHO), read_only=True):
        if channel.way != Way.GROUP:
            user = User.objects.filter(username=username, is_active=True).first()
            if user is None:
                raise NotFoundError("没有这个账号", code="people.user_not_found")
            user_id, name = user.id, user.name
            address = address_of(user.id, ADDRESSES[channel.way]) or ""
    if channel.way != Way.GROUP and not address:
        answer, took_ms = Answer(outcome=Outcome.REFUSED, reason="no_address"), 0
    else:
        title, body = TEST
        began = time.monotonic()
        answer = channel.send(
            Outgoing(send_id=send_id, address=address, name=name, title=title, body=body)
        )
        took_ms = round((time.monotonic() - began) * 1000)
    with unit_of_work(machine(WHO)):
        keep_tried(dispatch_id=send_id, user_id=user_id, channel=channel, answer=answer)
    return Tried(answer, took_ms)
