"""The web process's way to NATS: it is synchronous, so NATS is spoken to by one thread of its own.

The thread begins with the first word, after the server has forked.
"""

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from threading import Lock, Thread
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.errors import Error as NatsError

from anlan.kernel.base import bus
from anlan.kernel.base.config import Config, config

log = logging.getLogger(__name__)

T = TypeVar("T")
RETRY_S = 1.0


class NatsThread:
    """A loop in a thread that holds one connection and comes back to it for ever."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connecting: asyncio.Task[Client]
        self._lock = Lock()

    def call(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Let the thread do something; whoever asked may wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    async def client(self) -> Client:
        """Return the connection, once there is one; called from the thread's own loop."""
        return await asyncio.shield(self._connecting)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._connecting = self._loop.create_task(self._connect())
                Thread(target=self._loop.run_forever, name="nats", daemon=True).start()
            return self._loop

    async def _connect(self) -> Client:
        while True:
            try:
                return await bus.connect(self._settings, "serve")
            except (NatsError, OSError) as error:
                log.warning("NATS cannot be spoken to: %r", error)
                await asyncio.sleep(RETRY_S)

    def close(self) -> None:
        """Let go of NATS and end the thread."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(timeout=5)
            loop.call_soon_threadsafe(loop.stop)

    async def _end(self) -> None:
        if self._connecting.done():
            await self._connecting.result().close()
        else:
            self._connecting.cancel()


@cache
def line_of_process() -> NatsThread:
    """Return the one line of this process."""
    return NatsThread(config())
