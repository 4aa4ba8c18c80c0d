"""Guesses at one name from ever new addresses: a looser limit beside the one on name and address.

GB/T 22239-2019, 8.1.4.1 b. Axes locks a name for an address after five wrong tries; each further address
would have five more. Here those of all addresses are added up, and a name that has had too many is
locked wherever its owner has never signed in from: nobody locks a duty officer out of his own room by
typing his name outside. Elsewhere strangers can keep a name locked that they know, for as long as they go
on: its owner signs in where he has before, or is unlocked by the system administrator.

Whose password was right is stopped by no stranger's tries: for the second step only wrong codes are added
up, which nobody gives who does not know the password. Tries that a lock refuses are neither checked nor
counted, so a lock ends half an hour after the last one that was (`AXES_COOLOFF_TIME`).
"""

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt, AccessLog
from django.http import HttpRequest

from anlan.kernel.base import journal
from anlan.kernel.base.addresses import client_address, is_within, networks
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, NotPermittedError
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.base.vault import keyed_digest
from anlan.kernel.people import events
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.holdings import actor_of
from anlan.kernel.people.queries.locks import (
    from_listed,
    is_locked_somewhere,
    is_too_many,
    tries_at,
)
from anlan.kernel.people.queries.sessions import is_bound_to_networks


def is_locked_by_name(request: HttpRequest, username: str) -> bool:
    """Tell whether a name has had too many wrong tries to be tried from this address, known or not."""
    tries, address = tries_at(username), client_address(request)
    if is_within(address, networks(config().admin_networks)):
        # asked only where administrators work: elsewhere the answer would tell whose name is one's
        user = User.objects.filter(username=username).first()
        if user is not None and is_bound_to_networks(user):
            tries = from_listed(tries)
    return is_too_many(tries) and not _is_known(username, address)


def is_locked_by_codes(request: HttpRequest, user: User) -> bool:
    """Tell whether too many wrong codes were given behind the right password to try from this address."""
    return is_too_many(tries_at(_codes_of(user))) and not _is_known(
        user.username, client_address(request)
    )


def count(request: HttpRequest, user: User) -> None:
    """Count a wrong password or code of somebody whose password was right before."""
    for name in (user.username, _codes_of(user)):
        AxesProxyHandler.user_login_failed(
            sender=User, credentials={"username": name}, request=request
        )
        request.axes_locked_out = None  # type: ignore[attr-defined]


def unlock(*, user: User, is_own_allowed: bool = False) -> User:
    """Forget the wrong tries at an account, from whatever address.

    Nobody does it to himself, but at this machine's own command line: who has another's open session
    must not go on guessing.
    """
    if not is_own_allowed and current_work().principal.actor == actor_of(user):
        raise NotPermittedError("不能解除本人账号的锁定", code="people.own_lock")
    if not is_locked_somewhere(user):
        raise ConflictError("账号未被锁定", code="people.not_locked")
    AccessAttempt.objects.filter(username__in=[user.username, _codes_of(user)]).delete()
    user.version, user.updated_at = user.version + 1, now()
    user.save(update_fields=["version", "updated_at"])
    state = events.UserState(
        user_id=user.id,
        administrator=user.administrator,
        is_active=user.is_active,
        sessions_epoch=user.sessions_epoch,
    )
    about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    journal.record(events.USER_UNLOCKED, state, about)
    return user


def _codes_of(user: User) -> str:
    """Return under what wrong codes are counted: a name that nobody outside can type."""
    return keyed_digest(user.id.encode(), "people.wrong_codes")


def _is_known(username: str, address: str) -> bool:
    """Tell whether somebody has signed in under this name from here, as long as that is kept."""
    known = AccessLog.objects.filter(username=username).order_by()
    return address in set(map(str, known.values_list("ip_address", flat=True).distinct()))
