"""Signing in and out: by password and second factor, by one-time link; every attempt is recorded."""

from hashlib import sha256
from secrets import token_urlsafe

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from anlan.kernel.base import journal
from anlan.kernel.base.addresses import client_address
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import (
    ConflictError,
    DomainError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    TooManyError,
)
from anlan.kernel.base.events import EventType
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.tickets import session_digest
from anlan.kernel.people import events
from anlan.kernel.people.models import LinkPurpose, OneTimeLink, User
from anlan.kernel.people.queries.sessions import (
    ADDRESS,
    AWAITED,
    DISPLAY,
    PROVEN,
    SEEN,
    SIGNED_IN,
    addresses_in_use,
    entry_refusal,
)
from anlan.kernel.people.rules import DISPLAY_LIMIT, LINK_LIFETIME
from anlan.kernel.people.services.guessing import count, is_locked_by_codes, is_locked_by_name
from anlan.kernel.people.services.second_factor import refuse_deleted
from anlan.kernel.people.services.users import wake

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def authenticated(request: HttpRequest, username: str, password: str) -> User | None:
    """Return whose name and password these are; five wrong tries lock name and address.

    A name that was guessed at from many addresses is not tried from one more. Called outside the unit of
    work: the count of wrong tries must outlive a refusal. An unknown name costs the same hash as a known
    one.
    """
    name = username.strip().lower()
    if is_locked_by_name(request, name):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return None
    found = authenticate(request, username=name, password=password)
    return found if isinstance(found, User) else None


def refusal(request: HttpRequest, user: User | None) -> DomainError | None:
    """Return why this attempt is refused, or None.

    Nobody learns from the answer whether a name exists: wrong name, wrong password and a stopped
    account answer alike, and unknown names are locked as known ones are.
    """
    if getattr(request, "axes_locked_out", None):
        # the middleware of axes would put its own page in place of our problem+json
        request.axes_locked_out = None  # type: ignore[attr-defined]
        return TooManyError("登录失败次数过多，请稍后再试", code="people.locked")
    if user is None:
        return NotSignedInError("用户名或口令不正确", code="people.sign_in_refused")
    return entry_refusal(user, request)


def open_session(*, request: HttpRequest, user: User, how: str, is_proven: bool = False) -> None:
    """Start a session under a new key; one that was there before the log-in is not carried over.

    `is_proven` says that the second factor was given. An account that is in use at another address
    is let in, and the journal says so: accounts are personal (GB/T 22239-2019, 8.1.4.2 c). By whatever
    way he came, who sleeps or comes from an address that is not listed is refused here.
    """
    _refuse_entry(request, user)
    address = client_address(request)
    others = addresses_in_use(user, besides=request.session.session_key) - {address}
    request.session.flush()
    login(request, user, backend=_BACKEND)
    at = now_ms()
    request.session[SIGNED_IN], request.session[SEEN] = at, at
    request.session[PROVEN], request.session[ADDRESS] = is_proven, address
    _record(events.SIGNED_IN, request, user, how, session=_digest_of(request))
    if others:
        state = events.UsedElsewhere(user_id=user.id, address=address, others=sorted(others))
        about = journal.Subject(id=user.id, version=user.version, place=journal.Place())
        journal.record(events.USED_ELSEWHERE, state, about)


def put_up_display(*, request: HttpRequest, user: User) -> None:
    """Turn this session into a screen on a wall: under a new key, from this address, for reading only.

    An administrator has nothing to hang up. What it may do and when it ends stands in `rules`.
    """
    if user.administrator:
        raise NotPermittedError("管理员账号不能挂屏", code="people.display_not_for_administrators")
    is_proven = bool(request.session.get(PROVEN))
    open_session(request=request, user=user, how="display", is_proven=is_proven)
    request.session[DISPLAY] = True
    request.session.set_expiry(DISPLAY_LIMIT)


def await_second_factor(*, request: HttpRequest, user: User, how: str) -> None:
    """Remember whose password was right; he is not signed in before his second factor is, too."""
    _refuse_entry(request, user)
    request.session.flush()
    request.session[AWAITED] = {
        "user": user.id,
        "at": now_ms(),
        "bound_to": user.get_session_auth_hash(),
        "how": how,
    }


def _refuse_entry(request: HttpRequest, user: User) -> None:
    if (refused := entry_refusal(user, request)) is not None:
        raise refused


def record_refusal(
    *, request: HttpRequest, username: str, reason: str, how: str = "password"
) -> None:
    """Keep a refused attempt; what was typed is not kept, it may be a password in the wrong box."""
    known = User.objects.filter(username=username.strip().lower()).first()
    _record(events.SIGN_IN_REFUSED, request, known, how, reason=reason)


