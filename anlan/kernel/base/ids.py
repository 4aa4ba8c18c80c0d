"""Identities: ULIDs as 26-character text, new ones by the clock, derived ones by their cause."""

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

import numpy as np
from ulid import ULID
from ulid.base32 import ENCODE

ULID_LENGTH = 26
_LETTERS = np.frombuffer(ENCODE.encode(), np.uint8)
_WEIGHTS = np.array([16, 8, 4, 2, 1], np.uint8)


def new_ulid() -> str:
    """Return a fresh ULID (48 bits of system time in ms, 80 random bits)."""
    return str(ULID())


def derived_ulid(at_ms: int, *cause: object) -> str:
    """Return the one ULID that belongs to a cause, so that a replay makes the same object again.

    `at_ms` fills the time part; the 80 other bits are the SHA-256 of the cause.
    """
    digest = sha256("\x1f".join(str(part) for part in cause).encode()).digest()
    return str(ULID.from_bytes(at_ms.to_bytes(6, "big") + digest[:10]))


def derived_ulids(
    at_ms: Sequence[int], cause: Sequence[object], last: Sequence[object]
) -> list[str]:
    """Return `derived_ulid(at, *cause, one)` for each moment and last part of a cause, many at once."""
    head = sha256("".join(f"{part}\x1f" for part in cause).encode())
    raw = bytearray()
    for ms, one in zip(at_ms, last, strict=True):
        digest = head.copy()
        digest.update(str(one).encode())
        raw += ms.to_bytes(6, "big") + digest.digest()[:10]
    bits = np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, 16), axis=1)
    # 128 bits are 26 letters of five; the first letter has room for two more
    padded = np.pad(bits, ((0, 0), (2, 0))).reshape(-1, ULID_LENGTH, 5)
    letters = _LETTERS[padded @ _WEIGHTS]
    return cast("list[str]", letters.view(f"S{ULID_LENGTH}")[:, 0].astype(str).tolist())


def ms_of(ulid: str) -> int:
    """Return the time part of a ULID in ms."""
    return ULID.from_str(ulid).milliseconds


def is_ulid(text: str) -> bool:
    """Tell whether the text is a canonical ULID."""
    try:
        return str(ULID.from_str(text)) == text
    except ValueError:
        return False
