"""The second factor (双因素): offered, confirmed, proven at the log-in, reset by the security administrator.

What a code or a secret is never leaves for the journal. Calls that may be refused because of a wrong
code are counted by the door, outside the refused unit of work.
"""

import base64
from hashlib import sha256
from typing import Literal

from anlan.kernel.base import journal, vault
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events, totp
from anlan.kernel.people.models import RecoveryCode, SecondFactor, SecurityKey, User
from anlan.kernel.people.queries.holdings import actor_of
from anlan.kernel.people.queries.second_factor import (
    is_enrolled,
    is_factor_deleted,
    keys_of,
    recovery_left,
)
from anlan.kernel.people.services.proofs import delete_sessions
from anlan.kernel.people.services.users import end_sessions

WRONG_CODE = "people.wrong_code"
How = Literal["totp", "recovery"]


def offer(*, user: User) -> tuple[str, str]:
    """Make a new secret and return it as text and as `otpauth:` address.

    It counts once confirmed; until then the one that a person may have already goes on.
    """
    secret = totp.new_secret()
    moment = now()
    sealed = vault.seal(secret, _about(user))
    SecondFactor.objects.update_or_create(
        user=user,
        confirmed_at__isnull=True,
        defaults={"secret": sealed, "updated_at": moment},
        create_defaults={
            "user": user,
            "secret": sealed,
            "created_at": moment,
            "updated_at": moment,
        },
    )
    text = base64.b32encode(secret).decode()
    return text, totp.uri(secret, user.username, f"安澜 {config().node}")


def confirm(*, user: User, code: str) -> list[str]:
    """Take the offer by its first right code; return recovery codes, which are shown once.

    Every session that was opened without it ends; the caller keeps its own. Who has a key already
    gets new recovery codes all the same: those of before are good no more.
    """
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None:
        raise ConflictError("没有待确认的双因素", code="people.no_offer")
    _take_step(factor, code)
    SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).delete()
    factor.confirmed_at = now()
    factor.save(update_fields=["confirmed_at"])
    codes = new_recovery_codes(user)
    end_sessions(user=user)
    _record(events.SECOND_FACTOR_ENROLLED, user, is_enrolled=True)
    return codes


def prove(*, user: User, code: str) -> How:
    """Check a code of the app, or use a recovery code up. Raises InvalidError `people.wrong_code`.

    Where a stop deleted it nothing is right: it is a ConflictError until it was reset.
    """
    refuse_deleted(user)
    mine = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False)
    factor = mine.select_for_update().first()
    if factor is None and not keys_of(user):
        raise ConflictError("尚未启用双因素", code="people.not_enrolled")
    typed = code.strip().lower().replace(" ", "")
    if factor is not None and len(typed) == totp.DIGITS:
        _take_step(factor, typed)
        return "totp"
    moment = now()
    unused = RecoveryCode.objects.filter(user=user, code_digest=_digest(typed), used_at=None)
    if not unused.update(used_at=moment, updated_at=moment):
        raise InvalidError("验证码不正确", code=WRONG_CODE)
    _record(events.RECOVERY_CODE_USED, user, is_enrolled=True)
    return "recovery"


def refuse_deleted(user: User) -> None:
    """Refuse whose second factor a stop deleted, until the security administrator has reset it."""
    if is_factor_deleted(user):
        raise ConflictError(
            "双因素已随停用删除，请先由安全管理员重置双因素", code="people.factor_deleted"
        )


def renew_recovery_codes(*, user: User) -> list[str]:
    """Replace a person's recovery codes; the caller has had him prove himself."""
    codes = new_recovery_codes(user)
    _record(events.RECOVERY_CODES_RENEWED, user, is_enrolled=True)
    return codes


def reset(*, user: User) -> User:
    """Take a person's second factor away, app and keys, because it is lost; his sessions end.

    Nobody does it to himself: who holds another's session must not get rid of the second proof.
    """
    if current_work().principal.actor == actor_of(user):
        raise NotPermittedError("不能重置本人的双因素", code="people.own_account")
    if not is_enrolled(user):
        raise ConflictError("尚未启用双因素", code="people.not_enrolled")
    SecondFactor.objects.filter(user=user).delete()
    SecurityKey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    delete_sessions(user)
    end_sessions(user=user)
    _record(events.SECOND_FACTOR_RESET, user, is_enrolled=False)
    return user


def _take_step(factor: SecondFactor, code: str) -> None:
    """Accept a code of the app and remember its step: the same code is refused the second time."""
    secret = vault.open_sealed(bytes(factor.secret), _about(factor.user))
    step = totp.matching_step(secret, code, now(), factor.last_step)
    if step is None:
        raise InvalidError("验证码不正确", code=WRONG_CODE)
    factor.last_step = step
    factor.version, factor.updated_at = factor.version + 1, now()
    factor.save(update_fields=["last_step", "version", "updated_at"])


def new_recovery_codes(user: User) -> list[str]:
    """Put fresh codes in place of a person's old ones; the caller writes the journal."""
    RecoveryCode.objects.filter(user=user).delete()
    codes, moment = totp.new_recovery_codes(), now()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_digest=_digest(one), created_at=moment, updated_at=moment)
        for one in codes
    )
    return codes


def _digest(code: str) -> str:
    """Return what is kept of a recovery code: 12 random letters need no slow hash."""
    return sha256(code.encode()).hexdigest()


def _about(user: User) -> str:
    return f"people.second_factor:{user.id}"


def _record(event: EventType, user: User, *, is_enrolled: bool) -> None:
    state = events.SecondFactorState(
        user_id=user.id,
        is_enrolled=is_enrolled,
        recovery_left=recovery_left(user),
        sessions_epoch=user.sessions_epoch,
    )
    about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
    journal.record(event, state, about)
