"""Security keys (安全密钥): registered, asked at the log-in, named, removed; every act is recorded.

A question is kept in the session, so it is good in one browser, once, for five minutes. Calls that may
be refused because of a wrong answer are counted by the door, outside the refused unit of work.
"""

import secrets
from typing import Any, Literal

from django.http import HttpRequest

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.people import events
from anlan.kernel.people.keys import Answer, KeyCeremony, KeyRefusedError, Owner, PublicKey
from anlan.kernel.people.keys.ceremonies import ALL, usable
from anlan.kernel.people.models import SecurityKey, User
from anlan.kernel.people.queries.second_factor import (
    factor_of,
    is_enrolled,
    is_required,
    keys_of,
    recovery_left,
)
from anlan.kernel.people.services.second_factor import new_recovery_codes
from anlan.kernel.people.services.users import end_sessions

WRONG_KEY = "people.wrong_key"
#: WebAuthn level 3, section 13.4.3: at least 16 bytes.
CHALLENGE_BYTES = 32
CHALLENGE_FOR_MS = 5 * 60_000
#: Nobody carries more; the list stays one that its owner knows.
KEYS_MAX = 10
_CHALLENGE = "key_challenge"
Purpose = Literal["register", "prove"]


def new_challenge(request: HttpRequest, user: User, purpose: Purpose) -> bytes:
    """Return fresh bytes for a question to this person's keys; the question before is forgotten."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    request.session[_CHALLENGE] = {
        "challenge": challenge.hex(),
        "user": user.id,
        "purpose": purpose,
        "at": now_ms(),
    }
    return challenge


def taken_challenge(request: HttpRequest, user: User, purpose: Purpose) -> bytes:
    """Return what was asked, which is good no more from now on. Raises ConflictError."""
    said = request.session.pop(_CHALLENGE, None)
    is_good = (
        said is not None
        and (said["user"], said["purpose"]) == (user.id, purpose)
        and now_ms() - said["at"] <= CHALLENGE_FOR_MS
    )
    if not is_good:
        raise ConflictError("对密钥的提问已失效，请重试", code="people.no_challenge")
    return bytes.fromhex(said["challenge"])


def offer_key(*, user: User, kind: str, challenge: bytes) -> dict[str, Any]:
    """Return what a new key is asked for."""
    ceremony = _ceremony(kind)
    mine = keys_of(user)
    if len(mine) >= KEYS_MAX:
        raise ConflictError("密钥数量已达上限", code="people.too_many_keys")
    owner = Owner(id=user.id, username=user.username, name=user.name)
    return ceremony.offer(owner, challenge, [bytes(one.credential) for one in mine])


def add_key(
    *, user: User, kind: str, name: str, answer: Answer, challenge: bytes
) -> tuple[SecurityKey, list[str]]:
    """Register a key by its answer; return recovery codes too if it is the first second factor.

    The first one ends every session that was opened without it; the caller keeps its own.
    """
    try:
        found = _ceremony(kind).made(answer, challenge)
    except KeyRefusedError as error:
        raise InvalidError("密钥的回答无效", code=WRONG_KEY) from error
    if SecurityKey.objects.filter(kind=kind, credential=found.credential).exists():
        raise ConflictError("这把密钥已登记", code="people.key_known")
    if len(keys_of(user)) >= KEYS_MAX:
        raise ConflictError("密钥数量已达上限", code="people.too_many_keys")
    is_first, moment = not is_enrolled(user), now()
    made = SecurityKey.objects.create(
        user=user,
        kind=kind,
        name=name,
        credential=found.credential,
        public_key=found.public_key,
        sign_count=found.sign_count,
        created_at=moment,
        updated_at=moment,
    )
    codes: list[str] = []
    if is_first:
        codes = new_recovery_codes(user)
        end_sessions(user=user)
    _record(events.KEY_ADDED, made)
    return made, codes


def questions(*, user: User, challenge: bytes) -> dict[str, dict[str, Any]]:
    """Return what each kind of this person's keys is asked; nothing where he has none."""
    mine: dict[str, list[bytes]] = {}
    for one in keys_of(user):
        mine.setdefault(one.kind, []).append(bytes(one.credential))
    return {one.kind: one.ask(challenge, mine[one.kind]) for one in usable() if one.kind in mine}


def prove_by_key(*, user: User, kind: str, answer: Answer, challenge: bytes) -> str:
    """Check a key's answer and return its kind. Raises InvalidError `people.wrong_key`.

    A key whose count of signatures does not go on has a copy somewhere (WebAuthn level 3, 6.1.1).
    """
    ceremony = _ceremony(kind)
    try:
        key = _key_that_answers(user, ceremony, answer)
        known = PublicKey(credential=bytes(key.credential), public_key=bytes(key.public_key))
        count = ceremony.proven(answer, challenge, known)
    except KeyRefusedError as error:
        raise InvalidError("密钥未能证明是您本人的", code=WRONG_KEY) from error
    if (count or key.sign_count) and count <= key.sign_count:
        raise InvalidError("密钥的计数倒退，疑似被复制", code="people.key_copied")
    key.sign_count, key.last_used_at = count, now()
    key.version, key.updated_at = key.version + 1, key.last_used_at
    key.save(update_fields=["sign_count", "last_used_at", "version", "updated_at"])
    return kind


def rename_key(*, user: User, key_id: str, name: str) -> SecurityKey:
    """Call a key by another name."""
    key = _mine(user, key_id)
    key.name = name
    key.version, key.updated_at = key.version + 1, now()
    key.save(update_fields=["name", "version", "updated_at"])
    _record(events.KEY_RENAMED, key)
    return key


def remove_key(*, user: User, key_id: str) -> None:
    """Take a key away, lost or not; other sessions end, the caller keeps its own.

    The only second factor of somebody who must have one stays: another comes first, or the security
    administrator resets it.
    """
    key = _mine(user, key_id)
    is_last = factor_of(user) is None and len(keys_of(user)) == 1
    if is_last and is_required(user):
        raise ConflictError("这是唯一的第二因素，请先登记另一个", code="people.last_factor")
    key.delete()
    end_sessions(user=user)
    _record(events.KEY_REMOVED, key, key_id)


def _key_that_answers(user: User, ceremony: KeyCeremony, answer: Answer) -> SecurityKey:
    credential = ceremony.credential_of(answer)
    mine = SecurityKey.objects.filter(user=user, kind=ceremony.kind, credential=credential)
    key = mine.select_for_update().first()
    if key is None:
        raise KeyRefusedError("a key of somebody else")
    return key


def _mine(user: User, key_id: str) -> SecurityKey:
    key = SecurityKey.objects.select_for_update().filter(user=user, pk=key_id).first()
    if key is None:
        raise NotFoundError("没有这把密钥", code="people.key_not_found")
    return key


def _ceremony(kind: str) -> KeyCeremony:
    found = ALL.get(kind)
    if found is None or not found.is_usable():
        raise ConflictError("本系统未启用这种密钥", code="people.key_kind_off")
    return found


def _record(event: EventType, key: SecurityKey, key_id: str = "") -> None:
    user = key.user
    state = events.SecurityKeyState(
        id=key_id or key.id,
        user_id=user.id,
        kind=key.kind,
        keys_left=len(keys_of(user)),
        recovery_left=recovery_left(user),
        sessions_epoch=user.sessions_epoch,
    )
    about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    journal.record(event, state, about)
