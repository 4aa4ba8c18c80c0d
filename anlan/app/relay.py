"""The relay: seals the journal into its chain, then publishes it to EVENTS in position order (7.5).

One relay works at a time, by advisory lock. Sealing and publishing are separate: with NATS away
the chain goes on, with PostgreSQL away both wait. Every crash ends in one of three states, and
each is read from what is there: pending rows, sealed rows above `published_upto`, and the last
position that the stream holds.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from anlan.app.waiting import pause
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.database_line import watched
from anlan.kernel.base.envelope import EVENT_SQL
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.jetstream import jetstream
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL

log = logging.getLogger("anlan.relay")

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Announce = Callable[[int], None]
#: "anlan" as a number: the relay's advisory lock.
LOCK = 0x616E6C616E
ROLE = "anlan_relay"
#: How often to look for what was written without haste; who has haste says so (`pending_subject`).
POLL_S = 0.1
RETRY_S = 0.5
SEAL_LIMIT = 5_000
#: One atomic publication: the server stores all of it with one fsync, or nothing. Fewer than the
#: least go one behind the other: a batch has a price of its own.
BATCH_EVENTS = 500
BATCH_FROM = 16
BATCH_BYTES = 4 * 1024**2
#: An event larger than this leaves without its `data`; readers fetch the object.
EVENT_BYTES = 1024**2
#: EVENTS is a copy of the journal: at this share of `max_bytes` its older half is dropped.
FULL = 0.8
LOOK_EVERY = 10_000
ANSWER_S = 5.0

_UNPUBLISHED = f"""
    SELECT s.position, j.type, {EVENT_SQL}
    FROM (SELECT position, journal_id FROM base_sealed WHERE position > %s
          ORDER BY position LIMIT %s) s
    CROSS JOIN LATERAL (SELECT * FROM base_journal WHERE id = s.journal_id OFFSET 0) j
    ORDER BY s.position
"""  # noqa: S608  put together from constants
_PROGRESS = """
    SELECT coalesce((SELECT published_upto FROM base_relayprogress WHERE id = 1), 0),
           coalesce((SELECT max(last_position) FROM base_seal), 0)
"""
_ADVANCE = """
    INSERT INTO base_relayprogress (id, published_upto) VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET published_upto = excluded.published_upto
