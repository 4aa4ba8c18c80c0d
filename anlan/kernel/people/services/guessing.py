"""Guesses at one name from ever new addresses: a looser limit beside the one on name and address.

GB/T 22239-2019, 8.1.4.1 b. Axes locks a name for an address after five wrong tries; each further address
would have five more. Here those of all addresses are added up, and a name that has had too many is
locked wherever its owner has never signed in from: nobody locks a duty officer out of his own room by
typing his name outside. Tries that a lock refuses are neither checked nor counted, so a lock ends half an
hour after the last one that was (`AXES_COOLOFF_TIME`).
"""

from datetime import timedelta

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

from anlan.kernel.base.addresses import client_address
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config


def is_locked_by_name(request: HttpRequest, username: str) -> bool:
    """Tell whether a name has had too many wrong tries to be tried from this address, known or not."""
    return _wrong_tries(username) >= config().wrong_tries_a_name and not _is_known(
        username, client_address(request)
    )


def _wrong_tries(username: str) -> int:
    """Return how many passwords and codes were checked; of one address never more than its own lock lets."""
    since = now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    lately = AccessAttempt.objects.filter(username=username, attempt_time__gt=since)
    tries = dict(lately.order_by().values_list("ip_address").annotate(Sum("failures_since_start")))
    return sum(min(one, settings.AXES_FAILURE_LIMIT) for one in tries.values())


def _is_known(username: str, address: str) -> bool:
    """Tell whether somebody has signed in under this name from here, as long as that is kept."""
    known = AccessLog.objects.filter(username=username).order_by()
    return address in set(map(str, known.values_list("ip_address", flat=True).distinct()))
