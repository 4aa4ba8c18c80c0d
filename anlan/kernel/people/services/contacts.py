"""Phones of people (个人信息): sealed in their column, shown masked, unmasked for a reason, found by a hash.

Who stops an account sets the day on which its phone goes (P21, GB/T 22239-2019, 8.1.4.11): personal
data is kept no longer than it is needed.
"""

from datetime import timedelta

from anlan.kernel.base import journal, personal, vault
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.people import events
from anlan.kernel.people.models import Contact, ContactKind, User

#: Project default: so long a colleague who has left may still be asked about his shift.
KEPT_AFTER_STOP = timedelta(days=180)
PHONE = ContactKind.PHONE


def set_phone(*, user: User, phone: str) -> None:
    """Keep a person's phone in place of the one before; an empty one takes it away."""
    Contact.objects.filter(user=user, kind=PHONE).delete()
    if phone.strip():
        number = personal.phone(phone)
        moment = now()
        Contact.objects.create(
            user=user,
            kind=PHONE,
            sealed=vault.seal(number.encode(), _about(user)),
            masked=personal.masked(number),
            search_key=personal.search_key(number, PHONE),
            created_at=moment,
            updated_at=moment,
        )
    _record(events.CONTACT_CHANGED, user)


def reveal_phone(*, user: User, reason: str) -> str:
    """Return a phone in full; who looked, at whose and why is in the journal before it is seen."""
    if not reason.strip():
        raise InvalidError("请写明查看的理由", code="people.reason_missing")
    contact = Contact.objects.filter(user=user, kind=PHONE).first()
    if contact is None:
        raise NotFoundError("没有登记电话", code="people.no_contact")
    _record(events.CONTACT_REVEALED, user, reason=reason.strip())
    return vault.open_sealed(bytes(contact.sealed), _about(user)).decode()


def find_by_phone(*, phone: str) -> list[str]:
    """Return the ids of accounts with exactly this phone; the search is recorded, the number is not."""
    key = personal.search_key(personal.phone(phone), PHONE)
    found = list(
        Contact.objects.filter(kind=PHONE, search_key=key).values_list("user_id", flat=True)
    )
    said = events.ContactSearched(kind=PHONE, found=len(found))
    about = journal.Subject(id=new_ulid(), version=1, place=journal.Place())
    journal.record(events.CONTACT_SEARCHED, said, about)
    return found


def keep_until(*, user: User, is_active: bool) -> None:
    """Set the day on which a stopped account's phone goes, or take it back; its journal is the stop's."""
    until = None if is_active else now() + KEPT_AFTER_STOP
    Contact.objects.filter(user=user).update(kept_until=until, updated_at=now())


def forget_outdated(limit: int) -> int:
    """Delete what has outlived its day; return how many rows. The journal keeps that it was there."""
    due = Contact.objects.filter(kept_until__lte=now()).select_related("user")
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True).order_by("kept_until")[:limit]
    )
    for row in rows:
        row.delete()
        _record(events.CONTACT_FORGOTTEN, row.user)
    return len(rows)


def _about(user: User) -> str:
    return f"people.contact:{user.id}"


def _record(event: EventType, user: User, reason: str = "") -> None:
    state = events.ContactState(
        user_id=user.id,
        kind=PHONE,
        is_known=Contact.objects.filter(user=user, kind=PHONE).exists(),
        sensitivity=Sensitivity.PERSONAL,
    )
    about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    change = {"reason": [None, reason]} if reason else None
    journal.record(event, state, about, change=change)
