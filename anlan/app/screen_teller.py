"""Tells the live stream what a desk's screens show: over NATS, and not waited for."""

import asyncio
import logging
from typing import Any

import msgspec
from nats.errors import Error as NatsError

from anlan.app.nats_thread import NatsThread, line_of_process
from anlan.app.streaming.screens import Told
from anlan.kernel.base import bus
from anlan.kernel.base.config import config
from anlan.kernel.screens import ports

log = logging.getLogger(__name__)

#: The first word of a process waits for its way to NATS; what could not be told by then is no news any more.
TOLD_S = 10.0


class ScreenTeller:
    """Hands to the live process what the screen of a session is to show."""

    def __init__(self, line: NatsThread, node: str) -> None:
        self._line = line
        self._subject = bus.screens_subject(node)

    def __call__(self, session: str, shown: dict[str, Any]) -> None:
        """Tell it; a word that is lost is followed by the next."""
        told = Told(session=session, n=shown["n"], frame=msgspec.json.encode(shown))
        self._line.call(self._publish(msgspec.msgpack.encode(told)))

    async def _publish(self, body: bytes) -> None:
        try:
            async with asyncio.timeout(TOLD_S):
                await (await self._line.client()).publish(self._subject, body)
        except (TimeoutError, NatsError, OSError) as error:
            log.warning("a screen was not told what to show: %r", error)


def install() -> None:
    """Make this the way of the process; NATS is not spoken to before the first word."""

    def tell(session: str, shown: dict[str, Any]) -> None:
        ScreenTeller(line_of_process(), config().node)(session, shown)

    ports.install(tell)
