"""Reads EVENTS into the hub: the last ten minutes first, then for ever what comes."""

import asyncio
import logging
from datetime import timedelta

import msgspec
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamState
from nats.js.errors import APIError

from anlan.app.stream_reader import Delivered, StreamReader
from anlan.app.streaming.buffer import KEPT_EVENTS, KEPT_S
from anlan.app.streaming.database import Database, DatabaseAwayError
from anlan.app.streaming.heard import Heard
from anlan.app.streaming.hub import Hub
from anlan.app.streaming.places import Places
from anlan.app.streaming.rights import Rights
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope, decode
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.jetstream import jetstream

log = logging.getLogger("anlan.live")

RETRY_S = 0.5
#: How often the stream is asked whether it is still the one that we read.
LOOK_S = 5.0
#: So many events, then whoever has something to send has his turn.
AT_ONCE = 200

_PUBLISHED = "SELECT coalesce(max(published_upto), 0) FROM base_relayprogress"


class EventsFeed:
    """One life of EVENTS after the other, as the hub's ears.

    In EVENTS sequences and positions grow together, one by one; the relay sees to that. It is asked for,
    so that what we cannot take yet waits in the stream, and not on a line that the server cuts.
    """

    def __init__(self, nats: HearingClient, hub: Hub, database: Database, rights: Rights) -> None:
        self._js: JetStreamContext = jetstream(nats)
        self._reader = StreamReader(nats, self._js, bus.EVENTS, [])
        self._hub = hub
        self._database = database
        self._places = Places(database)
        self._rights = rights
        self._epoch: str | None = None
        self._target = 0
        self.caught_up = asyncio.Event()

    async def read_forever(self) -> None:
        """Follow EVENTS; begin again whenever it was made anew or cannot be followed."""
        while True:
            try:
                await self._read_one_life()
            except (NatsError, APIError, OSError) as error:
                log.warning("EVENTS cannot be read: %r", error)
            except msgspec.MsgspecError:
                log.exception("EVENTS holds something that is no event")
            await asyncio.sleep(RETRY_S)

    async def _read_one_life(self) -> None:
        await self._reader.open(await self._beginning() - 1)
        looked_s = asyncio.get_running_loop().time()
        try:
            while (found := await self._reader.fetch()) is not None:
                await self._take(found)
                now_s = asyncio.get_running_loop().time()
                if now_s - looked_s >= LOOK_S:
                    looked_s = now_s
                    if not await self._is_same_life():
                        return
        finally:
            await self._reader.close()

    async def _take(self, found: list[Delivered]) -> None:
        """Hand to the hub what has come."""
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            await self._hear([decode(one.heard.payload) for one in some])
            await asyncio.sleep(0)

    async def _beginning(self) -> int:
        """Return the sequence to begin at; the hub is told when its past is not the stream's."""
        info = await self._js.stream_info(bus.EVENTS)
        state, epoch = info.state, bus.epoch_of(info.config)
        self._target = await self._last_position(state)
        if epoch != self._epoch:
            recent = await self._recent(state)
            self._hub.start_over(self._target - recent, is_first=self._epoch is None)
            self._epoch = epoch
        behind = self._target - self._hub.position
        self._look_whether_caught_up()
        start: int = state.last_seq - max(0, min(behind, state.messages)) + 1
        return start

    async def _last_position(self, state: StreamState) -> int:
        """Return the position that EVENTS ends at; of an empty stream the database knows it."""
        if state.messages:
            last = await self._js.get_msg(bus.EVENTS, seq=state.last_seq)
            return decode(last.data or b"").position
        try:
            rows = await self._database.fetch(_PUBLISHED, [])
        except DatabaseAwayError:
            return self._hub.position
        return int(rows[0][0])

    async def _recent(self, state: StreamState) -> int:
        """Return how many events of the last ten minutes there are, by a consumer's own count."""
        if not state.messages:
            return 0
        probe = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=now() - timedelta(seconds=KEPT_S),
            ack_policy=AckPolicy.NONE,
            inactive_threshold=5.0,
            mem_storage=True,
        )
        found = await self._js.add_consumer(bus.EVENTS, config=probe)
        await self._js.delete_consumer(bus.EVENTS, found.name)
        return min(found.num_pending or 0, KEPT_EVENTS)

    async def _is_same_life(self) -> bool:
        info = await self._js.stream_info(bus.EVENTS)
        return bus.epoch_of(info.config) == self._epoch

    async def _hear(self, events: list[Envelope]) -> None:
        self._hub.hear(await self._located(events))
        self._look_whether_caught_up()
        if any(event.type.startswith("people.") for event in events):
            self._rights.ask_now()

    async def _located(self, events: list[Envelope]) -> list[Heard]:
        """Find out where the objects were; with the database away a move may go untold."""
        try:
            return await self._places.located(events)
        except DatabaseAwayError:
            log.warning("places of %s events could not be compared", len(events))
            return self._places.unlocated(events)

    def _look_whether_caught_up(self) -> None:
        if self._hub.position >= self._target:
            self.caught_up.set()
