"""Who wrote this message: LF and 64 hex digits of HMAC-SHA256 over all before them (2b)."""

import hmac
import re
from collections.abc import Iterable

from anlan.adapters.mqtt.const import SIGNATURE_BYTES

_SIGNATURE = re.compile(rb"\n[0-9a-fA-F]{64}")


def split(payload: bytes) -> tuple[bytes, bytes | None]:
    """Return the body and the signature at its end, None when there is none."""
    if _SIGNATURE.fullmatch(payload, max(0, len(payload) - SIGNATURE_BYTES)) is None:
        return payload, None
    return payload[:-SIGNATURE_BYTES], payload[-SIGNATURE_BYTES + 1 :]


def sign(body: bytes, key: bytes) -> bytes:
    """Return the payload: the body, LF, and its HMAC-SHA256 in hexadecimal."""
    return body + b"\n" + hmac.digest(key, body, "sha256").hex().encode()


def signer(body: bytes, signature: bytes | None, keys: Iterable[bytes]) -> bytes | None:
    """Return the key of the gateway that made the signature; two are valid while keys roll."""
    if signature is None:
        return None
    given = signature.lower()
    for key in keys:
        if hmac.compare_digest(hmac.digest(key, body, "sha256").hex().encode(), given):
            return key
    return None


def is_signed_by(body: bytes, signature: bytes | None, keys: Iterable[bytes]) -> bool:
    """Tell whether one of the gateway's keys made the signature."""
    return signer(body, signature, keys) is not None
