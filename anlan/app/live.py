"""The live stream: server-sent events as raw ASGI, without a request of Django's (7.15).

GET /live?ticket=…&position=…   the stream; POST /live/watch   which datastreams' values to send.
At most four frames a second; the first news after a pause leaves at once.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.conf import settings

from anlan.app import live_sources as sources
from anlan.app.live_hub import MOST_WATCHED, Hub, Listener
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import DomainError, InvalidError, NotFoundError, UnavailableError
from anlan.kernel.base.tickets import Ticket, check

log = logging.getLogger("anlan.live")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

FRAME_S = 0.25
BEAT_S = 15.0
#: A listener that does not take a frame in this time is let go; he comes again by himself.
SLOW_S = 20.0
STARTING_S = 5.0
MOST_BODY = 64 * 1024


class Live:
    """The hub with its sources, begun with the first request in the server's own loop."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._caught_up = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to read what the stream is fed from."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._feed())]

    async def _feed(self) -> None:
        settings = config()
        nats = await bus.connect(settings, "live")
        async with asyncio.TaskGroup() as group:
            events = lambda: sources.follow_events(settings, nats, self.hub, self._caught_up)  # noqa: E731
            group.create_task(sources.for_ever("events", events))
            readings = lambda: sources.follow_readings(settings, nats, self.hub)  # noqa: E731
            group.create_task(sources.for_ever("readings", readings))
            group.create_task(sources.check_sessions(settings, self.hub))

    async def caught_up(self) -> None:
        """Wait a little until the last ten minutes are there; a quiet house has none."""
        if self.hub.position == 0:
            try:
                await asyncio.wait_for(self._caught_up.wait(), STARTING_S)
            except TimeoutError:
                log.info("no event in the last ten minutes")


_live: list[Live] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    if not _live:
        _live.append(Live())
    live = _live[0]
    live.start()
    try:
        if scope["path"] == "/live" and scope["method"] == "GET":
            await _stream(live, scope, receive, send)
        elif scope["path"] == "/live/watch" and scope["method"] == "POST":
            await _watch(live, receive, send)
        else:
            raise NotFoundError("没有这个地址")
    except DomainError as error:
        await _answer(send, error.status, error.problem(), "application/problem+json")


async def _stream(live: Live, scope: Scope, receive: Receive, send: Send) -> None:
    query = parse_qs(scope["query_string"].decode())
    ticket = _ticket(query.get("ticket", [""])[0])
    await live.caught_up()
    listener = live.hub.join(ticket, _position(scope, query))
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_gone(receive, listener))
    try:
        await _tell(live.hub, listener, send)
    except (TimeoutError, OSError):
        log.info("a slow listener was let go")
    finally:
        live.hub.leave(listener)
        gone.cancel()


async def _tell(hub: Hub, listener: Listener, send: Send) -> None:
    """Send frames until the stream is over: at once after a pause, then four a second."""
    loop = asyncio.get_running_loop()
    hello = {
        "stream_id": listener.stream_id,
        "position": listener.position,
        "server_time": now_ms(),
    }
    await _frame(send, [("hello", hello, None), ("beat", _beat(hub), None)])
    next_beat = loop.time() + BEAT_S
    last = 0.0
    while not listener.is_over:
        try:
            await asyncio.wait_for(listener.news.wait(), max(next_beat - loop.time(), 0.01))
        except TimeoutError:
            await _frame(send, [("beat", _beat(hub), None)])
            next_beat = loop.time() + BEAT_S
            continue
        await asyncio.sleep(max(0.0, last + FRAME_S - loop.time()))
        last = loop.time()
        if not listener.is_over:
            await _frame(send, listener.next_frames())
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _beat(hub: Hub) -> dict[str, Any]:
    return {
        "server_time": now_ms(),
        "database": hub.database,
        "engine_lag_s": hub.engine_lag_s,
    }


async def _frame(send: Send, frames: list[tuple[str, dict[str, Any], int | None]]) -> None:
    """Write some events in one go."""
    if not frames:
        return
    lines = []
    for event, data, position in frames:
        head = f"id: {position}\n" if position is not None else ""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        lines.append(f"event: {event}\n{head}data: {text}\n\n")
    body = "".join(lines).encode()
    await asyncio.wait_for(
        send({"type": "http.response.body", "body": body, "more_body": True}), SLOW_S
    )


async def _gone(receive: Receive, listener: Listener) -> None:
    """Notice that the listener has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


async def _watch(live: Live, receive: Receive, send: Send) -> None:
    said = await _body(receive)
    ticket = _ticket(str(said.get("ticket", "")))
    listener = live.hub.listeners.get(str(said.get("stream_id", "")))
    if listener is None or listener.ticket.actor != ticket.actor:
        raise NotFoundError("没有这个实时通道", code="live.no_stream")
    wanted = said.get("datastreams")
    if not isinstance(wanted, list) or len(wanted) > MOST_WATCHED:
        raise InvalidError(f"datastreams 应为至多 {MOST_WATCHED} 个编号", code="live.bad_watch")
    try:
        count = await sources.watch(config(), listener, [str(one) for one in wanted])
    except psycopg.Error as error:
        raise UnavailableError("数据库暂时不可用", code="live.database_away") from error
    await _answer(send, 200, {"watching": count}, "application/json")


async def _body(receive: Receive) -> dict[str, Any]:
    body = b""
    while True:
        part = await receive()
        body += part.get("body", b"")
        if len(body) > MOST_BODY:
            raise InvalidError("请求太大", code="live.too_large")
        if not part.get("more_body"):
            break
    try:
        said = json.loads(body)
    except ValueError as error:
        raise InvalidError("不是 JSON", code="live.not_json") from error
    if not isinstance(said, dict):
        raise InvalidError("应为 JSON 对象", code="live.not_json")
    return said


def _ticket(text: str) -> Ticket:
    return check(text, settings.SECRET_KEY)


def _position(scope: Scope, query: dict[str, list[str]]) -> int | None:
    """Return the position that the listener has; a browser that comes again says it by header."""
    headers = dict(scope["headers"])
    text = headers.get(b"last-event-id", b"").decode() or query.get("position", [""])[0]
    return int(text) if text.isdigit() else None


async def _answer(send: Send, status: int, data: dict[str, Any], media_type: str) -> None:
    body = json.dumps(data, ensure_ascii=False).encode()
    headers = [(b"content-type", media_type.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
