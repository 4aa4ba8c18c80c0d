"""HTTP doors: every route declares its permission and opens one unit of work.

`read`, `list`, `write` and `create` wrap a view of a ninja router. The permission stands in
the OpenAPI document as `x-permission`, so that the authorisation matrix can be generated.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from hashlib import sha256
from json import dumps, loads
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.responses import NinjaJSONEncoder
from ninja.security import APIKeyCookie
from pydantic import Field as Described

from anlan.kernel.base import idempotency
from anlan.kernel.base.english import Language, preferred
from anlan.kernel.base.errors import NotPermittedError, NotSignedInError, PreconditionMissingError
from anlan.kernel.base.ids import is_ulid
from anlan.kernel.base.listing import PAGE_DEFAULT, Ask, ListSpec, Rows
from anlan.kernel.base.permissions import Principal, decide
from anlan.kernel.base.queries import thread_is_own
from anlan.kernel.base.services import exports
from anlan.kernel.base.services.exports import Export
from anlan.kernel.base.unit_of_work import caused_by, scope_settings, unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE

View = Callable[..., Any]
#: Where a request carries who asks and by which permission, for whoever must tell of a refusal.
ASKER, ASKED = "anlan.asker", "anlan.asked"
JSON = "application/json"
#: What stands in the OpenAPI document beside what ninja reads off a view's signature.
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": 'The ETag of what was looked at, `"<version>"`. 428 without it, 412 when it has changed.',
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 128},
    "description": "Sent again under the same key, the same body makes nothing and is answered the same.",
}
XLSX = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
#: A route that any signed-in person may use.
SIGNED_IN = "signed_in"


class Identity:
    """Who is behind a request; the people slice provides it at start-up.

    `behind` names him for the journal only: it opens nothing and keeps no session awake.
    """

    of: ClassVar[Callable[[HttpRequest], Principal | None]] = staticmethod(lambda _request: None)
    behind: ClassVar[Callable[[HttpRequest], Principal | None]] = staticmethod(
        lambda _request: None
    )


class SessionCookie(APIKeyCookie):
    """The session's cookie; a change must come from a page of ours, which has the token (CSRF)."""

    param_name = "anlan_session"
    #: What stands in the journal beside a request that was refused here.
    permission = ""

    def _get_key(self, request: HttpRequest) -> str | None:
        try:
            return super()._get_key(request)
        except HttpError as error:
            request.META[ASKED], request.META[ASKER] = self.permission, Identity.behind(request)
            raise NotPermittedError(
                "请求未带本页的防伪令牌，请刷新页面后重试", code="base.token_missing"
            ) from error


class Needs(SessionCookie):
    """Session cookie with CSRF check, and one permission of any post."""

    def __init__(self, permission: str) -> None:
        super().__init__(csrf=True)
        self.permission = permission

    def authenticate(self, request: HttpRequest, key: str | None) -> Principal:
        """Return who asks, or refuse with the reason."""
        request.META[ASKED] = self.permission
        principal = self.asker(request) if key else None
        if principal is None:
            raise NotSignedInError("请先登录")
        request.META[ASKER] = principal
        if self.permission != SIGNED_IN:
            decision = decide(principal, self.permission)
            if not decision.allowed:
                raise NotPermittedError(
                    "没有权限", permission=self.permission, reason=decision.reason
                )
        if request.method == "GET" and self.permission != SIGNED_IN:
            # what another post reaches without this permission is not read with it
            return principal.within(self.permission)
        return principal

    def asker(self, request: HttpRequest) -> Principal | None:
        """Return who asks; None is nobody."""
        return Identity.of(request)


def principal(request: HttpRequest) -> Principal:
    """Return who asks; the route's `Needs` has put it there."""
    asking = getattr(request, "auth", None)
    if not isinstance(asking, Principal):
        raise NotSignedInError("请先登录")
    return asking


def language_of(request: HttpRequest) -> Language:
    """Return the language in which a file is to be written: Accept-Language, else Chinese."""
    return preferred(request.headers.get("Accept-Language", ""))


