"""Accounts: made, stopped and woken by the system administrator; passwords changed by their owner."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import AdministratorKind, User
from anlan.kernel.people.queries.holdings import actor_of
from anlan.kernel.people.rules import (
    PASSWORD_CLASSES,
    PASSWORD_HISTORY,
    WEAKNESSES,
    is_asleep,
    password_classes,
)
from anlan.kernel.people.services import contacts, proofs

WRONG_PASSWORD = "people.wrong_password"  # noqa: S105  a code of errors


def create_user(
    *,
    username: str,
    name: str,
    password: str | None = None,
    administrator: AdministratorKind = AdministratorKind.NONE,
    is_invented: bool = False,
    is_temporary: bool = True,
) -> User:
    """Open an account for a named person.

    The password is temporary and must be changed at the first log-in, unless its owner typed it
    at this machine's own command line. Without one its owner comes by a first link and sets it
    (the demo's cast by a link of the demo, and sets none).
    """
    if not is_temporary and not current_work().principal.is_machine:
        raise NotPermittedError("管理员给出的口令必须是临时口令", code="people.not_temporary")
    if not username or username != username.strip().lower():
        raise InvalidError("用户名用小写字母，不含空格", code="people.bad_username")
    if User.objects.filter(username=username).exists():
        raise ConflictError(f"用户名 {username} 已被使用", code="people.username_taken")
    moment = now()
    made = User(
        username=username,
        name=name,
        administrator=administrator,
        is_invented=is_invented,
        must_change_password=is_temporary if password is not None else not is_invented,
        created_at=moment,
        updated_at=moment,
    )
    if password is None:
        made.set_unusable_password()
    else:
        check_password_rules(password, made)
        made.set_password(password)
        made.password_changed_at = moment
    made.save(force_insert=True)
    _record(events.USER_CREATED, made, change={"username": [None, username], "name": [None, name]})
    return made


def rename(*, user: User, name: str) -> User:
    """Write the name of an account's owner anew, as his papers say it. Nobody does it to himself."""
    if current_work().principal.actor == actor_of(user):
        raise NotPermittedError("不能修改本人的姓名", code="people.own_name")
    wanted = name.strip()
    if not wanted:
        raise InvalidError("请填写姓名", code="people.no_name", field="name")
    if wanted == user.name:
        return user
    change = {"name": [user.name, wanted]}
    user.name = wanted
    _touched(user, "name")
    _record(events.USER_CHANGED, user, change=change)
    return user


def set_active(*, user: User, is_active: bool) -> User:
    """Stop or wake an account. Nobody does it to himself.

    A stop deletes its sessions and everything that proved its owner (GB/T 22239-2019, 8.1.4.10 a), and the
    journal says what that was: one that is taken up again starts with a new first link.
    """
    if current_work().principal.actor == actor_of(user):
        raise NotPermittedError("不能停用或启用本人账号", code="people.own_account")
    change: dict[str, Any] = {"is_active": [user.is_active, is_active]}
    if is_active and _sleeps(user):
        change["is_asleep"] = [True, False]
    user.is_active = is_active
    if is_active:
        user.last_login = now()
        fields: tuple[str, ...] = ("is_active", "last_login")
    else:
        user.sessions_epoch += 1
        proofs.delete_sessions(user)
        change |= proofs.delete_proofs(user)
        fields = ("is_active", "sessions_epoch", *proofs.PASSWORD)
    contacts.note_stop(user=user, is_active=is_active)
    _touched(user, *fields)
    _record(events.USER_CHANGED, user, change=change)
    return user


def wake(*, user: User) -> None:
    """Wake an account that has gone unused too long, and say so; one that is awake stays as it is."""
    if not _sleeps(user):
        return
    user.last_login = now()
    _touched(user, "last_login")
    _record(events.USER_CHANGED, user, change={"is_asleep": [True, False]})


def change_password(*, user: User, old: str, new: str) -> User:
    """Let a person replace his password; every session opened with the old one is deleted.

    The caller keeps his own by `keep_session`, under another key.
    Who has come by a first link has none yet, and sets it.
    """
    is_first = user.must_change_password and not user.has_usable_password()
    if not is_first and not user.check_password(old):
        raise InvalidError("原口令不正确", code=WRONG_PASSWORD)
    check_password_rules(new, user)
    used = [*([] if is_first else [user.password]), *user.earlier_passwords]
    if any(check_password(new, one) for one in used):
        raise InvalidError(
            f"新口令不能与最近 {PASSWORD_HISTORY} 次的口令相同", code="people.used_password"
        )
    user.earlier_passwords = used[: PASSWORD_HISTORY - 1]
    user.set_password(new)
    user.must_change_password = False
    user.password_changed_at = now()
    user.sessions_epoch += 1
    proofs.delete_sessions(user)
    _touched(
        user,
        "password",
        "earlier_passwords",
        "must_change_password",
        "password_changed_at",
        "sessions_epoch",
    )
    _record(events.PASSWORD_CHANGED, user)
    return user


def reset_password(*, user: User) -> User:
    """Take a forgotten password away; a first link lets its owner set another. Sessions are deleted.

    The second factor stays: nobody takes an account over by this alone.
    """
    if current_work().principal.actor == actor_of(user):
        raise NotPermittedError("本人请用修改口令", code="people.own_account")
    if not user.is_active:
        raise ConflictError("账号已停用", code="people.inactive")
    if user.has_usable_password():
        user.earlier_passwords = [user.password, *user.earlier_passwords][: PASSWORD_HISTORY - 1]
    user.set_unusable_password()
    user.must_change_password = True
    user.sessions_epoch += 1
    proofs.delete_sessions(user)
    _touched(user, "password", "earlier_passwords", "must_change_password", "sessions_epoch")
    _record(events.PASSWORD_RESET, user)
    return user


def end_sessions(*, user: User) -> None:
    """Raise the epoch that every session of a person is bound to; the caller writes the journal."""
    user.sessions_epoch += 1
    _touched(user, "sessions_epoch")


def check_password_rules(password: str, user: User) -> None:
    """Refuse a weak password and say every reason (GB/T 22239-2019, 8.1.4.1 a)."""
    codes: list[str] = []
    if password_classes(password) < PASSWORD_CLASSES:
        codes.append("password_too_few_classes")
    try:
        validate_password(password, user)
    except ValidationError as error:
        codes += [str(one.code) for one in error.error_list]
    if codes:
        zh, en = zip(*(WEAKNESSES[code] for code in codes), strict=True)
        raise InvalidError(
            "口令不符合要求", code="people.weak_password", reasons=list(zh), reasons_en=list(en)
        )


def keep_session(request: HttpRequest, user: User) -> None:
    """Carry the session that changed the password over to the new epoch, under a new key."""
    from django.contrib.auth import update_session_auth_hash

    update_session_auth_hash(request, user)


def _sleeps(user: User) -> bool:
    return is_asleep(user.last_login or user.created_at, now())


def _touched(user: User, *fields: str) -> None:
    user.version, user.updated_at = user.version + 1, now()
    user.save(update_fields=[*fields, "version", "updated_at"])


def _record(event: EventType, user: User, change: dict[str, Any] | None = None) -> None:
    """Write the journal row of an account; it hangs nowhere, only the audit sees it."""
    state = events.UserState(
        user_id=user.id,
        administrator=user.administrator,
        is_active=user.is_active,
        sessions_epoch=user.sessions_epoch,
    )
    about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    journal.record(event, state, about, change=change)
