"""Identities: ULIDs as 26-character text, new ones by the clock, derived ones by their cause."""

from hashlib import sha256

from ulid import ULID

ULID_LENGTH = 26


def new_ulid() -> str:
    """Return a fresh ULID (48 bits of system time in ms, 80 random bits)."""
    return str(ULID())


def derived_ulid(at_ms: int, *cause: object) -> str:
    """Return the one ULID that belongs to a cause, so that a replay makes the same object again.

    `at_ms` fills the time part; the 80 other bits are the SHA-256 of the cause.
    """
    digest = sha256("\x1f".join(str(part) for part in cause).encode()).digest()
    return str(ULID.from_bytes(at_ms.to_bytes(6, "big") + digest[:10]))


def ms_of(ulid: str) -> int:
    """Return the time part of a ULID in ms."""
    return ULID.from_str(ulid).milliseconds


def is_ulid(text: str) -> bool:
    """Tell whether the text is a canonical ULID."""
    try:
        return str(ULID.from_str(text)) == text
    except ValueError:
        return False
