"""HTTP of how I am told: my mail address, my channels, my quiet hours, a test to myself."""

from typing import Any

from django.http import HttpRequest

from anlan.kernel.base.doors import SIGNED_IN, Door
from anlan.kernel.messaging import channels
from anlan.kernel.messaging.channels import Way
from anlan.kernel.messaging.queries.dispatches import own, wishes_of
from anlan.kernel.messaging.schemas import WishesBody, WishesOut
from anlan.kernel.messaging.services import wishes
from anlan.kernel.messaging.services.dispatches import ADDRESSES
from anlan.kernel.people.models import ContactKind, User
from anlan.kernel.people.queries.addresses import masked_of
from anlan.kernel.people.schemas import MailBody
from anlan.kernel.people.services import contacts

door = Door("messaging")
router = door.router


@door.read("/wishes", SIGNED_IN, response=WishesOut)
def my_wishes(request: HttpRequest) -> dict[str, Any]:
    """How I am told, and what was lately sent to me."""
    return _said()


@door.write("/wishes", SIGNED_IN, "PUT", response=WishesOut)
def keep_my_wishes(request: HttpRequest, said: WishesBody) -> dict[str, Any]:
    """Keep how I want to be told; the last word stands."""
    wishes.keep_wishes(without=said.without, quiet_from=said.quiet_from, quiet_to=said.quiet_to)
    return _said()


@door.write("/wishes/mail", SIGNED_IN, "PUT", response=WishesOut)
def keep_my_mail(request: HttpRequest, said: MailBody) -> dict[str, Any]:
    """Keep my mail address, or take it away; my phone is entered by the administrator."""
    contacts.set_mail(user=User.objects.get(pk=wishes.acting()), mail=said.mail)
    return _said()


@door.write("/wishes/test", SIGNED_IN, response=WishesOut)
def test_my_channels(request: HttpRequest) -> dict[str, Any]:
    """Send me a test by each channel that reaches me, once a minute at most."""
    wishes.try_own_channels()
    return _said()


def _said() -> dict[str, Any]:
    user_id = wishes.acting()
    masked, kept = masked_of(user_id), wishes_of({user_id}).get(user_id)
    return {
        "phone": masked.get(ContactKind.PHONE, ""),
        "mail": masked.get(ContactKind.MAIL, ""),
        "quiet_from": kept.quiet_from if kept else None,
        "quiet_to": kept.quiet_to if kept else None,
        "channels": [
            {
                "name": one.name,
                "title": one.title,
                "title_en": one.title_en,
                "way": one.way,
                "urgent_only": one.urgent_only,
                "is_reachable": ADDRESSES[one.way] in masked,
                "is_wanted": kept is None or one.name not in kept.without,
            }
            for one in channels.outside()
            if one.way != Way.GROUP
        ],
        "lately": own(user_id),
    }
