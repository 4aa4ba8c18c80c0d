"""Who is behind a request: session, its two ends, what must be done before anything else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token

from anlan.kernel.base.clock import from_ms, now, now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import NotPermittedError
from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.holdings import posts_of
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.rules import NOTICE, password_expired, session_ended

SIGNED_IN = "signed_in_at"
SEEN = "seen_at"
#: A session row is written at most so often, however busy the person is.
_TOUCH_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A signed-in person and what he is."""

    user: User
    principal: Principal
    must_change_password: bool


def asking(request: HttpRequest, *, is_activity: bool = True) -> Asking | None:
    """Return who is signed in, or nobody when the session has ended.

    `is_activity` is false for what a page does by itself (a new ticket for the live stream):
    it must not keep an unattended screen signed in.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    signed_in, seen = request.session.get(SIGNED_IN), request.session.get(SEEN)
    idle = timedelta(minutes=config().session_idle_minutes)
    if (
        signed_in is None
        or seen is None
        or session_ended(from_ms(signed_in), from_ms(seen), now(), idle)
    ):
        request.session.flush()
        return None
    if is_activity and now_ms() - seen > _TOUCH_EVERY_MS:
        request.session[SEEN] = now_ms()
    must_change = user.must_change_password or (
        user.has_usable_password() and password_expired(user.password_changed_at, now())
    )
    return Asking(user=user, principal=principal_of(user), must_change_password=must_change)


def identity(request: HttpRequest) -> Principal | None:
    """Return the principal of a request for every door; a temporary password opens none."""
    found = asking(request)
    if found is None:
        return None
    if found.must_change_password:
        raise NotPermittedError("请先修改口令", code="people.must_change_password")
    return found.principal


def session_state(request: HttpRequest, found: Asking | None) -> dict[str, Any]:
    """Return what the web application must know of this session, also when nobody is signed in."""
    known: dict[str, Any] = {
        "user": None,
        "posts": [],
        "permissions": [],
        "demo": config().demo,
        "notice": NOTICE,
        "exercise": None,
        "must_change_password": False,
        "csrf_token": get_token(request),
        "server_time": now_ms(),
    }
    if found is None:
        return known
    user = found.user
    return known | {
        "user": {
            "id": user.id,
            "name": user.name,
            "username": user.username,
            "administrator": user.administrator,
        },
        "posts": [
            {
                "id": post.id,
                "title": post.title,
                "title_en": post.title_en,
                "role": post.role.code,
                "organisation": {"id": post.organisation.id, "name": post.organisation.name},
            }
            for post in posts_of(user)
        ],
        "permissions": sorted(found.principal.permissions),
        "must_change_password": found.must_change_password,
    }
