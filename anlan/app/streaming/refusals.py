"""What the live stream refused somebody: told to the worker, which writes it into the journal (8.1.4.3 a).

This process may write nothing into the database. What is told while NATS is away is lost but for the log.
"""

import logging
from collections.abc import Callable, Iterable
from time import monotonic

import msgspec
from nats.aio.client import Client as Nats
from nats.errors import Error as NatsError

from anlan.kernel.base import bus
from anlan.kernel.base.errors import DomainError, NotPermittedError, NotSignedInError
from anlan.kernel.base.events import ActRefused
from anlan.kernel.base.tickets import Ticket

log = logging.getLogger("anlan.live")

#: As many refusals are told within a second; more is somebody who hammers, and the worker has other work.
PER_SECOND = 50
NOT_THERE = "not_there_or_out_of_reach"


class Told(msgspec.Struct, frozen=True):
    """A refusal on its way to the worker: whom, in which drill, what."""

    actor: str
    exercise_id: str | None
    said: ActRefused


class Refusals:
    """Tells of refusals of those whose ticket was signed by us; others are nobody.

    `clock` counts seconds.
    """

    def __init__(self, nats: Nats, node: str, clock: Callable[[], float] = monotonic) -> None:
        self._nats = nats
        self._clock = clock
        self._subject = bus.refusals_subject(node)
        self._second = 0
        self._told = 0

    async def tell(self, ticket: Ticket, said: Iterable[ActRefused]) -> None:
        """Tell the worker; nothing changes what whoever asked is answered."""
        for one in said:
            if not self._is_allowed():
                return
            told = Told(actor=ticket.actor, exercise_id=ticket.exercise_id, said=one)
            try:
                await self._nats.publish(self._subject, msgspec.json.encode(told))
            except (NatsError, OSError) as error:
                log.warning("%s was refused %s, and it is kept here only: %r",
                            ticket.actor, one.route, error)  # fmt: skip

    def _is_allowed(self) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._told = second, 0
        self._told += 1
        if self._told == PER_SECOND + 1:
            log.warning("more than %s refusals within a second: the rest is not told", PER_SECOND)
        return self._told <= PER_SECOND


def act_refused(
    method: str,
    route: str,
    address: str,
    error: DomainError | None = None,
    object_id: str = "",
    permission: str = "",
) -> ActRefused:
    """Return what is told: of an error its reason and the permission that was missing, without one that
    the object is out of reach.
    """
    return ActRefused(
        method=method,
        route=route,
        permission=permission if error else "sensing.datastream.view",
        object_id=object_id,
        reason=error.code if error else NOT_THERE,
        why=error.title if error else "",
        why_en=error.title_en if error else "",
        address=address,
        times=1,
        since="",
    )


def is_weighty(error: DomainError) -> bool:
    """Tell whether a refusal of somebody known is one by right, or a ticket that was not his to use."""
    return isinstance(error, NotPermittedError | NotSignedInError)