def is_locked(request: HttpRequest, user: User) -> bool:
    """Tell whether somebody whose password was right has guessed too often: at this address, or at codes.

    What strangers typed at his name stops him no more; who is signed in is no stranger at any address.
    """
    if not request.user.is_authenticated and is_locked_by_codes(request, user):
        return True
    allowed: bool = AxesProxyHandler.is_allowed(request, {"username": user.username})
    request.axes_locked_out = None  # type: ignore[attr-defined]
    return not allowed


def refuse_locked(request: HttpRequest, user: User) -> None:
    """Refuse somebody who has guessed too often at his own or another's password."""
    if is_locked(request, user):
        raise TooManyError("口令错误次数过多，请稍后再试", code="people.locked")


def end_guessing(request: HttpRequest, user: User) -> None:
    """Put out whoever has guessed too often, signed in or half-way."""
    if request.user.is_authenticated:
        sign_out(request=request, user=user)
    else:
        request.session.flush()


def count_wrong_password(request: HttpRequest, user: User) -> None:
    """Count a wrong password or code of somebody signed in or half-way; outside the refused unit of work."""
    count(request, user)


def sign_out(*, request: HttpRequest, user: User) -> None:
    """End this session and tell the live stream."""
    _record(events.SIGNED_OUT, request, user, "person", session=_digest_of(request))
    logout(request)


def issue_one_time_link(*, user: User) -> str:
    """Return the token of a link that signs a person in once within a day; the demo only."""
    _refuse_outside_demo()
    return _issue(user, LinkPurpose.DEMO)


def issue_first_link(*, user: User) -> str:
    """Return the token of a link by which a person comes in once, to set his first password.

    Only for an account without a password: a link must not go round one that is set. One that sleeps is
    woken by it: whoever may hand out a way in may wake as well, and a lone administrator who slept could
    be woken by nobody else than this machine's command line. Whose second factor a stop deleted gets none
    before it was reset: he could not use it.
    """
    refuse_deleted(user)
    if user.has_usable_password() or not user.must_change_password:
        raise ConflictError("账号已有口令", code="people.has_password")
    wake(user=user)
    return _issue(user, LinkPurpose.FIRST)


def _issue(user: User, purpose: LinkPurpose) -> str:
    """Make a link; its token is shown once and never logged, only its SHA-256 is kept.

    Earlier links of the same kind are used up by it.
    """
    token = token_urlsafe(32)
    moment = now()
    OneTimeLink.objects.filter(user=user, purpose=LinkPurpose.FIRST, used_at=None).update(
        used_at=moment, updated_at=moment
    )
    made = OneTimeLink.objects.create(
        user=user,
        purpose=purpose,
        token_digest=_digest(token),
        expires_at=moment + LINK_LIFETIME,
        created_at=moment,
        updated_at=moment,
    )
    state = events.LinkState(
        id=made.id,
        user_id=user.id,
        purpose=purpose,
        expires_at=made.expires_at.isoformat(),
        used=False,
    )
    about = journal.Subject(id=made.id, version=made.version, place=journal.Place())
    journal.record(events.LINK_ISSUED, state, about)
    return token


def redeem_link(*, token: str) -> User:
    """Use a link up and return whose it is; of two at the same moment one gets in."""
    moment = now()
    link = OneTimeLink.objects.filter(token_digest=_digest(token)).select_related("user").first()
    if link is None or link.purpose == LinkPurpose.DEMO:
        _refuse_outside_demo()
    # whoever comes second waits for the row and then finds it used
    unused = OneTimeLink.objects.filter(
        token_digest=_digest(token), used_at__isnull=True, expires_at__gt=moment
    )
    if (
        link is None
        or not link.user.is_active
        or not unused.update(used_at=moment, updated_at=moment)
    ):
        raise NotFoundError("链接无效、已用过或已过期", code="people.link_unusable")
    return link.user


def _refuse_outside_demo() -> None:
    if not config().demo:
        raise NotPermittedError("一次性链接只在演示中可用", code="people.links_are_demo_only")


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _digest_of(request: HttpRequest) -> str:
    return session_digest(request.session.session_key or "")


def _record(
    event: EventType,
    request: HttpRequest,
    user: User | None,
    how: str,
    *,
    reason: str = "",
    session: str = "",
) -> None:
    """Write the journal row of an attempt; without an account it hangs on a name for nobody."""
    state = events.SignInState(
        user_id=user.id if user else None,
        how=how,
        reason=reason,
        session=session,
        address=client_address(request),
    )
    about = journal.Subject(
        id=user.id if user else derived_ulid(0, "people", "nobody"),
        version=user.version if user else 0,
        place=journal.Place(),
    )
    journal.record(event, state, about)
