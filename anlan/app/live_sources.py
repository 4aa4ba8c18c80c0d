"""What the live stream is fed from: EVENTS, readings of watched datastreams, sessions (7.15)."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from anlan.app.live_hub import MOST_WATCHED, Hub, Listener
from anlan.kernel.base import bus
from anlan.kernel.base.clock import from_ms, now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.tickets import Ticket
from anlan.kernel.sensing.batch import BatchError, decode

log = logging.getLogger("anlan.live")

CHECK_S = 3.0
RETRY_S = 1.0

_SESSIONS = """
    SELECT encode(sha256(convert_to(session_key, 'UTF8')), 'hex') FROM django_session
    WHERE expire_date > now()
"""
_POSTS = """
    SELECT 'user:' || user_id, max(updated_at) FROM people_postholding
    WHERE 'user:' || user_id = ANY(%s) GROUP BY 1
"""
_ENGINE = "SELECT extract(epoch FROM now() - max(tick_at)) FROM alerts_engineprogress"
_STREAMS = "SELECT number, id, div, zone, site FROM sensing_datastream WHERE id = ANY(%s)"
_SCOPE = """
    SELECT set_config('anlan.divs', '{[0,9223372036854775806]}', true),
           set_config('anlan.actor', 'system:live', true)
"""


def conninfo(config: Config) -> str:
    """Return how the live process reaches PostgreSQL, as its own role."""
    return psycopg.conninfo.make_conninfo(
        config.database_url, user="anlan_live", application_name="anlan_live", connect_timeout=3
    )


async def ask(config: Config, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Read rows as the live process, which sees what its listeners together may see."""
    async with await psycopg.AsyncConnection.connect(conninfo(config)) as connection:
        await connection.execute(_SCOPE)
        cursor = await connection.execute(query, values or None)
        return await cursor.fetchall()


async def for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a source again whenever what it reads from is away."""
    while True:
        try:
            await work()
        except (NatsError, APIError, psycopg.Error, OSError) as error:
            log.warning("%s: %r", name, error)
        await asyncio.sleep(RETRY_S)


async def follow_events(config: Config, nats: Client, hub: Hub, caught_up: asyncio.Event) -> None:
    """Give the hub every event of the last ten minutes, then each as it comes."""
    js = nats.jetstream()
    await bus.ensure_streams(js, config)
    last = (await js.stream_info(bus.EVENTS)).state
    start = from_ms(now_ms() - 600_000).isoformat()
    subscription = await js.subscribe(
        f"{config.node}.>",
        stream=bus.EVENTS,
        ordered_consumer=True,
        config=_from_time(start),
    )
    try:
        if last.last_seq and (newest := await _message(js, last.last_seq)) is not None:
            # nothing in ten minutes: the journal still stands somewhere
            pending = (await subscription.consumer_info()).num_pending
            if not pending and not hub.position:
                hub.begin_at(int(newest["position"]))
        elif not last.last_seq:
            hub.begin_at(0)
        async for message in subscription.messages:
            hub.take(json.loads(message.data))
            if message.metadata.num_pending == 0:
                caught_up.set()
    finally:
        await subscription.unsubscribe()


def _from_time(start: str) -> Any:
    from nats.js.api import ConsumerConfig

    return ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=start)


async def _message(js: Any, sequence: int) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((await js.get_msg(bus.EVENTS, seq=sequence)).data)
    except NotFoundError:
        return None
    return found


async def follow_readings(config: Config, nats: Client, hub: Hub) -> None:
    """Give listeners the newest values of what they watch; nothing here is kept or repeated."""

    async def on_batch(message: Msg) -> None:
        wanted = {number for one in hub.listeners.values() for number in one.watched}
        if not wanted:
            return
        try:
            batch = decode(message.data)
        except BatchError:
            return
        at = np.flatnonzero(np.isin(batch.numbers, list(wanted)))
        newest: dict[int, tuple[int, float | None, int]] = {}
        for index in at.tolist():  # only what somebody looks at, a handful a batch
            number, time_ms = int(batch.numbers[index]), int(batch.times_ms[index])
            if number not in newest or newest[number][0] <= time_ms:
                value = float(batch.values[index])
                plain = value if np.isfinite(value) else None
                newest[number] = (time_ms, plain, int(batch.quality[index]))
        for listener in hub.listeners.values():
            if batch.exercise_id == listener.ticket.exercise_id:
                _tell_values(listener, newest)

    for kind in (bus.MQTT, bus.HTTP):
        await nats.subscribe(f"{config.node}.rd.*.{kind}", cb=on_batch)
    await asyncio.Event().wait()


def _tell_values(listener: Listener, newest: dict[int, tuple[int, float | None, int]]) -> None:
    """Let values wait; the latest wins."""
    for number in listener.watched.keys() & newest.keys():
        listener.values[listener.watched[number]] = newest[number]
        listener.news.set()


async def watch(config: Config, listener: Listener, wanted: list[str]) -> int:
    """Let a listener watch these datastreams, as far as his scope reaches; return how many."""
    rows = await ask(config, _STREAMS, [wanted[:MOST_WATCHED]])
    listener.watched = {
        number: ulid
        for number, ulid, div, zone, site in rows
        if _may_watch(listener.ticket, Facts(div=div, zone=zone, site=site))
    }
    return len(listener.watched)


def _may_watch(ticket: Ticket, facts: Facts) -> bool:
    return "sensing.datastream.view" in ticket.permissions and ticket.scope.sees(facts)


async def check_sessions(config: Config, hub: Hub) -> None:
    """End streams whose session ended or whose person's posts changed; read how the house is."""
    while True:
        try:
            sessions = {row[0] for row in await ask(config, _SESSIONS, [])}
            people = sorted({one.ticket.actor for one in hub.listeners.values()})
            posts = dict(await ask(config, _POSTS, [people])) if people else {}
            lag = (await ask(config, _ENGINE, []))[0][0]
        except (psycopg.Error, OSError) as error:
            hub.database = "away"
            log.warning("PostgreSQL is away: %r", error)
            await asyncio.sleep(CHECK_S)
            continue
        hub.database = "ok"
        hub.engine_lag_s = None if lag is None else round(float(lag), 1)
        for listener in list(hub.listeners.values()):
            changed = posts.get(listener.ticket.actor)
            moved = changed is not None and changed > from_ms(listener.ticket.issued_ms)
            if listener.ticket.session not in sessions or moved:
                listener.end()
        await asyncio.sleep(CHECK_S)
