"""Gateways under load over HTTP: kept connections, each with one request at a time, all made beforehand.

Written on bare connections, because it shares two cores with what it measures: a client that does
more a request costs as much as the house.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import cast

import uvloop

from anlan.app.bench.plant import Box
from anlan.app.gateway_http import PATH, USER_HEADER

#: Requests that a gateway has under way at once, each on a connection of its own.
AT_ONCE = 16
_END, _LENGTH = b"\r\n\r\n", b"content-length: "


def request_of(box: Box, payload: bytes) -> bytes:
    """Return one whole request of a gateway."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{USER_HEADER}: {box.user}\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


class _Line(asyncio.Protocol):
    """One connection: the next request when the last is answered."""

    def __init__(self, due: deque[bytes], over: "asyncio.Future[None]") -> None:
        self.due, self.over = due, over
        self.answer = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by its deeds only
        self._next()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, end, body = self.answer.partition(_END)
        if not end or len(body) < int(head.lower().partition(_LENGTH)[2].split(b"\r", 1)[0]):
            return
        if head.split(b" ", 2)[1] != b"202":
            self._end(RuntimeError(bytes(self.answer).decode(errors="replace")))
            return
        self.answer.clear()
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("closed by the house"))

    def _next(self) -> None:
        if self.due:
            self.transport.write(self.due.popleft())
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if not self.over.done():
            if error is None:
                self.over.set_result(None)
            else:
                self.over.set_exception(error)
        self.transport.close()


def post_all(port: int, made: Iterable[tuple[Box, Iterable[bytes]]], patience_s: float) -> None:
    """Send every gateway's messages until all are answered with 202.

    Raises RuntimeError with the first other answer, ConnectionError, TimeoutError.
    """
    requests = [deque(request_of(box, one) for one in payloads) for box, payloads in made]
    uvloop.run(_post(port, requests, patience_s))


async def _post(port: int, requests: list[deque[bytes]], patience_s: float) -> None:
    loop = asyncio.get_running_loop()
    lines = []
    for due in requests:
        for _ in range(min(AT_ONCE, len(due))):
            over = loop.create_future()
            await loop.create_connection(partial(_Line, due, over), "127.0.0.1", port)
            lines.append(over)
    async with asyncio.timeout(patience_s):
        await asyncio.gather(*lines)