"""


class PublishError(RuntimeError):
    """EVENTS did not take a batch; what it holds must be read before the next try."""


async def seal_once(connection: Connection, limit: int = SEAL_LIMIT) -> int:
    """Seal up to `limit` pending rows in one transaction; return the last position, 0 for none."""
    cursor = await connection.execute(SEAL_SQL, {"limit": limit, "genesis": GENESIS})
    sealed = await cursor.fetchone()
    return 0 if sealed is None else int(sealed[1])


class Outlet:
    """The end of EVENTS as the relay knows it; unknown after every failure, then read again."""

    def __init__(self, nats: Client, js: JetStreamContext, config: Config) -> None:
        self._nats = nats
        self._js = js
        self._config = config
        self._slices = set(bus.KERNEL_SLICES)
        self._sequence: int | None = None
        self._since_look = 0

    @property
    def is_known(self) -> bool:
        """Tell whether the stream's end is known."""
        return self._sequence is not None

    def forget(self) -> None:
        """The stream may have moved: read its end before the next batch."""
        self._sequence = None

    async def read_end(self) -> int | None:
        """Return the last position that the stream holds, None when it is empty."""
        await bus.ensure_streams(self._js, self._config, sorted(self._slices))
        await self.make_room()
        state = (await self._js.stream_info(bus.EVENTS)).state
        sequence = state.last_seq
        position = None
        if state.messages:
            try:
                last = await self._js.get_msg(bus.EVENTS, seq=sequence)
                position = int(json.loads(last.data or b"{}")["position"])
            except NotFoundError:
                log.warning("the last event of EVENTS was deleted by hand")
        self._sequence = sequence
        return position

    async def begin_anew(self) -> None:
        """Make EVENTS again, in a new epoch: what it holds never happened in this database.

        Purging is not enough: the stream would take the same positions, told again with other
        events, for repeats.
        """
        await self._js.delete_stream(bus.EVENTS)
        await self.read_end()

    async def send(self, events: list[tuple[int, str, bytes]]) -> None:
        """Store events behind what is there: all, or after an error the first few. Raises PublishError.

        Each says behind which it must stand, so none can be stored after one that was refused.
        """
        if self._sequence is None or not self._nats.is_connected:
            raise PublishError("EVENTS cannot be reached")
        before, self._sequence = self._sequence, None
        await self._open_branches({kind.partition(".")[0] for _, kind, _ in events})
        batch = new_ulid()  # a fresh name, so that the rest of a broken try cannot mix with this
        answer: dict[str, Any] = {}
        for index, (position, kind, body) in enumerate(events, start=1):
            headers = {"Nats-Msg-Id": f"{self._config.node}:{position}"}
            is_batch = len(events) >= BATCH_FROM
            if index == 1 or not is_batch:
                headers["Nats-Expected-Last-Sequence"] = str(before + index - 1)
            if is_batch:
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(index)}
                headers |= {"Nats-Batch-Commit": "1"} if index == len(events) else {}
            subject = bus.event_subject(self._config.node, kind)
            if index == len(events) or (is_batch and index == 1):
                answer = await self._asked(subject, body, headers)
            else:
                await self._nats.publish(subject, body, headers=headers)
        if answer.get("seq") != before + len(events):
            raise PublishError(f"EVENTS answered {answer} to {len(events)} after {before}")
        self._sequence = before + len(events)
        self._since_look += len(events)
        if self._since_look > LOOK_EVERY:
            await self.make_room()

    async def _asked(self, subject: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        """Publish one event and return the server's answer (nothing yet for the first of many)."""
        reply = await self._nats.request(subject, body, timeout=ANSWER_S, headers=headers)
        answer: dict[str, Any] = json.loads(reply.data) if reply.data else {}
        if "error" in answer:
            raise PublishError(str(answer["error"]))
        return answer

    async def _open_branches(self, slices: set[str]) -> None:
        """Let the stream listen to systems that speak for the first time."""
        if slices <= self._slices:
            return
        self._slices |= slices
        await bus.ensure_streams(self._js, self._config, sorted(self._slices))

    async def make_room(self) -> None:
        """Drop the older half of EVENTS when it is nearly full; the journal keeps everything."""
        self._since_look = 0
        state = (await self._js.stream_info(bus.EVENTS)).state
        if state.bytes > FULL * self._config.events_max_bytes:
            middle = (state.first_seq + state.last_seq) // 2
            await self._js.purge_stream(bus.EVENTS, seq=middle)
            log.info("EVENTS is nearly full: dropped its older half, up to sequence %s", middle)


async def publish_once(connection: Connection, outlet: Outlet, after: int | None) -> int:
    """Publish one batch of what is sealed above `after`; return the position reached.

    `after` None is a new start: the stream and the database say how far the last relay came.
    """
    if after is None or not outlet.is_known:
        after = await _resume(connection, outlet)
    cursor = await connection.execute(_UNPUBLISHED, [after, BATCH_EVENTS])
    events = _within_bytes(
        [(int(p), kind, _body(text)) for p, kind, text in await cursor.fetchall()]
    )
    if not events:
        return after
    try:
        await outlet.send(events)
    except BaseException:
        outlet.forget()
        raise
    await connection.execute(_ADVANCE, [events[-1][0]])
    return events[-1][0]


async def _resume(connection: Connection, outlet: Outlet) -> int:
    """Return the position after which to publish, from what the stream and the database hold."""
    held = await outlet.read_end()
    cursor = await connection.execute(_PROGRESS)
    row = await cursor.fetchone()
    published, sealed = (int(row[0]), int(row[1])) if row else (0, 0)
    if held is None:
        return published
    if held > sealed:
        log.warning("EVENTS holds position %s, the journal ends at %s: restored", held, sealed)
        await outlet.begin_anew()
        return published
    if held > published:
        await connection.execute(_ADVANCE, [held])
    return held


def _body(text: str) -> bytes:
    """Return the body of an event; one that no screen could take leaves without its data."""
    body = text.encode()
    if len(body) <= EVENT_BYTES:
        return body
    return json.dumps(json.loads(text) | {"data": {"omitted_bytes": len(body)}}).encode()


def _within_bytes(events: list[tuple[int, str, bytes]]) -> list[tuple[int, str, bytes]]:
    """Return the head of the list that fits into one publication, never nothing."""
    total = 0
    for index, (_, _, body) in enumerate(events):
        total += len(body)
        if total > BATCH_BYTES and index:
            return events[:index]
    return events


def conninfo(config: Config, *options: str) -> str:
    """Return how the relay reaches PostgreSQL, as its own role, in UTC and with these settings."""
    said = " ".join(f"-c {one}" for one in ("TimeZone=UTC", *options))
    line = watched(psycopg.conninfo.conninfo_to_dict(config.database_url))
    return psycopg.conninfo.make_conninfo(
        config.database_url, user=ROLE, application_name=ROLE, options=said, **line
    )


async def relay_journal(
    config: Config, nats: Client, stop: asyncio.Event, announce: Announce = lambda _: None
) -> None:
    """Seal and publish until told to stop; what is pending then is still sealed and published.

    `announce` hears every position that has been sealed.
    """
    while not stop.is_set():
        try:
            async with await psycopg.AsyncConnection.connect(conninfo(config)) as connection:
                await connection.set_autocommit(True)
                if await _is_ours(connection):
                    await _relay(config, connection, nats, stop, announce)
        except* psycopg.OperationalError as error:
            log.warning("PostgreSQL is away: %s", error.exceptions[0])
        await pause(stop, RETRY_S)


async def _is_ours(connection: Connection) -> bool:
    """Take the lock of the one relay, for as long as this connection lives."""
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    row = await cursor.fetchone()
    return bool(row and row[0])


async def _relay(
    config: Config, connection: Connection, nats: Client, stop: asyncio.Event, announce: Announce
) -> None:
    pending, sealed, drained = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_publish_forever(config, nats, sealed, drained))
        group.create_task(_hear_of_pending(config, nats, pending, drained))
        try:
            await _seal_until_drained(connection, stop, pending, sealed, announce)
        finally:  # also when sealing fails: a cancellation alone may be swallowed on the way
            drained.set()
            sealed.set()


