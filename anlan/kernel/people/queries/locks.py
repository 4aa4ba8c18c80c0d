"""Wrong tries at names, address by address, and which accounts are locked by them (GB/T 22239-2019, 8.1.4.1 b)."""

from collections.abc import Iterable
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet, Sum

from anlan.kernel.base.addresses import is_within, networks
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.sessions import is_bound_to_networks

#: Wrong passwords and codes of the last half hour, by the address that they came from.
Tries = dict[str, int]


def tries_at(name: str) -> Tries:
    """Return the wrong tries at one name, known or not."""
    return _by_name(AccessAttempt.objects.filter(username=name)).get(name, {})


def is_too_many(tries: Tries) -> bool:
    """Tell whether these lock a name; of one address never more count than its own lock lets."""
    counted = sum(min(one, settings.AXES_FAILURE_LIMIT) for one in tries.values())
    return counted >= config().wrong_tries_a_name


def from_listed(tries: Tries) -> Tries:
    """Return those from where administrators work: from elsewhere none could come in, had he guessed right."""
    listed = networks(config().admin_networks)
    return {address: one for address, one in tries.items() if is_within(address, listed)}


def locked_names() -> list[str]:
    """Return the names of the accounts that are locked now: at some address, or wherever they are new."""
    names = User.objects.values("username")
    tries = _by_name(AccessAttempt.objects.filter(username__in=names))
    return [
        one.username for one in User.objects.filter(username__in=tries) if _is_locked(one, tries)
    ]


def is_locked_somewhere(user: User) -> bool:
    """Tell whether there is a lock on an account that somebody could take off."""
    return _is_locked(user, {user.username: tries_at(user.username)})


def _is_locked(user: User, all_tries: dict[str, Tries]) -> bool:
    tries = all_tries[user.username]
    if is_bound_to_networks(user):
        tries = from_listed(tries)
    return is_too_many(tries) or any(one >= settings.AXES_FAILURE_LIMIT for one in tries.values())


def _by_name(attempts: "QuerySet[AccessAttempt]") -> dict[str, Tries]:
    since = now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    rows: Iterable[tuple[str, str, int]] = (
        attempts.filter(attempt_time__gt=since)
        .order_by()
        .values_list("username", "ip_address")
        .annotate(Sum("failures_since_start"))
    )
    found: dict[str, Tries] = {}
    for name, address, tries in rows:
        found.setdefault(name, {})[str(address)] = tries
    return found
