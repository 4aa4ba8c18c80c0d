"""The web process's store of observations: files by the catalogue, the tail by NATS.

The web process is synchronous; NATS is spoken to by one thread of its own, begun with the first
question (after the server has forked), and a question waits for 300 ms at most.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Lock, Thread

from nats.aio.client import Client
from nats.errors import Error as NatsError

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tail import (
    Tail,
    TailError,
    TailQuestion,
    decode_tail,
    encode_question,
)
from anlan.app.history_place import disk_of
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config, config
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.catalogue import DjangoCatalogue

log = logging.getLogger(__name__)

ANSWER_S = 0.3
RETRY_S = 1.0
#: One recorder answers for every shard today; when several own some each, each is asked.
SHARD = 0


class NatsTail:
    """Asks the recorder; whoever asks waits, NATS runs in its own thread."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        self._subject = bus.tail_subject(settings.node, SHARD)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connecting: asyncio.Task[Client]
        self._lock = Lock()

    def ask(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail | None:
        """Return the tail, or None when nobody answers within 300 ms."""
        question = TailQuestion(numbers=tuple(numbers), start=from_ms, end=to_ms)
        asked = asyncio.run_coroutine_threadsafe(self._request(question), self._running())
        try:
            payload = asked.result(timeout=ANSWER_S * 2)
        except FutureTimeoutError:
            asked.cancel()
            return None
        try:
            return decode_tail(payload) if payload is not None else None
        except TailError:
            log.exception("the recorder's answer cannot be read")
            return None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._connecting = self._loop.create_task(self._connect())
                Thread(target=self._loop.run_forever, name="tail", daemon=True).start()
            return self._loop

    async def _connect(self) -> Client:
        while True:
            try:
                return await bus.connect(self._settings, "serve")
            except (NatsError, OSError) as error:
                log.warning("the tail cannot be asked for: %r", error)
                await asyncio.sleep(RETRY_S)

    async def _request(self, question: TailQuestion) -> bytes | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                client = await asyncio.shield(self._connecting)
                answer = await client.request(
                    self._subject, encode_question(question), timeout=ANSWER_S
                )
        except (TimeoutError, NatsError, OSError) as error:
            log.debug("no tail: %r", error)
            return None
        payload: bytes = answer.data
        return payload

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


def open_store() -> ParquetHistory:
    """Return the store of this installation."""
    settings = config()
    return ParquetHistory(
        folder=settings.path("history_dir").resolve(),
        catalogue=DjangoCatalogue(),
        tail=NatsTail(settings),
        disk=disk_of(settings),
    )


def install() -> None:
    """Make this the store of the process; nothing is opened before the first question."""
    ports.install(open_store)
