"""One look beside PostgreSQL: the bus, the processes with a port, the disks."""

import asyncio
import time
from typing import Any

import httpx
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from anlan.adapters.parquet_history.tail import (
    TailError,
    TailQuestion,
    decode_tail,
    encode_question,
)
from anlan.app.health.facts import BusFacts, StreamFacts
from anlan.kernel.base import bus, heads
from anlan.kernel.base.config import Config, ConfigurationError
from anlan.kernel.base.jetstream import jetstream

ANSWER_S = 1.0
ALL_S = 3.0


async def read_outside(
    config: Config, why: dict[str, str]
) -> tuple[BusFacts | None, dict[str, Any] | None, dict[str, Any] | None]:
    """Return what the bus, the live stream and the gateway say, None and why for who is silent."""
    live = f"http://127.0.0.1:{config.live_port}/live/health"
    gateway = f"http://127.0.0.1:{config.gateway_port}/api/v1/observations/health"
    # made before anybody is timed: it reads certificates, and a busy machine takes long over that
    web = httpx.AsyncClient(timeout=ANSWER_S, trust_env=False)
    async with web, asyncio.TaskGroup() as group:
        bus_facts = group.create_task(_bus(config, why))
        of_live = group.create_task(_neighbour(web, "live", live, why))
        of_gateway = group.create_task(_neighbour(web, "gateway", gateway, why))
    return bus_facts.result(), of_live.result(), of_gateway.result()


async def _neighbour(
    web: httpx.AsyncClient, name: str, address: str, why: dict[str, str]
) -> dict[str, Any] | None:
    """Ask a process on this machine how it is."""
    try:
        answer = await web.get(address)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        why[name] = repr(error)
        return None
    return said


async def _bus(config: Config, why: dict[str, str]) -> BusFacts | None:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(ALL_S):
            client = await nats.connect(
                config.nats_url,
                name="anlan health",
                user=config.nats_user,
                password=config.secret("nats_password_file"),
                connect_timeout=ANSWER_S,
                allow_reconnect=False,
            )
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            try:
                epoch, streams = await _streams(jetstream(client, ANSWER_S))
                last = await _recorder(client, config.node, why)
            finally:
                await client.close()
    except (OSError, TimeoutError, NatsError, ConfigurationError) as error:
        why["bus"] = repr(error)
        return None
    return BusFacts(answer_ms=took_ms, readings_epoch=epoch, streams=streams, recorder_last=last)


async def _recorder(client: Client, node: str, why: dict[str, str]) -> int | None:
    """Ask the recorder for the tail of no datastream: its answer says how far it has read."""
    question = encode_question(TailQuestion(numbers=(), start=0, end=0))
    try:
        answer = await client.request(bus.tail_subject(node, 0), question, timeout=ANSWER_S)
        return decode_tail(answer.data).last
    except (TimeoutError, NatsError, TailError) as error:
        why["recorder"] = repr(error)
        return None


async def _streams(js: JetStreamContext) -> tuple[str | None, dict[str, StreamFacts]]:
    epoch, found = None, {}
    for name in (bus.READINGS, bus.EVENTS, bus.MQTT_LOG):
        try:
            info = await js.stream_info(name)
        except NotFoundError:
            continue
        found[name] = StreamFacts(
            messages=info.state.messages,
            bytes=info.state.bytes,
            max_bytes=info.config.max_bytes or -1,
            last_seq=info.state.last_seq,
        )
        if name == bus.READINGS:
            epoch = (info.config.metadata or {}).get("epoch")
    return epoch, found


def head_age_s(config: Config) -> float | None:
    """Return how long ago the journal's head last left the database; null when it never did."""
    try:
        written = (config.path("audit_dir") / heads.FILE).stat().st_mtime
    except OSError:
        return None
    return max(0.0, time.time() - written)
