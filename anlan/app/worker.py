"""The process behind the web: relay, reactions to events, deadlines, jobs, sending, heads of the chain.

Each part fares for itself: with NATS away the journal is still sealed and reacted to, with
PostgreSQL away all of it waits and comes back.
"""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from django.db import connection
from nats.aio.client import Client
from nats.errors import Error as NatsError
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import ConnectorException

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.dispatching import Dispatching
from anlan.app.head_forwarding import forward_heads
from anlan.app.readiness import ready
from anlan.app.relay import relay_journal
from anlan.app.subscribers import Reaction, subscribers
from anlan.app.told_refusals import keep_told
from anlan.app.waiting import end_all, pause
from anlan.kernel.base import bus, deadlines, heads
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.services.forgetting import forget_outlived
from anlan.kernel.base.unit_of_work import unit_of_work

log = logging.getLogger("anlan.worker")

SWEEP_S = 1.0
EXPORT_S = 600.0
CLEAN_S = 3600.0
RETRY_S = 2.0
JOBS_AT_ONCE = 2
#: A job that does not end in this time at a stop is aborted and runs again after the next start.
JOBS_GRACE_S = 10.0
#: What procrastinate may take to tidy up behind that.
TIDY_S = 5.0

_CLEAN = (
    "DELETE FROM base_idempotencykey WHERE created_at < now() - interval '7 days'",
    "DELETE FROM django_session WHERE expire_date < now() - interval '1 day'",
)


async def run(config: Config) -> None:
    """Work until told to stop; then what is pending is still sealed and published."""
    stop, relay_stop = asyncio.Event(), asyncio.Event()
    nats = Client()
    reactions = [Reaction(one) for one in subscribers()]

    def announce(position: int) -> None:
        for reaction in reactions:
            reaction.wake(position)

    def end() -> None:
        stop.set()
        announce(0)  # nobody sleeps on when there is nothing to come

    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, end)
    connecting = asyncio.create_task(bus.connect(config, "worker", nats))
    relaying = asyncio.create_task(relay_journal(config, nats, relay_stop, announce))
    parts: list[Coroutine[Any, Any, None]] = [
        *(reaction.react(stop) for reaction in reactions),
        sweep_deadlines(stop),
        sweep_deadlines(stop, are_long=True),
        run_jobs(stop),
        export_heads(config, stop),
        clean(stop),
        keep_told(config, nats, stop),
        Dispatching().run(stop),
    ]
    ready()
    try:
        # should the relay fall, the others end too and so does the process
        relaying.add_done_callback(lambda _relay: end())
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    finally:
        relay_stop.set()
        await relaying
        await asyncio.to_thread(export_head, config)
        await end_all([connecting])
        with suppress(NatsError):
            await nats.close()


async def sweep_deadlines(stop: asyncio.Event, *, are_long: bool = False) -> None:
    """Once a second let every slice handle what has come due."""
    database = DatabaseThread(machine("deadlines"))
    while not stop.is_set():
        for sweep in deadlines.sweeps(are_long=are_long):
            try:
                while await database.write(sweep.act, deadlines.AT_ONCE) >= deadlines.AT_ONCE:
                    pass
            except DatabaseAwayError:
                break
            except Exception:  # a slice's mistake must not stop the deadlines of the others
                log.exception("deadlines %s could not be swept", sweep.name)
        await pause(stop, SWEEP_S)
    await database.close()


async def run_jobs(stop: asyncio.Event) -> None:
    """Run long work (procrastinate), one life after the other should PostgreSQL go away."""
    while not stop.is_set():
        try:
            await _run_jobs_once(stop)
        except (ConnectorException, OSError) as error:
            log.warning("jobs wait, PostgreSQL is away: %r", error)
            await pause(stop, RETRY_S)


async def _run_jobs_once(stop: asyncio.Event) -> None:
    worker = jobs.with_connector(jobs.connector.get_worker_connector())
    async with worker.open_async():
        working = asyncio.create_task(
            worker.run_worker_async(
                name="anlan",
                concurrency=JOBS_AT_ONCE,
                install_signal_handlers=False,
                shutdown_graceful_timeout=JOBS_GRACE_S,
                delete_jobs="successful",
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_all([stopping])
            await end_all([working], JOBS_GRACE_S + TIDY_S)
        if not working.cancelled():
            working.result()  # an error is the caller's


async def export_heads(config: Config, stop: asyncio.Event) -> None:
    """Let the head of the chain leave the database every ten minutes; at the end `run` does."""
    while not stop.is_set():
        await asyncio.to_thread(export_head, config)
        await pause(stop, EXPORT_S)


def export_head(config: Config) -> None:
    """Add the head to the file and to the log; a full disk or a lost database is told, no more."""
    try:
        with unit_of_work(machine("audit"), read_only=True):
            head = heads.current()
        line = heads.export(config.path("audit_dir") / heads.FILE, head, config.node)
    except Exception:
        log.exception("the head of the journal could not leave the database")
    else:
        log.info("audit head %s", line)
    finally:
        connection.close()
    try:
        forward_heads(config)
    except OSError as error:
        log.warning("the collector of logs was not handed the heads, they wait: %s", error)


async def clean(stop: asyncio.Event) -> None:
    """Once an hour drop what has run out: answers kept for repeats, sessions."""
    database = DatabaseThread(machine("worker"))
    while not stop.is_set():
        with suppress(DatabaseAwayError):
            await database.write(_clean)
        await pause(stop, CLEAN_S)
    await database.close()


def _clean() -> None:
    with connection.cursor() as cursor:
        for statement in _CLEAN:
            cursor.execute(statement)
    forget_outlived()