def expected_version(request: HttpRequest) -> int:
    """Return the version that If-Match names; a change without it is refused."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not tag.isdigit():
        raise PreconditionMissingError('修改需要 If-Match: "版本号"')
    return int(tag)


class ListQuery(Schema):
    """The query of every list."""

    filter: list[str] = []
    sort: str = ""
    after: str | None = None
    limit: int = PAGE_DEFAULT
    columns: str = Described(
        default="",
        description="Of a spreadsheet: its columns in their order, with commas; none: all of them.",
    )

    def ask(self) -> Ask:
        """Return it as plain values."""
        return Ask(
            filters=tuple(self.filter),
            sort=self.sort,
            after=self.after,
            limit=self.limit,
            said=self.says(),
            columns=tuple(filter(None, self.columns.split(","))),
        )

    def says(self) -> tuple[str, ...]:
        """Return in words what is asked beside the filters."""
        return ()


class Door:
    """The routes of one slice."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def read(self, path: str, permission: str, **options: Any) -> Callable[[View], View]:
        """Declare a GET inside a read-only unit of work."""
        return self._route("GET", path, permission, _reading, options)

    def write(
        self, path: str, permission: str, method: str = "POST", **options: Any
    ) -> Callable[[View], View]:
        """Declare an act (POST, PATCH, PUT, DELETE) inside a unit of work."""
        return self._route(method, path, permission, _writing, options)

    def change(
        self, path: str, permission: str, method: str = "POST", **options: Any
    ) -> Callable[[View], View]:
        """Declare a change of something versioned; the view hands on `expected_version(request)`."""
        extra = {"openapi_extra": {"parameters": [IF_MATCH]}}
        return self._route(method, path, permission, _writing, options | extra)

    def create(
        self, path: str, permission: str, *, is_secret: bool = False, **options: Any
    ) -> Callable[[View], View]:
        """Declare a POST that makes something; `Idempotency-Key` makes a repeat harmless.

        An answer that `is_secret` is kept sealed until its key is forgotten.
        """
        extra = {"openapi_extra": {"parameters": [IDEMPOTENCY_KEY]}}
        creating = partial(_creating, shape=options.get("response"), is_secret=is_secret)
        return self._route("POST", path, permission, creating, options | extra)

    def list(
        self,
        path: str,
        permission: str,
        spec: ListSpec,
        item: type[Schema],
        *,
        asks: type[ListQuery] = ListQuery,
    ) -> Callable[[Callable[..., Rows]], View]:
        """Declare a list: the view returns a query set or parts of one, paging and xlsx are made here.

        Where the list `asks` for more than filter and page, the view is given all that was asked.
        """
        page = type(
            f"{item.__name__}Page",
            (Schema,),
            {
                "__annotations__": {
                    "items": list_of(item),
                    "next": str | None,
                    "count": int,
                    "count_capped": bool,
                }
            },
        )

        def declare(view: Callable[..., Rows]) -> View:
            # not __annotations__: those of the query are the wrapper's own
            @wraps(view, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
            def listed(request: HttpRequest, given: Query[asks]) -> Any:  # type: ignore[valid-type]
                query: ListQuery = given
                said = () if asks is ListQuery else (query,)
                if request.get_preferred_type([JSON, MEDIA_TYPE]) == MEDIA_TYPE:
                    with _act(request):
                        name = view.__name__
                        language = language_of(request)
                        made = exports.export_list(
                            name, spec, view(request, *said), query.ask(), language=language
                        )
                    return _xlsx(request, made, name)
                with unit_of_work(principal(request), read_only=True):
                    return spec.page(view(request, *said), query.ask())

            listed.__signature__ = _signature_of(listed)  # type: ignore[attr-defined]
            extra = {"responses": {200: XLSX}}
            options = {"response": page, "openapi_extra": extra}
            return self._declare("GET", path, permission, listed, options)

        return declare

    def _route(
        self, method: str, path: str, permission: str, wrap: Callable[[View], View], options: Any
    ) -> Callable[[View], View]:
        return lambda view: self._declare(method, path, permission, wrap(view), options)

    def _declare(
        self, method: str, path: str, permission: str, view: View, options: dict[str, Any]
    ) -> View:
        extra = {"x-permission": permission, **options.pop("openapi_extra", {})}
        operation = self.router.api_operation(
            [method], path, auth=Needs(permission), openapi_extra=extra, **options
        )
        declared: View = operation(view)
        return declared


def list_of(item: type) -> Any:
    """Return the type `list[item]` for a schema built at run time."""
    return list[item]  # type: ignore[valid-type]


def _signature_of(view: View) -> Any:
    """Show ninja the wrapper's own parameters, not those of the view it wraps."""
    from inspect import signature

    return signature(view, follow_wrapped=False)


def _xlsx(request: HttpRequest, made: Export, name: str) -> HttpResponse:
    """Answer a spreadsheet; `Link` says from where to go on when it has not all the rows (RFC 8288)."""
    answer = HttpResponse(made.content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = language_of(request).value
    answer["Anlan-Rows"] = str(made.rows)
    answer["Anlan-Label"] = made.label.name.lower()
    if made.further is not None:
        asked = request.GET.copy()
        asked["after"] = made.further
        answer["Link"] = f'<{request.path}?{asked.urlencode()}>; rel="next"'
    return answer


def _reading(view: View) -> View:
    @wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with unit_of_work(principal(request), read_only=True):
            return view(request, *args, **kwargs)

    return reading


def _writing(view: View) -> View:
    @wraps(view)
    def writing(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _act(request):
            return view(request, *args, **kwargs)

    return writing


def _creating(view: View, shape: Any, *, is_secret: bool) -> View:
    @wraps(view)
    def creating(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        with _act(request):
            if key is None:
                return view(request, *args, **kwargs)
            # an answer is kept for who asked as he then was: with another reach it is another act
            reach = "\x1f".join(scope_settings(principal(request)))
            digest = sha256(request.body + reach.encode()).hexdigest()
            actor = principal(request).actor
            once = idempotency.Once(actor, key, request.path, digest, is_secret)
            if (answer := idempotency.answered_with_status(once)) is not None:
                return Status(*answer)
            made = view(request, *args, **kwargs)
            is_plain = not isinstance(made, Status)
            status, body = (200, made) if is_plain else (made.status_code, made.value)
            if isinstance(body, Model):
                # a row is kept as what the caller is told of it
                told = shape[status] if isinstance(shape, dict) else shape
                body = told.model_validate(body).model_dump()
            plain = loads(dumps(body, cls=NinjaJSONEncoder))
            idempotency.remember(once, plain, status=status)
            # what is kept is what is said, to the letter: a time that is whole by chance is written in one way
            return Status(status, plain)

    return creating


@contextmanager
def _act(request: HttpRequest) -> Iterator[None]:
    """Open the unit of work of an act, in the thread of cause that the request names.

    A person's act stands in no thread that somebody else has begun or acted in: it gets another then.
    """
    asker, named = principal(request), request.headers.get("X-Correlation-Id", "")
    with unit_of_work(asker):
        if is_ulid(named) and thread_is_own(named, asker.actor):
            with caused_by(correlation_id=named):
                yield
        else:
            yield
