"""The answer to a create is kept under the caller's key, in the same transaction."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

from django.db import IntegrityError, transaction

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.models import IdempotencyKey
from anlan.kernel.base.vault import keyed_digest, open_sealed, seal


@dataclass(frozen=True, slots=True)
class Once:
    """One intended act: who, under which key, where, with which body.

    Of the digest of the body only a keyed digest is kept: a body may hold a password that is to be guessed.
    What `is_secret` answers (credentials that are shown once) is kept sealed for who asked.
    """

    actor: str
    key: str
    route: str
    body_digest: str
    is_secret: bool = False


def answered(once: Once) -> Any | None:
    """Return the earlier answer's body; another body under the same key is refused."""
    found = answered_with_status(once)
    return None if found is None else found[1]


def answered_with_status(once: Once) -> tuple[int, Any] | None:
    """Return the earlier answer with its HTTP status."""
    if not 1 <= len(once.key) <= 128:
        raise InvalidError("Idempotency-Key 应为 1–128 个字符", code="base.bad_idempotency_key")
    row = IdempotencyKey.objects.filter(actor=once.actor, key=once.key).first()
    if row is None:
        return None
    if (row.route, row.body_digest) != (once.route, _known_by(once)):
        raise InvalidError("同一个 Idempotency-Key 用于不同的内容", code="base.key_reused")
    return row.status, _opened(once, row.answer) if once.is_secret else row.answer


def remember(once: Once, answer: Any, *, status: int = 200) -> None:
    """Keep the answer; of two at the same moment one is refused and may ask again."""
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                actor=once.actor,
                key=once.key,
                route=once.route,
                body_digest=_known_by(once),
                status=status,
                answer=_sealed(once, answer) if once.is_secret else answer,
                created_at=now(),
            )
    except IntegrityError as error:
        raise ConflictError("相同的请求正在处理", code="base.in_progress") from error


def _known_by(once: Once) -> str:
    return keyed_digest(once.body_digest.encode(), _owner(once))


def _sealed(once: Once, answer: Any) -> str:
    return b64encode(seal(dumps(answer).encode(), _owner(once))).decode()


def _opened(once: Once, sealed: str) -> Any:
    return loads(open_sealed(b64decode(sealed), _owner(once)))


def _owner(once: Once) -> str:
    return f"idempotency {once.actor} {once.key}"
