"""The installation's signature: who reads a paper of it later can tell that not a byte was changed.

Ed25519 (RFC 8032); the key is derived from the installation's secret by HKDF-SHA256 (RFC 5869), one
for each purpose, so that nothing new has to be kept. The public key may be given to anybody.
"""

from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "Ed25519"


def sign(content: bytes, purpose: str) -> bytes:
    """Return the signature of this installation, 64 bytes."""
    return _key(settings.SECRET_KEY, purpose).sign(content)


def public_key(purpose: str) -> bytes:
    """Return the key by which others check what this installation signs, 32 bytes."""
    return _key(settings.SECRET_KEY, purpose).public_key().public_bytes_raw()


def is_signed(content: bytes, signature: bytes, by: bytes) -> bool:
    """Tell whether a content bears the signature of the holder of a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(by).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _key(secret: str, purpose: str) -> Ed25519PrivateKey:
    derived = HKDF(SHA256(), 32, salt=None, info=f"anlan signature {purpose}".encode())
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret.encode()))
