"""Keys by W3C Web Authentication level 3 (WebAuthn, FIDO2): USB, NFC, or built into the machine.

As a second factor after the password; no attestation is asked for, the maker of a key is nobody's
business. A key is bound to the name of the installation (`webauthn_rp_id`), so a page of another
name gets nothing from it that is good here.
"""

import json
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import structs
from webauthn.helpers.base64url_to_bytes import base64url_to_bytes

from anlan.kernel.base.config import config
from anlan.kernel.people.keys import Answer, KeyRefusedError, Owner, PublicKey


def relying_party() -> str:
    """Return the name that keys are bound to; empty where the address is no name but a number."""
    settings = config()
    host = settings.webauthn_rp_id or urlsplit(settings.public_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def origin() -> str:
    """Return the one address whose pages may use a key: scheme, host, port."""
    parts = urlsplit(config().public_url)
    return f"{parts.scheme}://{parts.netloc}"


class WebAuthn:
    """`KeyCeremony` of WebAuthn keys, by py_webauthn."""

    kind = "webauthn"

    def is_usable(self) -> bool:
        """Tell whether the address is a name: a number can be nobody's relying party."""
        return bool(relying_party())

    def offer(self, owner: Owner, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return PublicKeyCredentialCreationOptions as JSON."""
        options = webauthn.generate_registration_options(
            rp_id=relying_party(),
            rp_name=f"安澜 {config().node}",
            user_id=owner.id.encode(),
            user_name=owner.username,
            user_display_name=owner.name,
            challenge=challenge,
            exclude_credentials=_described(known),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
                user_verification=structs.UserVerificationRequirement.PREFERRED,
            ),
        )
        return _plain(options)

    def made(self, answer: Answer, challenge: bytes) -> PublicKey:
        """Check a RegistrationResponseJSON."""
        try:
            found = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=relying_party(),
                expected_origin=origin(),
            )
        # whatever somebody's bytes make the library say: they proved nothing
        except Exception as error:
            raise KeyRefusedError(str(error)) from error
        return PublicKey(
            credential=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
        )

    def ask(self, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return PublicKeyCredentialRequestOptions as JSON."""
        options = webauthn.generate_authentication_options(
            rp_id=relying_party(),
            challenge=challenge,
            allow_credentials=_described(known),
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        )
        return _plain(options)

    def credential_of(self, answer: Answer) -> bytes:
        """Return the `id` of an AuthenticationResponseJSON."""
        try:
            return base64url_to_bytes(answer["id"])
        except Exception as error:
            raise KeyRefusedError("no id") from error

    def proven(self, answer: Answer, challenge: bytes, key: PublicKey) -> int:
        """Check an AuthenticationResponseJSON; whether the count went on is the caller's to judge."""
        try:
            found = webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=relying_party(),
                expected_origin=origin(),
                credential_public_key=key.public_key,
                credential_current_sign_count=0,
            )
        except Exception as error:
            raise KeyRefusedError(str(error)) from error
        return found.new_sign_count


def _described(known: Sequence[bytes]) -> list[structs.PublicKeyCredentialDescriptor]:
    return [structs.PublicKeyCredentialDescriptor(id=one) for one in known]


def _plain(options: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made
