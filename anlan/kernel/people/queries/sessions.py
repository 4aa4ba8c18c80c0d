"""Who is behind a request: session, its two ends, what must be done before anything else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.crypto import constant_time_compare

from anlan.kernel.base.addresses import client_address, is_within, networks
from anlan.kernel.base.clock import from_ms, now, now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.doors import ASKER
from anlan.kernel.base.errors import NotPermittedError
from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.keys import ceremonies
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.holdings import posts_of
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.second_factor import is_enrolled, is_required, kinds_of
from anlan.kernel.people.rules import (
    NOTICE,
    as_display,
    display_ended,
    is_asleep,
    password_expired,
    session_ended,
)

SIGNED_IN = "signed_in_at"
SEEN = "seen_at"
#: From where the log-in came.
ADDRESS = "address"
#: Whether the second factor was given in this session.
PROVEN = "second_factor"
#: Whose password was right and whose second factor is awaited; nobody is signed in yet.
AWAITED = "second_factor_of"
AWAITED_FOR_MS = 5 * 60_000
#: Whether this is a screen on a wall (rules.DISPLAY_LIMIT).
DISPLAY = "display"
#: By this header a page says that it asks by itself: a panel counts anew, nobody has touched anything.
UNATTENDED = "Anlan-Unattended"
#: A session row is written at most so often, however busy the person is.
_TOUCH_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A signed-in person and what he is."""

    user: User
    principal: Principal
    must_change_password: bool
    must_enrol: bool
    is_display: bool = False

    @property
    def held_back(self) -> NotPermittedError | None:
        """Return what must be done before any door opens."""
        if self.must_change_password:
            return NotPermittedError("请先修改口令", code="people.must_change_password")
        if self.must_enrol:
            return NotPermittedError("请先启用双因素", code="people.must_enrol_second_factor")
        return None


