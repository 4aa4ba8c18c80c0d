"""Which kinds of security keys there are, and which this installation takes."""

from anlan.kernel.people.keys import KeyCeremony
from anlan.kernel.people.keys.sm2 import Sm2
from anlan.kernel.people.keys.webauthn import WebAuthn

ALL: dict[str, KeyCeremony] = {one.kind: one for one in (WebAuthn(), Sm2())}


def usable() -> list[KeyCeremony]:
    """Return the kinds that are taken here."""
    return [one for one in ALL.values() if one.is_usable()]
