"""Tickets for the live stream: who may hear what, signed, good once and for one minute.

The web process issues them, the live process checks them without a database or a session, and remembers
which were used: a ticket stands in an address, which a log or a neighbour may have read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any

from django.core.signing import BadSignature, TimestampSigner

from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.base.errors import NotSignedInError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Grant, Principal, Scope

LIFETIME_S = 60
_SALT = "anlan.live.ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a listener may hear by each of its posts, and what its stream hangs on."""

    actor: str
    session: str
    grants: tuple[Grant, ...]
    exercise_id: str | None
    issued_ms: int
    #: Whether it is good from the networks listed for administrators only.
    is_bound: bool = False
    #: By which it is known when it comes again.
    number: str = ""

    @property
    def permissions(self) -> frozenset[str]:
        """Every view permission of any post."""
        return frozenset[str]().union(*(grant.permissions for grant in self.grants))


def session_digest(session_key: str) -> str:
    """Return the name under which a ticket speaks of a session; the key itself stays inside."""
    return sha256(session_key.encode()).hexdigest()


def issue(
    principal: Principal, session_key: str, secret: str, *, is_bound: bool = False
) -> tuple[str, datetime]:
    """Return a signed ticket for a person and the moment it runs out."""
    issued = now()
    payload = {
        "u": principal.actor,
        "s": session_digest(session_key),
        "g": _packed(principal),
        "x": principal.exercise_id,
        "t": to_ms(issued),
        "b": is_bound,
        "n": new_ulid(),
    }
    signed = _signer(secret).sign_object(payload, compress=True)
    return signed, issued + timedelta(seconds=LIFETIME_S)


def check(text: str, secret: str) -> Ticket:
    """Return what a ticket says; one that is forged, altered or too old is refused."""
    try:
        said: dict[str, Any] = _signer(secret).unsign_object(text, max_age=LIFETIME_S)
        return Ticket(
            actor=said["u"],
            session=said["s"],
            grants=tuple(_unpacked(grant) for grant in said["g"]),
            exercise_id=said["x"],
            issued_ms=said["t"],
            is_bound=said["b"],
            number=said["n"],
        )
    # one that an earlier edition signed, while an update was under way, may not say everything
    except (BadSignature, ValueError, KeyError) as error:
        raise NotSignedInError("实时通道的票据无效或已过期", code="base.bad_ticket") from error


class Spent:
    """The tickets that were used in this process, until they have run out; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._used: dict[str, float] = {}

    def spend(self, ticket: Ticket) -> None:
        """Use a ticket up, or refuse one that was used before."""
        moment = self._clock()
        # those used first stand first; twice its life is enough for a clock that was set back a little
        while self._used and moment - self._used[first := next(iter(self._used))] > 2 * LIFETIME_S:
            del self._used[first]
        if ticket.number in self._used:
            raise NotSignedInError("实时通道的票据无效或已过期", code="base.bad_ticket")
        self._used[ticket.number] = moment

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._used)


def _packed(principal: Principal) -> list[list[Any]]:
    """Return what a listener hears by his posts: only views matter, posts of one reach are one."""
    views: dict[tuple[Scope, int], set[str]] = {}
    for grant in principal.grants:
        reach = (grant.scope, min(principal.ceiling, grant.ceiling))
        heard = {one for one in grant.permissions if one.endswith(".view")}
        views[reach] = views.get(reach, set()) | heard
    return [
        [sorted(heard), scope.divs, scope.zones, scope.sites, scope.incidents, ceiling]
        for (scope, ceiling), heard in views.items()
    ]


def _unpacked(said: list[Any]) -> Grant:
    views, divs, zones, sites, incidents, ceiling = said
    scope = Scope(
        divs=tuple((low, high) for low, high in divs),
        zones=tuple(zones),
        sites=tuple(sites),
        incidents=tuple(incidents),
    )
    return Grant(permissions=frozenset(views), scope=scope, ceiling=ceiling)


def _signer(secret: str) -> TimestampSigner:
    """Return the signer; key and fallbacks are given, so that no settings are needed."""
    return TimestampSigner(key=secret, salt=_SALT, fallback_keys=[])
