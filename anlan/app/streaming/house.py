"""What runs behind the live stream: hub, feeds, watch over rights, heartbeat."""

import asyncio
import logging
import os
from typing import Any

from django.conf import settings

from anlan.app.event_types import load_event_types
from anlan.app.streaming.database import Database
from anlan.app.streaming.events_feed import EventsFeed
from anlan.app.streaming.hub import Hub
from anlan.app.streaming.readings_feed import ReadingsFeed
from anlan.app.streaming.refusals import Refusals
from anlan.app.streaming.rights import Rights
from anlan.app.streaming.screens import ScreensFeed
from anlan.app.streaming.standing import Lookout
from anlan.app.waiting import end_all, run_together
from anlan.kernel.base import bus
from anlan.kernel.base.addresses import networks
from anlan.kernel.base.config import Config, config
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.tickets import Spent

log = logging.getLogger("anlan.live")

FLUSH_S = 0.01
FORGET_S = 5.0
LOOK_S = 3.0
BEAT_S = 15.0


class House:
    """The parts of one live process, wired together."""

    def __init__(self, settings_of: Config, secret: str) -> None:
        self._config = settings_of
        self.secret = secret
        self.spent = Spent()
        self.admin_networks = networks(settings_of.admin_networks)
        self.hub = Hub()
        self.database = Database(settings_of)
        self.rights = Rights(self.database)
        self._nats = HearingClient()
        self.refusals = Refusals(self._nats, settings_of.node)
        self.events = EventsFeed(self._nats, self.hub, self.database, self.rights)
        self.readings = ReadingsFeed(self._nats, settings_of.node, self.hub, self.database)
        self.screens = ScreensFeed(self._nats, settings_of.node, self.hub)
        self._lookout = Lookout(settings_of, self._nats, self.database)
        self._running: asyncio.Task[None] | None = None

    @classmethod
    def open(cls) -> "House":
        """Open the house of this process and let it run; should it fall, the process goes."""
        load_event_types()
        house = cls(config(), settings.SECRET_KEY)
        house.start()
        house.running.add_done_callback(_fall)
        return house

    def start(self) -> None:
        """Begin to run inside the present event loop."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    @property
    def running(self) -> "asyncio.Task[None]":
        """The task that everything else hangs on."""
        if self._running is None:
            raise RuntimeError("the house was not started")
        return self._running

    async def close(self) -> None:
        """Stop everything; the listeners are told."""
        for client in self.hub.clients.values():
            client.end("closing")
        await end_all([self.running])
        await self.database.close()
        await self._nats.close()

    def health(self) -> dict[str, Any]:
        """Return what a supervisor or `anlan doctor` may want to know."""
        return {
            "listeners": len(self.hub.clients),
            "position": self.hub.position,
            "caught_up": self.events.caught_up.is_set(),
            "bus": "ok" if self._nats.is_connected else "away",
            "database": "ok" if self.database.is_there else "away",
        }

    async def _run(self) -> None:
        await bus.connect(self._config, "live", self._nats)
        await run_together(
            self.events.read_forever(),
            self.readings.read_forever(),
            self.readings.refresh_forever(),
            self.readings.tell_forever(),
            self.screens.read_forever(),
            self.screens.tell_forever(),
            self.rights.watch_over(self.hub.clients),
            self._flush_forever(),
            self._forget_forever(),
            self._look_forever(),
            self._beat_forever(),
        )

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self.hub.flush()

    async def _forget_forever(self) -> None:
        while True:
            await asyncio.sleep(FORGET_S)
            self.hub.forget_old()

    async def _look_forever(self) -> None:
        while True:
            before, self.hub.standing = self.hub.standing, await self._lookout.look()
            if not self.hub.standing.says_the_same(before):
                self.hub.beat()  # who goes away is told at once
            await asyncio.sleep(LOOK_S)

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self.hub.beat()


def _fall(task: "asyncio.Task[None]") -> None:
    """End the process when a part of it has failed; the server above starts it anew."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("the live stream cannot go on", exc_info=task.exception())
        os._exit(70)
