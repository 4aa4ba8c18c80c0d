"""Keys that sign by SM2 with SM3 (国密): GB/T 32918.2-2016 on the curve of GB/T 32918.5-2017.

The private half stays in the token of whoever signs; its driver is its maker's. Here stands only what
verifies: `Sm2Verifier` is the port, `SoftwareVerifier` does it by gmalg. Where the examination of
cryptography (密评, GB/T 39786-2021) asks for a certified module, another verifier takes its place by
`use(…)`. Off unless `sm2_keys` is set.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from anlan.kernel.base.config import config
from anlan.kernel.people.keys import Answer, KeyRefusedError, Owner, PublicKey
from anlan.kernel.people.keys.webauthn import origin

#: GM/T 0009-2012, section 10: the identity that is signed with where nothing else is agreed.
IDENTITY = b"1234567812345678"
#: Uncompressed point: 04, x, y.
POINT_BYTES = 65
NUMBER_BYTES = 32


class Sm2Verifier(Protocol):
    """Verifies SM2 signatures: a library, or a certified module."""

    def is_point(self, public_key: bytes) -> bool:
        """Tell whether 65 bytes (04, x, y) are a public key on the curve."""

    def verify(self, public_key: bytes, message: bytes, r: int, s: int) -> bool:
        """Tell whether (r, s) signs a message under `IDENTITY`."""


class SoftwareVerifier:
    """SM2 in plain Python (gmalg, MIT): some milliseconds a signature, no secret is handled."""

    def is_point(self, public_key: bytes) -> bool:
        """Tell whether the point is on the curve and of its order."""
        from gmalg import SM2

        return bool(SM2().verify_pk(public_key))

    def verify(self, public_key: bytes, message: bytes, r: int, s: int) -> bool:
        """Verify by GB/T 32918.2-2016, section 7."""
        from gmalg import SM2

        signer = SM2(uid=IDENTITY, pk=public_key)
        return bool(signer.verify(message, r.to_bytes(NUMBER_BYTES), s.to_bytes(NUMBER_BYTES)))


_verifier: Sm2Verifier = SoftwareVerifier()


def use(verifier: Sm2Verifier) -> Sm2Verifier:
    """Let another verifier do it from now on; return the one before."""
    global _verifier
    before, _verifier = _verifier, verifier
    return before


def message(purpose: str, challenge: bytes) -> str:
    """Return what is signed: it names this installation and the purpose, so it is good for nothing else."""
    return f"anlan sm2 {purpose}\n{origin()}\n{challenge.hex()}"


class Sm2:
    """`KeyCeremony` of SM2 keys; hexadecimal everywhere, a signature as DER or as r and s."""

    kind = "sm2"

    def is_usable(self) -> bool:
        """Tell whether SM2 is turned on."""
        return config().sm2_keys

    def offer(self, owner: Owner, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return the text that a new key signs."""
        return _asked("register", challenge, known) | {"owner": owner.username}

    def made(self, answer: Answer, challenge: bytes) -> PublicKey:
        """Check `{"public_key": hex, "signature": hex}`: whoever registers a key holds its other half."""
        point = _bytes(answer, "public_key")
        if len(point) != POINT_BYTES or point[0] != 4 or not _verifier.is_point(point):
            raise KeyRefusedError("no public key of SM2")
        _verify(point, message("register", challenge), answer)
        return PublicKey(credential=_id_of(point), public_key=point)

    def ask(self, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return the text that one of the keys signs."""
        return _asked("sign-in", challenge, known)

    def credential_of(self, answer: Answer) -> bytes:
        """Return the `id`, the SHA-256 of the public key."""
        return _bytes(answer, "id")

    def proven(self, answer: Answer, challenge: bytes, key: PublicKey) -> int:
        """Check `{"id": hex, "signature": hex}`; such keys keep no count."""
        _verify(key.public_key, message("sign-in", challenge), answer)
        return 0


def _asked(purpose: str, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
    return {
        "message": message(purpose, challenge),
        "identity": IDENTITY.decode(),
        "ids": [one.hex() for one in known],
    }


def _id_of(point: bytes) -> bytes:
    return sha256(point).digest()


def _verify(point: bytes, text: str, answer: Answer) -> None:
    given = _bytes(answer, "signature")
    try:
        if len(given) == 2 * NUMBER_BYTES:
            r, s = (int.from_bytes(given[at : at + NUMBER_BYTES]) for at in (0, NUMBER_BYTES))
        else:
            r, s = decode_dss_signature(given)
        is_right = _verifier.verify(point, text.encode(), r, s)
    except (ValueError, OverflowError) as error:
        raise KeyRefusedError("no signature") from error
    if not is_right:
        raise KeyRefusedError("the signature is not of this key over this text")


def _bytes(answer: Answer, name: str) -> bytes:
    try:
        return bytes.fromhex(answer[name])
    except (KeyError, TypeError, ValueError) as error:
        raise KeyRefusedError(f"{name}: not hexadecimal") from error
