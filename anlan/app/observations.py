"""The store of observations of web and worker: files by the catalogue, the tail by NATS.

A question to the recorder waits for 300 ms at most.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError

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
from anlan.app.nats_thread import NatsThread, line_of_process
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config, config
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.catalogue import DjangoCatalogue

log = logging.getLogger(__name__)

ANSWER_S = 0.3
#: One recorder answers for every shard today; when several own some each, each is asked.
SHARD = 0


class NatsTail:
    """Asks the recorder; whoever asks waits, NATS runs in its own thread."""

    def __init__(self, settings: Config, line: NatsThread | None = None) -> None:
        self._subject = bus.tail_subject(settings.node, SHARD)
        self._line = line or NatsThread(settings)

    def ask(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail | None:
        """Return the tail, or None when nobody answers within 300 ms."""
        question = TailQuestion(numbers=tuple(numbers), start=from_ms, end=to_ms)
        asked = self._line.call(self._request(question))
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

    async def _request(self, question: TailQuestion) -> bytes | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                client = await self._line.client()
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
        self._line.close()


def open_store() -> ParquetHistory:
    """Return the store of this installation."""
    settings = config()
    return ParquetHistory(
        folder=settings.path("history_dir").resolve(),
        catalogue=DjangoCatalogue(),
        tail=NatsTail(settings, line_of_process()),
        disk=disk_of(settings),
    )


def install() -> None:
    """Make this the store of the process; nothing is opened before the first question."""
    ports.install(open_store)
