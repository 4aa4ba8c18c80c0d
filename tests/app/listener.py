"""A browser's side of the live stream, inside the test's own event loop."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from anlan.app import live
from anlan.app.streaming.house import House
from anlan.kernel.base import tickets
from anlan.kernel.base.permissions import Grant, Principal, Scope
from tests.app.streaming.screen import read

SECRET = "only for tests"
PATIENCE_S = 20.0
VIEWS = frozenset({"alerts.alarm.view", "subjects.subject.view", "sensing.datastream.view"})

Frame = tuple[str, dict[str, Any], str | None]


def somebody(scope: Scope, name: str = "x") -> Principal:
    """Return a person who may view everything inside a scope."""
    grant = Grant(permissions=VIEWS, scope=scope)
    return Principal(actor=f"user:{name}", name=name, grants=(grant,), scope=scope, ceiling=3)


def ticket(who: Principal, session: str = "key") -> str:
    """Return a ticket as the web process issues it."""
    return tickets.issue(who, session, SECRET)[0]


class Listener:
    """One request to the live process; its frames come out one by one."""

    def __init__(self, house: House, path: str, *, method: str = "GET", body: bytes = b"",
                 headers: dict[str, str] | None = None, **query: Any) -> None:  # fmt: skip
        self._house = house
        self._scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": urlencode(query).encode(),
            "client": ("127.0.0.1", 50_000),
            "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
        }
        self._body: bytes | None = body
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()
        self._frames: list[Frame] = []
        self._gone = asyncio.Event()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self._unpack: Callable[[bytes], bytes] = bytes
        self.task: asyncio.Task[None] | None = None

    async def _receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
            if self.headers.get(b"content-encoding") == b"gzip":
                self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
        else:
            await self._sent.put(self._unpack(message["body"]))

    async def answered(self) -> Any:
        """Make the request to its end; return the JSON of the answer."""
        await live.answer(self._house, self._scope, self._receive, self._send)
        body = b""
        while not self._sent.empty():
            body += self._sent.get_nowait()
        return json.loads(body)

    async def next(self, *kinds: str) -> Frame:
        """Return the next frame of one of these kinds (any, when none is given)."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while not self._frames:
                    self._frames = read(await self._sent.get())
                frame = self._frames.pop(0)
                if not kinds or frame[0] in kinds:
                    return frame

    def unread(self) -> list[str]:
        """Return the kinds of frames that have come and were not asked for, and forget them."""
        while not self._sent.empty():
            self._frames += read(self._sent.get_nowait())
        kinds, self._frames = [frame[0] for frame in self._frames], []
        return kinds

    async def rows(self, count: int = 1) -> list[dict[str, Any]]:
        """Return the next rows, from as many frames as it takes."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found += (await self.next("rows"))[1]["rows"]
        return found

    def leave(self) -> None:
        """Close the page."""
        self._gone.set()


@asynccontextmanager
async def listening(house: House, **query: Any) -> AsyncIterator[Listener]:
    """Open a stream, its hello read, and close it at the end."""
    listener = Listener(house, "/live", **query)
    listener.task = asyncio.create_task(
        live.answer(house, listener._scope, listener._receive, listener._send)
    )
    assert (await listener.next())[0] == "hello"
    yield listener
    listener.leave()
    await asyncio.wait_for(listener.task, PATIENCE_S)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another task does."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  the condition is another task's state
            await asyncio.sleep(0.01)
