"""The process behind the web: it relays the journal; jobs and deadlines join it as they come."""

import asyncio
import logging
import signal

from anlan.app.readiness import ready
from anlan.app.relay import relay_journal
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config

log = logging.getLogger("anlan.worker")


async def run(config: Config) -> None:
    """Relay until told to stop; what is pending then still leaves."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    nats = await bus.connect(config, "worker")
    try:
        await bus.ensure_streams(nats.jetstream(), config)
        ready()
        await relay_journal(config, nats, stop)
    finally:
        await nats.close()
