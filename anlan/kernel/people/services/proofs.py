"""What proves a person, taken out of the database: nothing stays behind (GB/T 22239-2019, 8.1.4.10 a)."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from anlan.kernel.base.clock import now
from anlan.kernel.people.models import (
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    SecurityKey,
    User,
)
from anlan.kernel.people.queries.second_factor import is_enrolled, keys_of
from anlan.kernel.people.queries.sessions import AWAITED

#: The columns of an account that its password lies in.
PASSWORD = ("password", "password_changed_at", "earlier_passwords", "must_change_password")
#: What the journal says of proofs, by the fields of its change, once they are deleted.
NOTHING: dict[str, Any] = {
    "password": False,
    "authenticator_app": False,
    "security_keys": [],
    "recovery_codes": 0,
    "one_time_links": 0,
}


def delete_sessions(user: User) -> None:
    """Delete every session of a person, signed in or half-way, also those that have run out.

    Sessions are sealed one by one, so all of them are opened: some hundreds. Whoever keeps his own has
    it written anew under another key (`users.keep_session`).
    """
    theirs = [row.pk for row in Session.objects.all() if _is_of(user, row)]
    Session.objects.filter(pk__in=theirs).delete()


def delete_proofs(user: User) -> dict[str, Any]:
    """Delete links, app, keys and recovery codes of a person, and the hashes of his passwords.

    Return what was deleted as {field: [before, after]}: how many, keys by their names; never a secret.
    The caller writes it into the journal, and saves the columns of PASSWORD. Who had a password comes in again by a new first link only.
    Of a second factor stays that there was one, a row without a secret that nothing proves: whoever may
    stop, wake and hand out links must not get rid of it by that and come in himself. The security
    administrator takes it away (`second_factor.reset`).
    """
    had_factor, moment = is_enrolled(user), now()
    before = _kept(user)
    OneTimeLink.objects.filter(user=user).delete()
    SecondFactor.objects.filter(user=user).delete()
    SecurityKey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if had_factor:
        SecondFactor.objects.create(
            user=user, secret=b"", confirmed_at=moment, created_at=moment, updated_at=moment
        )
    user.must_change_password = user.must_change_password or user.has_usable_password()
    user.set_unusable_password()
    user.password_changed_at, user.earlier_passwords = None, []
    return {field: [kept, NOTHING[field]] for field, kept in before.items() if kept}


def _kept(user: User) -> dict[str, Any]:
    """Return what proves a person as the journal may say it; a trace that an earlier stop left is nothing."""
    return {
        "password": user.has_usable_password(),
        "authenticator_app": SecondFactor.objects.filter(user=user, confirmed_at__isnull=False)
        .exclude(secret=b"")
        .exists(),
        "security_keys": [one.name for one in keys_of(user)],
        "recovery_codes": RecoveryCode.objects.filter(user=user).count(),
        "one_time_links": OneTimeLink.objects.filter(user=user).count(),
    }


def _is_of(user: User, row: Session) -> bool:
    said = row.get_decoded()
    half_way = said.get(AWAITED) or {}
    return user.pk in (said.get(SESSION_KEY), half_way.get("user"))
