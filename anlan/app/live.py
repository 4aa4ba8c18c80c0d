"""The live stream: server-sent events by a raw ASGI application (7.15); no Django on the way.

`GET /live` streams, `POST /live/watch` says which datastreams a page shows, `GET /live/health`
answers the supervisor. Run one worker: `granian --interface asginl anlan.app.live:application`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from anlan.app.loops import calm_collector
from anlan.app.streaming.client import Client
from anlan.app.streaming.database import DatabaseAwayError
from anlan.app.streaming.house import House
from anlan.app.streaming.readings_feed import VIEW
from anlan.app.streaming.refusals import act_refused, is_weighty
from anlan.kernel.base import tickets
from anlan.kernel.base.addresses import address_behind, is_within
from anlan.kernel.base.errors import (
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    TooLargeError,
    UnavailableError,
)

log = logging.getLogger("anlan.live")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CLIENTS_MAX = 5_000
BODY_MAX = 256 * 1024
#: Where a request carries the ticket that it came with, once we know that it is ours.
TICKET = "anlan.ticket"
#: As many curves out of somebody's reach are told apart; the journal tells no more apart within a minute.
KINDS_MAX = 20
#: A listener that takes nothing for so long is let go.
STALLED_S = 20.0
CATCH_UP_S = 10.0
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"accept-encoding"),
]
PACKED = (b"content-encoding", b"gzip")


class WatchBody(msgspec.Struct):
    """What a page says when it opens or closes curves."""

    stream_id: str
    ticket: str
    datastreams: list[str]


_house: House | None = None


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] == "http":
        await answer(opened(), scope, receive, send)


async def answer(house: House, scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request from this house."""
    try:
        if (scope["method"], scope["path"]) == ("GET", "/live"):
            await stream(house, scope, receive, send)
        elif (scope["method"], scope["path"]) == ("POST", "/live/watch"):
            await _answer(send, 200, await watch(house, scope, await _body(receive)))
        elif (scope["method"], scope["path"]) == ("GET", "/live/health"):
            await _answer(send, 200, house.health())
        else:
            raise NotFoundError("没有这个地址")
    except DomainError as refusal:
        ticket = scope.get(TICKET)
        if ticket is not None and is_weighty(refusal):
            said = act_refused(scope["method"], scope["path"], _address(scope), refusal)
            await house.refusals.tell(ticket, [said])
        await _answer(send, refusal.status, refusal.problem(), b"application/problem+json")


def opened() -> House:
    """Return the one house of this process; the first request opens it."""
    global _house  # noqa: PLW0603  asginl has no lifespan
    if _house is None:
        calm_collector()
        _house = House.open()
    return _house


async def stream(house: House, scope: Message, receive: Receive, send: Send) -> None:
    """Stream to one listener until it leaves, is slow, or may no longer listen."""
    client, position = await admit(house, scope)
    headers = [*STREAM_HEADERS, PACKED] if client.is_packed else STREAM_HEADERS
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    house.hub.attach(client, position)
    house.screens.greet(client)
    leaving = asyncio.create_task(_left(receive, client))
    try:
        while sent := await client.next_bytes():
            part = {"type": "http.response.body", "body": sent, "more_body": True}
            async with asyncio.timeout(STALLED_S):
                await send(part)
    except TimeoutError:
        log.info("%s took nothing for %s s: let go", client.ticket.actor, STALLED_S)
    finally:
        leaving.cancel()
        house.hub.detach(client)
        house.readings.settle()
    if client.ended not in {"left", None}:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def admit(house: House, scope: Message) -> tuple[Client, int | None]:
    """Check the ticket; return the listener and the position it knows already."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    ticket = _checked(house, scope, asked.get("ticket", [""])[0])
    headers = dict(scope["headers"])
    text = headers.get(b"last-event-id", b"").decode("latin-1") or asked.get("position", [""])[0]
    if text and not text.isdigit():
        raise InvalidError("position 应为数字", code="base.bad_position")
    if len(house.hub.clients) >= CLIENTS_MAX:
        raise UnavailableError("在线人数已满", code="base.full")
    try:
        async with asyncio.timeout(CATCH_UP_S):
            await house.events.caught_up.wait()
    except TimeoutError as error:
        raise UnavailableError("消息总线暂不可用", code="base.bus_away") from error
    is_packed = _takes_gzip(headers.get(b"accept-encoding", b""))
    return Client(ticket=ticket, is_packed=is_packed), int(text) if text else None


def _takes_gzip(said: bytes) -> bool:
    """Tell whether an Accept-Encoding names gzip and does not weigh it nought (RFC 9110, 12.5.3)."""
    for one in said.decode("latin-1").lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


async def watch(house: House, scope: Message, body: bytes) -> dict[str, list[str]]:
    """Set what a listener watches; tell which datastreams it may not."""
    try:
        said = msgspec.json.decode(body, type=WatchBody)
    except msgspec.MsgspecError as error:
        raise InvalidError(f"输入有误：{error}") from error
    ticket = _checked(house, scope, said.ticket)
    client = house.hub.clients.get(said.stream_id)
    if client is None:
        raise NotFoundError("没有这个实时通道", code="base.no_stream", stream_id=said.stream_id)
    if (ticket.actor, ticket.session) != (client.ticket.actor, client.ticket.session):
        raise NotSignedInError("票据与实时通道不符", code="base.bad_ticket")
    try:
        watched = await house.readings.watch(client, said.datastreams)
    except DatabaseAwayError as error:
        raise UnavailableError("数据库暂不可用", code="base.database_away") from error
    here = scope["method"], scope["path"], _address(scope)
    beyond = [act_refused(*here, object_id=one) for one in client.beyond[: KINDS_MAX + 1]]
    if said.datastreams and VIEW not in client.ticket.permissions:
        # as a door of HTTP says it: what was asked for was not even looked up
        beyond = [act_refused(*here, NotPermittedError("没有权限"), permission=VIEW)]
    await house.refusals.tell(ticket, beyond)
    return {"watched": watched, "refused": sorted(set(said.datastreams) - set(watched))}


def _checked(house: House, scope: Message, text: str) -> tickets.Ticket:
    """Return what a ticket says and use it up, if it may be used from where this request comes.

    GB/T 22239-2019, 8.1.4.4 c. A page fetches a new one for every stream and for every word about it.
    """
    ticket = scope[TICKET] = tickets.check(text, house.secret)
    if ticket.is_bound and not is_within(_address(scope), house.admin_networks):
        raise NotPermittedError("管理员只能从指定的地址登录", code="people.address_not_listed")
    house.spent.spend(ticket)
    return ticket


def _address(scope: Message) -> str:
    remote = scope.get("client")
    said = dict(scope["headers"]).get(b"x-real-ip", b"").decode("latin-1")
    return address_behind(str(remote[0]) if remote else "", said)


async def _left(receive: Receive, client: Client) -> None:
    """Wait for the listener to go away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    client.leave()


async def _body(receive: Receive) -> bytes:
    """Return the whole body of a request, which is small."""
    body = b""
    while True:
        part = await receive()
        body += bytes(part.get("body", b""))
        if len(body) > BODY_MAX:
            raise TooLargeError("请求过大")
        if not part.get("more_body", False):
            return body


async def _answer(send: Send, status: int, content: Any, kind: bytes = b"application/json") -> None:
    """Send one JSON answer."""
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(content)})
