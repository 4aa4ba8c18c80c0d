"""Where a person is reached outside: phone and mail, opened for sending only (P21)."""

from collections import defaultdict
from collections.abc import Iterable

from anlan.kernel.base import vault
from anlan.kernel.people.models import Contact, ContactKind
from anlan.kernel.people.queries.holdings import holdings


def kinds_known(user_ids: Iterable[str]) -> dict[str, set[str]]:
    """Return which addresses of each person are known; somebody without any is absent."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = Contact.objects.filter(user__in=set(user_ids), user__is_active=True)
    for user_id, kind in rows.values_list("user_id", "kind"):
        found[user_id].add(kind)
    return dict(found)


def address_of(user_id: str, kind: ContactKind) -> str | None:
    """Return an address in full, for the channel that sends to it; what is sent is on record there."""
    row = Contact.objects.filter(user_id=user_id, kind=kind, user__is_active=True).first()
    return None if row is None else vault.open_sealed(bytes(row.sealed), about(user_id)).decode()


def masked_of(user_id: str) -> dict[str, str]:
    """Return what a screen shows of a person's addresses, by their kind."""
    return dict(Contact.objects.filter(user_id=user_id).values_list("kind", "masked"))


def about(user_id: str) -> str:
    """Return what a person's sealed addresses are bound to."""
    return f"people.contact:{user_id}"


def organisations_of(user_ids: Iterable[str]) -> set[str]:
    """Return the names of the organisations where these people hold posts."""
    held = holdings().filter(user__in=set(user_ids))
    return set(held.values_list("post__organisation__name", flat=True))
