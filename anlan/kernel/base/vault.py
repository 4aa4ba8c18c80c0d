"""Secrets that must be read again: encrypted in their column, the key outside the database (P21).

AES-256-GCM (NIST SP 800-38D); the key is derived from the installation's secret by HKDF-SHA256
(RFC 5869), so a copy of the database alone says nothing. `about` binds a text to its owner: moved
to another row it does not open.
"""

import hmac
import os
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
_VERSION = b"\x01"


class SealedTextError(ValueError):
    """The bytes were not sealed with this key for this owner, or were altered."""


def seal(text: bytes, about: str) -> bytes:
    """Return a text encrypted for its owner."""
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text, about.encode())


def open_sealed(sealed: bytes, about: str) -> bytes:
    """Return what was sealed. Raises SealedTextError."""
    version, nonce = sealed[:1], sealed[1 : 1 + NONCE_BYTES]
    if version != _VERSION:
        raise SealedTextError(f"sealed text of version {version.hex() or 'none'}")
    try:
        found: bytes = _cipher(settings.SECRET_KEY).decrypt(
            nonce, sealed[1 + NONCE_BYTES :], about.encode()
        )
    except InvalidTag as error:
        raise SealedTextError("not sealed with this key, or altered") from error
    return found


def keyed_digest(text: bytes, about: str) -> str:
    """Return by what a text is known again, 64 hexadecimal digits: HMAC-SHA256 (RFC 2104), bound to `about`.

    A plain hash of a text that can be guessed, as one with a password in it, says the text.
    """
    named = sha256(about.encode()).digest() + text
    return hmac.new(_digest_key(settings.SECRET_KEY), named, sha256).hexdigest()


@cache
def _digest_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"anlan digest").derive(secret.encode())


@cache
def _cipher(secret: str) -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=b"anlan column").derive(secret.encode())
    return AESGCM(key)
