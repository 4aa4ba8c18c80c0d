"""HTTP of phones of accounts: set, shown in full for a reason, searched; each of it is recorded."""

from typing import Any

from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.people.models import User
from anlan.kernel.people.queries import directory
from anlan.kernel.people.schemas import FoundOut, PhoneBody, PhoneOut, RevealBody, UserOut
from anlan.kernel.people.services import contacts

EDIT, REVEAL = "people.user.edit", "people.contact.reveal"
door = Door("people")
router = door.router


@door.change("/users/{user_id}/phone", EDIT, "PUT", response=UserOut)
def set_phone(request: HttpRequest, user_id: str, body: PhoneBody) -> dict[str, Any]:
    """Keep somebody's phone, or take it away."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    contacts.set_phone(user=user, phone=body.phone)
    return directory.row(directory.USERS, directory.users(), user_id)


@door.change("/users/{user_id}/phone/reveal", REVEAL, response=PhoneOut)
def reveal(request: HttpRequest, user_id: str, body: RevealBody) -> dict[str, Any]:
    """Show a phone in full; the reason is kept."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    return {"phone": contacts.reveal_phone(user=user, reason=body.reason)}


@door.write("/users/by-phone", REVEAL, response=FoundOut)
def by_phone(request: HttpRequest, body: PhoneBody) -> dict[str, Any]:
    """Find accounts by a whole number; in the body, because addresses end up in logs."""
    return {"users": contacts.find_by_phone(phone=body.phone)}
