"""HTTP of one's own account: password and second factor; open also to whom nothing else is open yet.

Five wrong passwords or codes lock a name and end the session, wherever they are typed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from ninja import Router

from anlan.kernel.base.errors import DomainError, InvalidError, NotPermittedError, NotSignedInError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.api.sessions import ANYBODY, Visitor
from anlan.kernel.people.keys.schemas import SecondFactorOut
from anlan.kernel.people.models import SecurityKey, User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.second_factor import (
    factor_of,
    is_enrolled,
    is_required,
    keys_of,
    recovery_left,
)
from anlan.kernel.people.queries.sessions import (
    PROVEN,
    Asking,
    asking,
    awaited,
    present,
    session_state,
)
from anlan.kernel.people.schemas import (
    CodeBody,
    OfferBody,
    OfferOut,
    PasswordBody,
    RecoveryCodesOut,
    SessionOut,
)
from anlan.kernel.people.services import keys, second_factor, sessions, users

router = Router(tags=["people"])
_GUESSES = frozenset({users.WRONG_PASSWORD, second_factor.WRONG_CODE, keys.WRONG_KEY})


@router.post("/session/password", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def change_password(request: HttpRequest, body: PasswordBody) -> dict[str, Any]:
    """Change my password; all my other sessions end."""
    found = somebody(request)
    with counted(request, found.user, "password_change"), unit_of_work(found.principal):
        user = users.change_password(user=found.user, old=body.old, new=body.new)
        users.keep_session(request, user)
    return session_state(request, asking(request))


@router.get(
    "/session/second-factor", auth=Visitor(), response=SecondFactorOut, openapi_extra=ANYBODY
)
def my_second_factor(request: HttpRequest) -> dict[str, Any]:
    """Whether I have a second factor and must have one, and my keys."""
    user = somebody(request).user
    factor = factor_of(user)
    return {
        "is_enrolled": is_enrolled(user),
        "is_required": is_required(user),
        "confirmed_at": factor.confirmed_at if factor else None,
        "recovery_left": recovery_left(user),
        "keys": [key_out(one) for one in keys_of(user)],
    }


@router.post("/session/second-factor", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def prove_second_factor(request: HttpRequest, body: CodeBody) -> dict[str, Any]:
    """Sign in: the second step, by a code of the app or a recovery code."""
    found = awaited(request)
    if found is None:
        raise NotSignedInError("请先输入用户名和口令", code="people.nothing_awaited")
    user, first = found
    with counted(request, user, "second_factor"), unit_of_work(principal_of(user)):
        second = second_factor.prove(user=user, code=body.code)
        how = f"{first}+{second}"
        sessions.open_session(request=request, user=user, how=how, is_proven=True)
    return session_state(request, asking(request))


@router.post(
    "/session/second-factor/offer", auth=Visitor(), response=OfferOut, openapi_extra=ANYBODY
)
def offer_second_factor(request: HttpRequest, body: OfferBody) -> dict[str, Any]:
    """Give me a secret for my app; it counts once I confirm it with a code."""
    found = somebody(request)
    if found.must_change_password:
        raise NotPermittedError("请先修改口令", code="people.must_change_password")
    with counted(request, found.user, "second_factor"), unit_of_work(found.principal):
        if not found.user.check_password(body.password):
            raise InvalidError("口令不正确", code=users.WRONG_PASSWORD)
        if is_enrolled(found.user):
            second_factor.prove(user=found.user, code=body.code)
        secret, uri = second_factor.offer(user=found.user)
    return {"secret": secret, "uri": uri}


@router.post(
    "/session/second-factor/confirmation",
    auth=Visitor(),
    response=RecoveryCodesOut,
    openapi_extra=ANYBODY,
)
def confirm_second_factor(request: HttpRequest, body: CodeBody) -> dict[str, Any]:
    """Confirm my new secret by its first code; the recovery codes are shown once."""
    found = somebody(request)
    with unit_of_work(found.principal):
        codes = second_factor.confirm(user=found.user, code=body.code)
        users.keep_session(request, found.user)
        request.session[PROVEN] = True
    return {"codes": codes}


@router.post(
    "/session/second-factor/recovery-codes",
    auth=Visitor(),
    response=RecoveryCodesOut,
    openapi_extra=ANYBODY,
)
def renew_recovery_codes(request: HttpRequest, body: CodeBody) -> dict[str, Any]:
    """Give me new recovery codes in place of the old; a code of the app is needed."""
    found = somebody(request)
    with counted(request, found.user, "second_factor"), unit_of_work(found.principal):
        second_factor.prove(user=found.user, code=body.code)
        codes = second_factor.renew_recovery_codes(user=found.user)
    return {"codes": codes}


@contextmanager
def counted(request: HttpRequest, user: User, how: str) -> Iterator[None]:
    """Refuse who is locked; count a wrong guess as one at the log-in; record every refusal."""
    try:
        sessions.refuse_locked(request, user)
        yield
    except DomainError as error:
        if error.code in _GUESSES:
            sessions.count_wrong_password(request, user)
        with unit_of_work(principal_of(user)):
            sessions.record_refusal(
                request=request, username=user.username, reason=error.code, how=how
            )
            if sessions.is_locked(request, user):
                sessions.end_guessing(request, user)
        raise


def somebody(request: HttpRequest) -> Asking:
    """Return who is signed in and may be here, or refuse."""
    found = present(request)
    if found is None:
        raise NotSignedInError("请先登录")
    return found


def key_out(key: SecurityKey) -> dict[str, Any]:
    """Return what its owner sees of a key."""
    return {
        "id": key.id,
        "kind": key.kind,
        "name": key.name,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    }
