"""Phones and mail addresses of people (个人信息): sealed in their column, shown masked, unmasked for a reason, found by a hash.

From the day on which an account is stopped they are kept `keep_phones_days` (P21, GB/T 22239-2019,
8.1.4.11): personal data is kept no longer than it is needed.
"""

from anlan.kernel.base import journal, personal, vault
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import refuse_above_ceiling
from anlan.kernel.people import events
from anlan.kernel.people.models import Contact, ContactKind, User
from anlan.kernel.people.queries.addresses import about

PHONE, MAIL = ContactKind.PHONE, ContactKind.MAIL
MASKED_MAX = 32


def set_phone(*, user: User, phone: str) -> None:
    """Keep a person's phone in place of the one before; an empty one takes it away."""
    number = personal.phone(phone) if phone.strip() else ""
    _keep(user, PHONE, number, personal.masked(number) if number else "")


def set_mail(*, user: User, mail: str) -> None:
    """Keep a person's mail address in place of the one before; an empty one takes it away."""
    address = personal.mail(mail) if mail.strip() else ""
    _keep(user, MAIL, address, personal.masked_mail(address) if address else "")


def _keep(user: User, kind: ContactKind, text: str, masked: str) -> None:
    Contact.objects.filter(user=user, kind=kind).delete()
    if text:
        moment = now()
        Contact.objects.create(
            user=user,
            kind=kind,
            sealed=vault.seal(text.encode(), about(user.id)),
            masked=masked[:MASKED_MAX],
            search_key=personal.search_key(text, kind),
            created_at=moment,
            updated_at=moment,
        )
    _record(events.CONTACT_CHANGED, user, kind)


def reveal_phone(*, user: User, reason: str) -> str:
    """Return a phone in full; who looked, at whose and why is in the journal before it is seen.

    Raises NotPermittedError for a post that has nothing personal in hand.
    """
    refuse_above_ceiling(Sensitivity.PERSONAL)
    if not reason.strip():
        raise InvalidError("请写明查看的理由", code="people.reason_missing")
    contact = Contact.objects.filter(user=user, kind=PHONE).first()
    if contact is None:
        raise NotFoundError("没有登记电话", code="people.no_contact")
    _record(events.CONTACT_REVEALED, user, PHONE, reason=reason.strip())
    return vault.open_sealed(bytes(contact.sealed), about(user.id)).decode()


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


def note_stop(*, user: User, is_active: bool) -> None:
    """Note when an account was stopped, or that it is in use again; its journal is the stop's."""
    stopped = None if is_active else now()
    Contact.objects.filter(user=user).update(stopped_at=stopped, updated_at=now())


def forget_phone(row: Contact) -> None:
    """Delete a phone or a mail address; the journal keeps that it was there."""
    row.delete()
    _record(events.CONTACT_FORGOTTEN, row.user, ContactKind(row.kind))


def _record(event: EventType, user: User, kind: ContactKind, reason: str = "") -> None:
    state = events.ContactState(
        user_id=user.id,
        kind=kind,
        is_known=Contact.objects.filter(user=user, kind=kind).exists(),
        sensitivity=Sensitivity.PERSONAL,
    )
    subject = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    change = {"reason": [None, reason]} if reason else None
    journal.record(event, state, subject, change=change)
