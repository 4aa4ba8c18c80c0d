"""HTTP of one's own security keys: register, prove, name, remove (WebAuthn; SM2 where it is on)."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from anlan.kernel.base.errors import InvalidError, NotPermittedError, NotSignedInError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.api.own_account import counted, key_out, somebody
from anlan.kernel.people.api.sessions import ANYBODY, Visitor
from anlan.kernel.people.keys.schemas import (
    KeyAnswer,
    KeyNameBody,
    KeyOfferBody,
    KeyOfferOut,
    KeyQuestions,
    NewKeyBody,
    NewKeyOut,
    ProofBody,
    SecurityKeyOut,
)
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.second_factor import is_enrolled
from anlan.kernel.people.queries.sessions import (
    PROVEN,
    Asking,
    asking,
    awaited,
    entry_refusal,
    session_state,
)
from anlan.kernel.people.schemas import SessionOut
from anlan.kernel.people.services import keys, second_factor, sessions, users

router = Router(tags=["people"])
_PATH = "/session/second-factor/keys"


@router.post(f"{_PATH}/question", auth=Visitor(), response=KeyQuestions, openapi_extra=ANYBODY)
def ask(request: HttpRequest) -> dict[str, Any]:
    """Ask my keys, at the log-in after the password, or to change something of my account."""
    half_way = awaited(request)
    if half_way and (refusal := entry_refusal(half_way[0], request)):
        raise refusal
    user = half_way[0] if half_way else somebody(request).user
    challenge = keys.new_challenge(request, user, "prove")
    return {"questions": keys.questions(user=user, challenge=challenge)}


@router.post(f"{_PATH}/answer", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_in_by_key(request: HttpRequest, body: KeyAnswer) -> dict[str, Any]:
    """Sign in: the second step, by a key."""
    found = awaited(request)
    if found is None:
        raise NotSignedInError("请先输入用户名和口令", code="people.nothing_awaited")
    user, first = found
    with counted(request, user, "second_factor"), unit_of_work(principal_of(user)):
        second = _proven(request, user, body)
        how = f"{first}+{second}"
        sessions.open_session(request=request, user=user, how=how, is_proven=True)
    return session_state(request, asking(request))


@router.post(f"{_PATH}/offer", auth=Visitor(), response=KeyOfferOut, openapi_extra=ANYBODY)
def offer(request: HttpRequest, body: KeyOfferBody) -> dict[str, Any]:
    """Give me what a new key must be asked for."""
    found = somebody(request)
    if found.must_change_password:
        raise NotPermittedError("请先修改口令", code="people.must_change_password")
    with counted(request, found.user, "second_factor"), unit_of_work(found.principal):
        _prove_again(request, found, body)
        challenge = keys.new_challenge(request, found.user, "register")
        options = keys.offer_key(user=found.user, kind=body.kind, challenge=challenge)
    return {"kind": body.kind, "options": options}


@router.post(_PATH, auth=Visitor(), response=NewKeyOut, openapi_extra=ANYBODY)
def add(request: HttpRequest, body: NewKeyBody) -> dict[str, Any]:
    """Register the key that answered; with my first second factor come the recovery codes, once."""
    found = somebody(request)
    with unit_of_work(found.principal):
        challenge = keys.taken_challenge(request, found.user, "register")
        made, codes = keys.add_key(
            user=found.user,
            kind=body.kind,
            name=body.name,
            answer=body.credential,
            challenge=challenge,
        )
        users.keep_session(request, found.user)
        request.session[PROVEN] = True
    return {"key": key_out(made), "codes": codes}


@router.patch(f"{_PATH}/{{key_id}}", auth=Visitor(), response=SecurityKeyOut, openapi_extra=ANYBODY)
def rename(request: HttpRequest, key_id: str, body: KeyNameBody) -> dict[str, Any]:
    """Call one of my keys by another name."""
    found = _proven_somebody(request)
    with unit_of_work(found.principal):
        return key_out(keys.rename_key(user=found.user, key_id=key_id, name=body.name))


@router.post(
    f"{_PATH}/{{key_id}}/remove", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY
)
def remove(request: HttpRequest, key_id: str, body: ProofBody) -> dict[str, Any]:
    """Take one of my keys away; my other sessions end."""
    found = _proven_somebody(request)
    with counted(request, found.user, "second_factor"), unit_of_work(found.principal):
        _prove_again(request, found, body)
        keys.remove_key(user=found.user, key_id=key_id)
        users.keep_session(request, found.user)
    return session_state(request, asking(request))


def _proven_somebody(request: HttpRequest) -> Asking:
    """Return who is signed in with everything that is asked of him."""
    found = somebody(request)
    if found.held_back:
        raise found.held_back
    return found


def _prove_again(request: HttpRequest, found: Asking, body: ProofBody) -> None:
    """Have somebody signed in prove himself anew: a session left open must change no key."""
    if not found.user.check_password(body.password):
        raise InvalidError("口令不正确", code=users.WRONG_PASSWORD)
    if not is_enrolled(found.user):
        return
    if body.key is not None:
        _proven(request, found.user, body.key)
    else:
        second_factor.prove(user=found.user, code=body.code)


def _proven(request: HttpRequest, user: User, said: KeyAnswer) -> str:
    challenge = keys.taken_challenge(request, user, "prove")
    return keys.prove_by_key(user=user, kind=said.kind, answer=said.credential, challenge=challenge)
