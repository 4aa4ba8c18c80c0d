"""Tickets for the live stream: who may hear what, signed, good for one minute.

The web process issues them, the live process checks them without a database or a session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, TimestampSigner

from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.base.errors import NotSignedInError
from anlan.kernel.base.permissions import Principal, Scope

LIFETIME_S = 60
_SALT = "anlan.live.ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a listener may hear, and what its stream hangs on: session, posts, time of issue."""

    actor: str
    session: str
    scope: Scope
    permissions: frozenset[str]
    ceiling: int
    exercise_id: str | None
    issued_ms: int


def session_digest(session_key: str) -> str:
    """Return the name under which a ticket speaks of a session; the key itself stays inside."""
    return sha256(session_key.encode()).hexdigest()


def issue(principal: Principal, session_key: str, secret: str) -> tuple[str, datetime]:
    """Return a signed ticket for a person and the moment it runs out."""
    issued = now()
    scope = principal.scope
    payload = {
        "u": principal.actor,
        "s": session_digest(session_key),
        "d": scope.divs,
        "z": scope.zones,
        "i": scope.sites,
        "n": scope.incidents,
        "p": sorted(principal.permissions),
        "c": principal.ceiling,
        "x": principal.exercise_id,
        "t": to_ms(issued),
    }
    signed = _signer(secret).sign_object(payload, compress=True)
    return signed, issued + timedelta(seconds=LIFETIME_S)


def check(text: str, secret: str) -> Ticket:
    """Return what a ticket says; one that is forged, altered or too old is refused."""
    try:
        said: dict[str, Any] = _signer(secret).unsign_object(text, max_age=LIFETIME_S)
    except (BadSignature, ValueError) as error:
        raise NotSignedInError("实时通道的票据无效或已过期", code="base.bad_ticket") from error
    scope = Scope(
        divs=tuple((low, high) for low, high in said["d"]),
        zones=tuple(said["z"]),
        sites=tuple(said["i"]),
        incidents=tuple(said["n"]),
    )
    return Ticket(
        actor=said["u"],
        session=said["s"],
        scope=scope,
        permissions=frozenset(said["p"]),
        ceiling=said["c"],
        exercise_id=said["x"],
        issued_ms=said["t"],
    )


def _signer(secret: str) -> TimestampSigner:
    """Return the signer; key and fallbacks are given, so that no settings are needed."""
    return TimestampSigner(key=secret, salt=_SALT, fallback_keys=[])
