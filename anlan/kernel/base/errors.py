"""The tree of errors that a door turns into problem+json (RFC 9457).

DomainError
├── NotFoundError            404
├── InvalidError             422
├── NotPermittedError        403
├── NotSignedInError         401
├── ConflictError            409
│   └── StaleVersionError    412
├── PreconditionMissingError 428
├── TooLargeError            413
├── TooManyError             429
└── UnavailableError         503
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def english() -> dict[str, str]:
    """Return what each refusal says in English, by its code."""
    file = resources.files("anlan.kernel.base").joinpath("problems.en.toml")
    slices = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{name}.{word}": said for name, words in slices.items() for word, said in words.items()
    }


class DomainError(Exception):
    """A refusal with a stable code, a sentence for people and facts for programs."""

    status = 400
    code = "base.refused"

    def __init__(self, title: str, *, code: str | None = None, **facts: Any) -> None:
        super().__init__(title)
        self.title = title
        self.code = code or self.code
        self.facts = facts

    @property
    def title_en(self) -> str:
        """Say it in English; the facts beside it say of what."""
        return english().get(self.code, self.code)

    def problem(self) -> dict[str, Any]:
        """Return the body of an application/problem+json answer."""
        return {
            "type": f"urn:anlan:problem:{self.code}",
            "code": self.code,
            "title": self.title,
            "title_en": self.title_en,
            "status": self.status,
            **self.facts,
        }


class NotFoundError(DomainError):
    """Nothing there, or nothing that this person may see."""

    status = 404
    code = "base.not_found"


class InvalidError(DomainError):
    """The input says something that cannot be."""

    status = 422
    code = "base.invalid"


class NotPermittedError(DomainError):
    """The person is known and may not do this."""

    status = 403
    code = "base.not_permitted"


class NotSignedInError(DomainError):
    """Nobody is signed in."""

    status = 401
    code = "base.not_signed_in"


class ConflictError(DomainError):
    """The present state does not allow it."""

    status = 409
    code = "base.conflict"


class StaleVersionError(ConflictError):
    """Somebody changed it in between (If-Match failed)."""

    status = 412
    code = "base.stale_version"


class PreconditionMissingError(DomainError):
    """A change needs If-Match."""

    status = 428
    code = "base.if_match_missing"


class TooLargeError(DomainError):
    """More bytes or rows than the door takes."""

    status = 413
    code = "base.too_large"


class TooManyError(DomainError):
    """Too often; try again later."""

    status = 429
    code = "base.too_many"


class UnavailableError(DomainError):
    """A part that is needed is away; the act was not done."""

    status = 503
    code = "base.unavailable"