def asking(request: HttpRequest, *, is_activity: bool = True) -> Asking | None:
    """Return who is signed in, or nobody when the session has ended.

    `is_activity` is false for what a page does by itself (a new ticket for the live stream):
    it must not keep an unattended screen signed in.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    is_display = bool(request.session.get(DISPLAY))
    if _is_over(request, is_display=is_display):
        request.session.flush()
        return None
    seen = request.session[SEEN]
    is_activity = is_activity and UNATTENDED not in request.headers
    if is_activity and not is_display and now_ms() - seen > _TOUCH_EVERY_MS:
        request.session[SEEN] = now_ms()
    must_change = user.must_change_password or (
        user.has_usable_password() and password_expired(user.password_changed_at, now())
    )
    must_enrol = False
    if not request.session.get(PROVEN) and is_required(user):
        if is_enrolled(user):  # enrolled elsewhere, or asked for since this log-in
            request.session.flush()
            return None
        must_enrol = True
    return Asking(
        user=user,
        principal=as_display(principal_of(user)) if is_display else principal_of(user),
        must_change_password=must_change,
        must_enrol=must_enrol,
        is_display=is_display,
    )


def _is_over(request: HttpRequest, *, is_display: bool) -> bool:
    signed_in, seen = request.session.get(SIGNED_IN), request.session.get(SEEN)
    if signed_in is None or seen is None:
        return True
    if is_display:
        put_up_from = request.session.get(ADDRESS, "")
        return display_ended(from_ms(signed_in), put_up_from, now(), client_address(request))
    idle = timedelta(minutes=config().session_idle_minutes)
    return session_ended(from_ms(signed_in), from_ms(seen), now(), idle)


def addresses_in_use(user: User, besides: str | None) -> set[str]:
    """Return from where somebody is signed in at this moment, but for one session.

    Sessions are sealed one by one, so all that have not run out are opened: some hundreds.
    """
    idle, at = timedelta(minutes=config().session_idle_minutes), now()
    found = set()
    for row in Session.objects.filter(expire_date__gt=at).exclude(session_key=besides or ""):
        said = row.get_decoded()
        if said.get(SESSION_KEY) != user.pk or ADDRESS not in said:
            continue
        is_bound = constant_time_compare(
            said.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
        )
        if is_bound and not session_ended(from_ms(said[SIGNED_IN]), from_ms(said[SEEN]), at, idle):
            found.add(str(said[ADDRESS]))
    return found


def awaited(request: HttpRequest) -> tuple[User, str] | None:
    """Return whose second factor is awaited here, and how he came; None when too much time passed."""
    said = request.session.get(AWAITED)
    if said is None or now_ms() - said["at"] > AWAITED_FOR_MS:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), said["bound_to"]):
        return None
    return user, said["how"]


def identity(request: HttpRequest) -> Principal | None:
    """Return the principal of a request for every door; a temporary password opens none."""
    found = present(request)
    if found is None:
        return None
    if found.held_back:
        raise found.held_back
    if found.is_display and request.method not in {"GET", "HEAD"}:
        raise NotPermittedError("大屏只读，请用个人会话操作", code="people.display_reads_only")
    return found.principal


def behind(request: HttpRequest) -> Principal | None:
    """Return whose session a request came with that is refused unread; it does not keep it awake."""
    found = asking(request, is_activity=False)
    return found.principal if found else None


def present(request: HttpRequest, *, is_activity: bool = True) -> Asking | None:
    """Return who is signed in and may be here, or nobody; who may not is refused.

    For every door but two: what the page must know of its session, and signing out.
    """
    found = asking(request, is_activity=is_activity)
    if found is not None and (refusal := entry_refusal(found.user, request)):
        request.META[ASKER] = found.principal
        raise refusal
    return found


def entry_refusal(user: User, request: HttpRequest) -> NotPermittedError | None:
    """Return why somebody may not come in here, whatever he has proven, or None.

    His address is not among those listed for him (GB/T 22239-2019, 8.1.4.4 c), or his account sleeps
    (8.1.4.2 c). The invented cast of a demo never sleeps: there is nobody to wake it.
    """
    if not may_come_from_here(user, request):
        return address_refusal()
    settings = config()
    is_cast = settings.demo and user.is_invented
    if not is_cast and is_asleep(user.last_login or user.created_at, now()):
        return NotPermittedError("账号长期未使用，请联系系统管理员", code="people.asleep")
    return None


def may_come_from_here(user: User, request: HttpRequest) -> bool:
    """Tell whether somebody may work from this address: administrators only from listed networks.

    GB/T 22239-2019, 8.1.4.4 c.
    """
    return not is_bound_to_networks(user) or is_within(
        client_address(request), networks(config().admin_networks)
    )


def is_bound_to_networks(user: User) -> bool:
    """Tell whether somebody may work from listed networks only.

    The demo is on one machine and looked at from anywhere.
    """
    return bool(user.administrator) and not config().demo


def address_refusal() -> NotPermittedError:
    """Return the refusal of an administrator who comes from elsewhere."""
    return NotPermittedError("管理员只能从指定的地址登录", code="people.address_not_listed")


def session_state(request: HttpRequest, found: Asking | None) -> dict[str, Any]:
    """Return what the web application must know of this session, also when nobody is signed in."""
    known: dict[str, Any] = {
        "user": None,
        "posts": [],
        "permissions": [],
        "ceiling": 0,
        "demo": config().demo,
        "notice": NOTICE,
        "exercise": None,
        "display": False,
        "must_change_password": False,
        "has_password": False,
        "second_factor": "none",
        "second_factor_kinds": [],
        "key_kinds": [one.kind for one in ceremonies.usable()],
        "csrf_token": get_token(request),
        "server_time": now_ms(),
    }
    if found is None:
        half_way = awaited(request)
        return known | {
            "second_factor": "needed" if half_way else "none",
            "second_factor_kinds": kinds_of(half_way[0]) if half_way else [],
        }
    user = found.user
    proven = "enrolled" if request.session.get(PROVEN) else "none"
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
                "organisation": {
                    "id": post.organisation.id,
                    "name": post.organisation.name,
                    "name_en": post.organisation.name_en,
                },
            }
            for post in posts_of(user)
        ],
        "permissions": sorted(found.principal.permissions),
        "ceiling": found.principal.ceiling,
        "display": found.is_display,
        "must_change_password": found.must_change_password,
        "has_password": user.has_usable_password(),
        "second_factor_kinds": kinds_of(user),
        "second_factor": "must_enrol" if found.must_enrol else proven,
    }
