"""The port of security keys (安全密钥): what a kind of key is asked, and what its answer proves.

A key signs a challenge; its public half stands here. Implementations: `webauthn`, `sm2`. Neither
writes a row nor reads a session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Answer = Mapping[str, Any]


class KeyRefusedError(ValueError):
    """An answer that proves nothing: foreign, altered, for another challenge or another origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose key it is, as the key itself shows him."""

    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What is kept of a key: its own id, its public half, how often it says it has signed."""

    credential: bytes
    public_key: bytes
    sign_count: int = 0


class KeyCeremony(Protocol):
    """One kind of key. `challenge` is 32 random bytes that are good once."""

    kind: str

    def is_usable(self) -> bool:
        """Tell whether this installation takes keys of this kind."""

    def offer(self, owner: Owner, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return what a new key is asked for; `known` are the ids of those that he has."""

    def made(self, answer: Answer, challenge: bytes) -> PublicKey:
        """Return the new key that answered. Raises KeyRefusedError."""

    def ask(self, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
        """Return what one of the known keys is asked for."""

    def credential_of(self, answer: Answer) -> bytes:
        """Return which key says that it answers. Raises KeyRefusedError."""

    def proven(self, answer: Answer, challenge: bytes, key: PublicKey) -> int:
        """Return how often the key has signed by its own count. Raises KeyRefusedError."""
