"""JSON shapes of security keys and of what somebody has as a second factor."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.people.schemas import NO_NUL, KeyKind, Secret, Word

KeyName = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL, strip_whitespace=True)
]


class KeyAnswer(Body):
    """What a key said: RegistrationResponseJSON or AuthenticationResponseJSON, or the signature of SM2."""

    kind: KeyKind
    credential: dict[str, Any]


class KeyQuestions(Schema):
    """What my keys are asked, by their kind; good once and for five minutes."""

    questions: dict[str, dict[str, Any]]


class ProofBody(Body):
    """Proof of who changes his keys: the password and, where there is a second factor, that too."""

    password: Secret
    code: Word = ""
    key: KeyAnswer | None = None


class KeyOfferBody(ProofBody):
    """Which kind of key I want to register."""

    kind: KeyKind = "webauthn"


class KeyOfferOut(Schema):
    """What the new key is asked for: PublicKeyCredentialCreationOptions as JSON, or a text to sign."""

    kind: KeyKind
    options: dict[str, Any]


class NewKeyBody(KeyAnswer):
    """A new key's answer and my name for it."""

    name: KeyName


class KeyNameBody(Body):
    """My name for a key."""

    name: KeyName


class SecurityKeyOut(Schema):
    """One of my keys; never what it signs by."""

    id: str
    kind: KeyKind
    name: str
    created_at: datetime
    last_used_at: datetime | None


class NewKeyOut(Schema):
    """My new key; the recovery codes are shown once, with the first second factor only."""

    key: SecurityKeyOut
    codes: list[str]


class SecondFactorOut(Schema):
    """Whether I have a second factor, must have one, my keys, and how many recovery codes are left."""

    is_enrolled: bool
    is_required: bool
    confirmed_at: datetime | None
    recovery_left: int
    keys: list[SecurityKeyOut]
