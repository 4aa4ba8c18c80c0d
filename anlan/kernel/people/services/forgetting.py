"""What is let go of people by class and date: phones and names of stopped accounts, records of sign-ins."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from anlan.kernel.base.clock import now
from anlan.kernel.people.models import Contact, OneTimeLink, User
from anlan.kernel.people.services.contacts import forget_phone

GONE, GONE_NAME = "gone-", "已注销用户"
_SIGN_INS: tuple[Any, ...] = (AccessLog, AccessAttempt, AccessFailureLog)


def forget_phones(before: datetime, limit: int) -> int:
    """Delete the phones of accounts that were stopped before a moment."""
    due = Contact.objects.filter(user__is_active=False, stopped_at__lt=before)
    rows = list(
        due.select_related("user").select_for_update(of=("self",), skip_locked=True)[:limit]
    )
    for row in rows:
        forget_phone(row)
    return len(rows)


def forget_names(before: datetime, limit: int) -> int:
    """Take name and sign-in name from accounts stopped before a moment; what they did stays under their id."""
    due = User.objects.filter(is_active=False, updated_at__lt=before).exclude(name=GONE_NAME)
    rows = list(due.select_for_update(skip_locked=True).order_by("id")[:limit])
    for row in rows:
        row.name, row.username = GONE_NAME, f"{GONE}{row.id.lower()}"
        row.version, row.updated_at = row.version + 1, now()
        row.save(update_fields=["name", "username", "version", "updated_at"])
    return len(rows)


def forget_sign_ins(before: datetime, limit: int) -> int:
    """Delete who signed in from where, and links that were used or have run out.

    The journal keeps each sign-in by the id of its account (at least six months, 网络安全法 21).
    """
    gone = 0
    for model in _SIGN_INS:
        due = model.objects.filter(attempt_time__lt=before).values_list("pk", flat=True)[:limit]
        gone += model.objects.filter(pk__in=list(due)).delete()[0]
    links = OneTimeLink.objects.filter(expires_at__lt=before).values_list("pk", flat=True)[:limit]
    return int(gone + OneTimeLink.objects.filter(pk__in=list(links)).delete()[0])
