"""Codes that change every thirty seconds (动态口令): RFC 6238 as every authenticator app knows it."""

import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

#: RFC 4226, section 4, R6: 160 bits.
SECRET_BYTES = 20
DIGITS = 6
STEP_S = 30
#: RFC 6238, section 5.2: one step on both sides for clocks that differ.
SLACK_STEPS = 1
RECOVERY_CODES = 10


def new_secret() -> bytes:
    """Return a fresh shared secret."""
    return secrets.token_bytes(SECRET_BYTES)


def uri(secret: bytes, account: str, issuer: str) -> str:
    """Return `otpauth://totp/…`, which apps take as a QR code."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def matching_step(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """Return the time step in which a code is right, or None; a step is good once (RFC 6238, 5.2).

    `after` is the step of the last code that was taken.
    """
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    present = int(at.timestamp()) // STEP_S
    for step in range(max(present - SLACK_STEPS, after + 1), present + SLACK_STEPS + 1):
        try:
            _totp(secret).verify(code.encode(), step * STEP_S)
        except InvalidToken:
            continue
        return step
    return None


def new_recovery_codes() -> list[str]:
    """Return codes that each sign in once when the app is lost, as `k3f9-x72m-pq4w`."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    letters = ["".join(secrets.choice(alphabet) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in letters]


def _totp(secret: bytes) -> TOTP:
    # SHA-1 by RFC 6238: what authenticator apps agree on; HMAC does not rest on its collisions
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303