async def _hear_of_pending(
    config: Config, nats: Client, pending: asyncio.Event, drained: asyncio.Event
) -> None:
    """Let writers who cannot wait for the next look say that they have written."""

    async def heard(_: Msg) -> None:
        pending.set()

    while not nats.is_connected:
        await pause(drained, RETRY_S)
        if drained.is_set():
            return
    subscription = await nats.subscribe(bus.pending_subject(config.node), cb=heard)
    await drained.wait()
    with suppress(NatsError):
        await subscription.unsubscribe()


async def _seal_until_drained(
    connection: Connection,
    stop: asyncio.Event,
    pending: asyncio.Event,
    sealed: asyncio.Event,
    announce: Announce,
) -> None:
    """Seal what is pending until told to stop and nothing is left."""
    while True:
        is_last = stop.is_set()
        pending.clear()
        if last := await seal_once(connection):
            sealed.set()
            announce(last)
        elif is_last:
            break
        else:
            await pause(pending, POLL_S)


async def _publish_forever(
    config: Config, nats: Client, sealed: asyncio.Event, drained: asyncio.Event
) -> None:
    """Publish whenever something has been sealed, until all is sealed and out."""
    outlet = Outlet(nats, jetstream(nats, ANSWER_S), config)
    after: int | None = None
    # how far we came is read from the stream should the last of it be lost: no sync for it
    unhurried = conninfo(config, "synchronous_commit=off")
    async with await psycopg.AsyncConnection.connect(unhurried) as connection:
        await connection.set_autocommit(True)
        while True:
            sealed.clear()
            is_last = drained.is_set()
            try:
                reached = await publish_once(connection, outlet, after)
            except (NatsError, APIError, PublishError, OSError) as error:
                after = None
                log.warning("EVENTS is away, the journal goes on: %r", error)
                if is_last:
                    return
                await pause(drained, RETRY_S)
                continue
            if reached == after:
                if is_last:
                    return
                await sealed.wait()
            after = reached
