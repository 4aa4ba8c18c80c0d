"""Identities: ULIDs as 26-character text, new ones by the clock, derived ones by their cause."""

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

import numpy as np
from ulid import ULID
from ulid.base32 import ENCODE

ULID_LENGTH = 26
_LETTERS = np.frombuffer(ENCODE.encode(), np.uint8)


def new_ulid() -> str:
    """Return a fresh ULID (48 bits of system time in ms, 80 random bits)."""
    return str(ULID())


def derived_ulid(at_ms: int, *cause: object) -> str:
    """Return the one ULID that belongs to a cause, so that a replay makes the same object again.

    `at_ms` fills the time part; the 80 other bits are the SHA-256 of the cause.
    """
    digest = sha256("\x1f".join(str(part) for part in cause).encode()).digest()
    return str(ULID.from_bytes(at_ms.to_bytes(6, "big") + digest[:10]))


def derived_ulids(at_ms: Sequence[int], cause: Sequence[object], index: Sequence[int]) -> list[str]:
    """Return a ULID for each moment (ms) and index of what one cause brought, many at once.

    The first is `derived_ulid(at, *cause)`; each index adds itself to its 80 bits, as the ULID
    specification does for what is made in one millisecond.
    """
    first = sha256("\x1f".join(str(part) for part in cause).encode()).digest()[:10]
    above, below = np.frombuffer(first, ">u2", 1), np.frombuffer(first, ">u8", 1, 2)
    low = below.astype(np.uint64) + np.asarray(index, np.uint64)
    carried = (low < below).astype(np.uint64)
    high = (above.astype(np.uint64) + carried) & np.uint64(0xFFFF)
    high |= np.asarray(at_ms, np.uint64) << np.uint64(16)
    letters = np.empty((len(low), ULID_LENGTH), np.uint8)
    for place in range(ULID_LENGTH):  # five bits a letter, the last first
        letters[:, -1 - place] = _LETTERS[low & np.uint64(31)]
        low = (low >> np.uint64(5)) | (high << np.uint64(59))
        high >>= np.uint64(5)
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
