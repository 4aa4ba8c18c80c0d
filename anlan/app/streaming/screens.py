"""What screens are to show, on its way from the desk that leads them: the latest word wins, four a second.

Nothing of it is kept but the last word for each screen, for one that comes back.
"""

import asyncio
import logging

import msgspec
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg

from anlan.app.streaming import frames
from anlan.app.streaming.client import Client
from anlan.app.streaming.hub import Hub
from anlan.kernel.base import bus

log = logging.getLogger("anlan.live")

EVERY_S = 0.25
#: Screens of one house whose last word is remembered; the one that was silent longest is forgotten.
MOST = 500


class Told(msgspec.Struct, frozen=True):
    """A word for the streams of one session (its digest); of two the one with the higher `n` is later."""

    session: str
    n: int
    frame: bytes


class ScreensFeed:
    """Passes on what desks show, to the screens that follow them and to nobody else."""

    def __init__(self, nats: Nats, node: str, hub: Hub) -> None:
        self._nats = nats
        self._subject = bus.screens_subject(node)
        self._hub = hub
        self._last: dict[str, Told] = {}
        self._waiting: set[str] = set()

    async def read_forever(self) -> None:
        """Hear what is told, for as long as the process lives."""
        await self._nats.subscribe(self._subject, cb=self._on_message)
        await asyncio.Event().wait()

    async def _on_message(self, message: Msg) -> None:
        try:
            self.take(msgspec.msgpack.decode(message.data, type=Told))
        except msgspec.MsgspecError as error:
            log.warning("a screen was told something that is no word: %s", error)

    def take(self, told: Told) -> None:
        """Keep a word until it is passed on; an earlier one that comes late is dropped."""
        before = self._last.pop(told.session, None)
        latest = before if before is not None and before.n > told.n else told
        self._last[told.session] = latest
        if latest is told:
            self._waiting.add(told.session)
        if len(self._last) > MOST:
            forgotten = next(iter(self._last))
            del self._last[forgotten]
            self._waiting.discard(forgotten)

    async def tell_forever(self) -> None:
        """Four times a second pass on what came."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.tell()

    def tell(self) -> None:
        """Pass on the latest word of each screen that has a new one."""
        waiting, self._waiting = self._waiting, set()
        if not waiting:
            return
        for client in self._hub.clients.values():
            if client.ticket.session in waiting:
                self.greet(client)

    def greet(self, client: Client) -> None:
        """Tell a listener the last word for its session, if there was one."""
        last = self._last.get(client.ticket.session)
        if last is not None:
            client.offer(frames.screen(last.frame))
