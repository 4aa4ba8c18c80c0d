"""HTTP of sessions: sign in and out, who I am, my ticket for the live stream, my registry."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from anlan.kernel.base import registry, tickets
from anlan.kernel.base.doors import SIGNED_IN, Door, SessionCookie, principal
from anlan.kernel.base.errors import NotPermittedError, NotSignedInError
from anlan.kernel.base.permissions import Principal, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.second_factor import is_enrolled
from anlan.kernel.people.queries.sessions import (
    asking,
    is_bound_to_networks,
    present,
    session_state,
)
from anlan.kernel.people.registry_schemas import RegistryOut
from anlan.kernel.people.schemas import (
    LinkBody,
    SessionOut,
    SignInBody,
    TicketOut,
)
from anlan.kernel.people.services import sessions

#: What stands in the OpenAPI document for a route that needs no session.
ANYBODY = {"x-permission": "anybody"}
_NOBODY = Principal(actor="anonymous", name="")


class Visitor(SessionCookie):
    """Anybody, with the CSRF check: signing somebody in from a foreign page is refused too."""

    def authenticate(self, _request: HttpRequest, _key: str | None) -> Principal:
        """Let everybody through; a view that needs a person asks for one."""
        return _NOBODY


class Watching(SessionCookie):
    """A signed-in person whose page asks by itself: it does not keep the session awake."""

    def authenticate(self, request: HttpRequest, _key: str | None) -> Principal:
        """Return who asks, or refuse."""
        found = present(request, is_activity=False)
        if found is None or found.held_back:
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
    """Sign in by name and password; whoever has a second factor is asked for it next."""
    user = sessions.authenticated(request, body.username, body.password)
    if (refusal := sessions.refusal(request, user)) or user is None:
        with unit_of_work(machine("sign_in")):
            sessions.record_refusal(
                request=request,
                username=body.username,
                reason=refusal.code if refusal else "",
            )
        raise refusal or NotSignedInError("请先登录")
    with unit_of_work(principal_of(user)):
        _admit(request, user, "password")
    return session_state(request, asking(request))


@router.post("/session/link", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_in_by_link(request: HttpRequest, body: LinkBody) -> dict[str, Any]:
    """Come in once by a link: of the demo, or to set a first password."""
    user: User | None = None
    try:
        with unit_of_work(machine("one_time_link")):
            user = sessions.redeem_link(token=body.token)
            _admit(request, user, "link")
    except NotPermittedError as refused:
        # the link was rolled back with the refusal: it is good where and when its owner may come in
        if user is not None:
            with unit_of_work(machine("one_time_link")):
                sessions.record_refusal(
                    request=request, username=user.username, reason=refused.code, how="link"
                )
        raise
    return session_state(request, asking(request))


def _admit(request: HttpRequest, user: User, how: str) -> None:
    """Open the session, or remember who has still to prove his second factor."""
    if is_enrolled(user):
        sessions.await_second_factor(request=request, user=user, how=how)
    else:
        sessions.open_session(request=request, user=user, how=how)


@router.delete("/session", auth=Visitor(), response=SessionOut, openapi_extra=ANYBODY)
def sign_out(request: HttpRequest) -> dict[str, Any]:
    """Sign out; without a session nothing happens."""
    if (found := asking(request)) is not None:
        with unit_of_work(found.principal):
            sessions.sign_out(request=request, user=found.user)
    return session_state(request, None)


@door.write("/session/display", SIGNED_IN, response=SessionOut)
def put_up_display(request: HttpRequest) -> dict[str, Any]:
    """Make this session a screen on a wall: it reads, stays when nobody touches it, and does nothing."""
    if isinstance(request.user, User):
        sessions.put_up_display(request=request, user=request.user)
    return session_state(request, asking(request))


@router.get(
    "/live-ticket",
    auth=Watching(),
    response=TicketOut,
    openapi_extra={"x-permission": SIGNED_IN},
)
def live_ticket(request: HttpRequest) -> dict[str, Any]:
    """Return a ticket for the live stream, good for one minute."""
    key, user = request.session.session_key or "", request.user
    is_bound = isinstance(user, User) and is_bound_to_networks(user)
    ticket, expires_at = tickets.issue(
        principal(request), key, settings.SECRET_KEY, is_bound=is_bound
    )
    return {"ticket": ticket, "expires_at": expires_at}


@door.read("/registry", SIGNED_IN, response=RegistryOut)
def my_registry(request: HttpRequest) -> dict[str, Any]:
    """Return menu, layers, sections and panels that my posts open."""
    exported = registry.exported(principal(request).permissions)
    return {
        key: [{**entry, "key": entry["name"]} for entry in entries]
        for key, entries in exported.items()
    }
