"""HTTP of sessions: sign in and out, who I am, my ticket for the live stream, my registry."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from ninja.security import APIKeyCookie

from anlan.kernel.base import registry, tickets
from anlan.kernel.base.doors import SIGNED_IN, Door, principal
from anlan.kernel.base.errors import DomainError, NotSignedInError
from anlan.kernel.base.permissions import Principal, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.sessions import Asking, asking, session_state
from anlan.kernel.people.schemas import (
    LinkBody,
    PasswordBody,
    RegistryOut,
    SessionOut,
    SignInBody,
    TicketOut,
)
from anlan.kernel.people.services import sessions, users

#: What stands in the OpenAPI document for a route that needs no session.
ANYBODY = {"x-permission": "anybody"}
_NOBODY = Principal(actor="anonymous", name="")


class Visitor(APIKeyCookie):
    """Anybody, with the CSRF check: signing somebody in from a foreign page is refused too."""

    param_name = "anlan_session"

    def authenticate(self, _request: HttpRequest, _key: str | None) -> Principal:
        """Let everybody through; a view that needs a person asks for one."""
        return _NOBODY


class Watching(APIKeyCookie):
    """A signed-in person whose page asks by itself: it does not keep the session awake."""

    param_name = "anlan_session"

    def authenticate(self, request: HttpRequest, _key: str | None) -> Principal:
        """Return who asks, or refuse."""
        found = asking(request, is_activity=False)
        if found is None or found.must_change_password:
            raise NotSignedInError("请先登录")
        return found.principal


door = Door("people")
router: Router = door.router


@router.get("/session", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def session(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in here; before the log-in `user` is null."""
    return session_state(request, asking(request, is_activity=False))


@router.post("/session", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_in(request: HttpRequest, body: SignInBody) -> dict[str, Any]:
    """Sign in by name and password."""
    user = sessions.authenticated(request, body.username, body.password)
    if (refusal := sessions.refusal(request, user)) or user is None:
        with unit_of_work(machine("sign_in")):
            sessions.record_refusal(username=body.username, reason=refusal.code if refusal else "")
        raise refusal or NotSignedInError("请先登录")
    with unit_of_work(principal_of(user)):
        sessions.open_session(request=request, user=user, how="password")
    return session_state(request, asking(request))


@router.post("/session/link", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_in_by_link(request: HttpRequest, body: LinkBody) -> dict[str, Any]:
    """Sign in once by a link of the demo."""
    with unit_of_work(machine("one_time_link")):
        user = sessions.redeem_link(token=body.token)
        sessions.open_session(request=request, user=user, how="link")
    return session_state(request, asking(request))


@router.delete("/session", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_out(request: HttpRequest) -> dict[str, Any]:
    """Sign out; without a session nothing happens."""
    if (found := asking(request)) is not None:
        with unit_of_work(found.principal):
            sessions.sign_out(request=request, user=found.user)
    return session_state(request, None)


@router.post("/session/password", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def change_password(request: HttpRequest, body: PasswordBody) -> dict[str, Any]:
    """Change my password; all my other sessions end. Five wrong old ones lock and sign out."""
    found = _somebody(request)
    try:
        sessions.refuse_locked(request, found.user)
        with unit_of_work(found.principal):
            user = users.change_password(user=found.user, old=body.old, new=body.new)
            users.keep_session(request, user)
    except DomainError as error:
        _note_refusal(request, found, error.code)
        raise
    return session_state(request, asking(request))


def _note_refusal(request: HttpRequest, found: Asking, code: str) -> None:
    """Count a wrong old password as one at the log-in is; whoever guesses is signed out."""
    if code == users.WRONG_PASSWORD:
        sessions.count_wrong_password(request, found.user)
    with unit_of_work(found.principal):
        sessions.record_refusal(username=found.user.username, reason=code, how="password_change")
        if sessions.is_locked(request, found.user):
            sessions.sign_out(request=request, user=found.user)


@router.get(
    "/live-ticket",
    auth=Watching(),
    response=TicketOut,
    openapi_extra={"x-permission": SIGNED_IN},
)
def live_ticket(request: HttpRequest) -> dict[str, Any]:
    """Return a ticket for the live stream, good for one minute."""
    key = request.session.session_key or ""
    ticket, expires_at = tickets.issue(principal(request), key, settings.SECRET_KEY)
    return {"ticket": ticket, "expires_at": expires_at}


@door.read("/registry", SIGNED_IN, response=RegistryOut)
def my_registry(request: HttpRequest) -> dict[str, Any]:
    """Return menu, layers, sections and panels that my posts open."""
    exported = registry.exported(principal(request).permissions)
    return {
        key: [{**entry, "key": entry["name"]} for entry in entries]
        for key, entries in exported.items()
    }


def _somebody(request: HttpRequest) -> Asking:
    found = asking(request)
    if found is None:
        raise NotSignedInError("请先登录")
    return found
