"""The latest readings of the datastreams that somebody looks at, straight from READINGS.

Only shards that are watched are read; latest wins, nothing is kept and nothing is journalled.
"""

import asyncio
import logging
from collections.abc import Iterable

import numpy as np
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError
from numpy.typing import NDArray

from anlan.app.streaming import frames
from anlan.app.streaming.client import Client
from anlan.app.streaming.database import Database, DatabaseAwayError
from anlan.app.streaming.hub import Hub
from anlan.kernel.base import bus
from anlan.kernel.base.jetstream import jetstream
from anlan.kernel.base.permissions import Facts
from anlan.kernel.sensing.batch import Batch, BatchError, decode

log = logging.getLogger("anlan.live")

VIEW = "sensing.datastream.view"
#: Datastreams that one listener may watch at once.
WATCHED_MAX = 500
FRAME_EVERY_S = 0.5
#: How often the scope of what is watched is read again.
REFRESH_S = 30.0
RETRY_S = 1.0

_BY_ID = """
    SELECT id, number, shard, div, zone, site FROM sensing_datastream
    WHERE id = ANY(%s) AND retired_at IS NULL
"""

Latest = tuple[int, float | None, int]


class ReadingsFeed:
    """Who watches what, and the newest value of each."""

    def __init__(self, nats: Nats, node: str, hub: Hub, database: Database) -> None:
        self._js: JetStreamContext = jetstream(nats)
        self._node = node
        self._hub = hub
        self._database = database
        self._shards: dict[int, int] = {}
        self._flags: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._latest: dict[tuple[str | None, int], Latest] = {}
        self._changed: set[tuple[str | None, int]] = set()
        self._wanted_changed = asyncio.Event()

    async def watch(self, client: Client, ids: Iterable[str]) -> list[str]:
        """Let a listener watch these datastreams, as far as its scope reaches them.

        Returns those it now watches. Raises DatabaseAwayError.
        """
        wanted = list(dict.fromkeys(ids))[:WATCHED_MAX]
        audience = self._hub.audience_of(client)
        if audience is None or VIEW not in client.ticket.permissions:
            wanted = []
        watched: dict[int, str] = {}
        beyond = []
        if audience is not None and wanted:
            for name, number, shard, div, zone, site in await self._database.fetch(
                _BY_ID, [wanted]
            ):
                if audience.sees(VIEW, Facts(div=div, zone=zone, site=site)):
                    watched[number] = name
                    self._shards[number] = shard
                else:
                    beyond.append(name)
        client.watched, client.beyond = watched, beyond
        self.settle()
        return list(watched.values())

    def settle(self) -> None:
        """Work out anew which numbers anybody watches; called when somebody comes or goes."""
        numbers = {number for one in self._hub.clients.values() for number in one.watched}
        self._shards = {number: self._shards[number] for number in numbers}
        self._flags = np.zeros(max(numbers, default=-1) + 1, np.bool_)
        self._flags[list(numbers)] = True
        self._latest = {key: one for key, one in self._latest.items() if key[1] in numbers}
        self._wanted_changed.set()

    async def refresh_forever(self) -> None:
        """Look again and again whether what is watched may still be watched."""
        while True:
            await asyncio.sleep(REFRESH_S)
            for client in [one for one in self._hub.clients.values() if one.watched]:
                try:
                    await self.watch(client, client.watched.values())
                except DatabaseAwayError:
                    break

    async def read_forever(self) -> None:
        """Read the shards that are watched; others cost nothing."""
        while True:
            self._wanted_changed.clear()
            subjects = self._subjects()
            try:
                if subjects:
                    await self._read(subjects)
                else:
                    await self._wanted_changed.wait()
            except (NatsError, APIError, OSError) as error:
                log.warning("READINGS cannot be read: %r", error)
                await asyncio.sleep(RETRY_S)

    async def _read(self, subjects: list[str]) -> None:
        """Read these subjects from now on, until others are wanted."""
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.NEW, filter_subjects=subjects, inactive_threshold=30.0
        )
        subscription = await self._js.subscribe(
            ">", stream=bus.READINGS, cb=self._on_message, ordered_consumer=True, config=config
        )
        try:
            while subjects == self._subjects():
                await self._wanted_changed.wait()
                self._wanted_changed.clear()
        finally:
            await subscription.unsubscribe()

    def _subjects(self) -> list[str]:
        shards = set(self._shards.values())
        if any(one.watched and one.ticket.exercise_id for one in self._hub.clients.values()):
            shards.add(bus.EXERCISE_SHARD)
        return [
            bus.readings_subject(self._node, shard, kind)
            for shard in sorted(shards)
            for kind in (bus.MQTT, bus.HTTP)
        ]

    async def _on_message(self, message: Msg) -> None:
        try:
            self.take(decode(message.data))
        except BatchError as error:
            log.warning("READINGS holds something that is no batch: %s", error)

    def take(self, batch: Batch) -> None:
        """Keep the newest value of each watched datastream of a batch."""
        numbers = batch.numbers
        known = numbers < len(self._flags)
        chosen = (
            np.flatnonzero(known & self._flags[np.where(known, numbers, 0)]) if known.any() else ()
        )
        for index in chosen:
            key = (batch.exercise_id, int(numbers[index]))
            time, value = int(batch.times_ms[index]), float(batch.values[index])
            if key not in self._latest or time >= self._latest[key][0]:
                shown = value if np.isfinite(value) else None
                self._latest[key] = (time, shown, int(batch.quality[index]))
                self._changed.add(key)

    async def tell_forever(self) -> None:
        """Twice a second tell each listener what changed of what it watches."""
        while True:
            await asyncio.sleep(FRAME_EVERY_S)
            self.tell()

    def tell(self) -> None:
        """Tell each listener what changed since the last time."""
        changed, self._changed = self._changed, set()
        if not changed:
            return
        for client in self._hub.clients.values():
            drill = client.ticket.exercise_id
            news = {
                name: self._latest[drill, number]
                for number, name in client.watched.items()
                if (drill, number) in changed
            }
            if news:
                client.offer(frames.values(news))
