"""What the live stream refused, heard by the worker and written down as every other refused act."""

import asyncio
import logging
from contextlib import suppress

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.streaming.refusals import Told
from anlan.app.waiting import pause
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import Principal, machine
from anlan.kernel.base.services.refusals import record_refusal
from anlan.kernel.base.unit_of_work import unit_of_work

log = logging.getLogger("anlan.worker")

RETRY_S = 2.0
#: Workers share what is told: each refusal is given to one of them, and written once.
QUEUE = "refusals"
#: What waits here to be written; beyond it nothing is taken, and NATS says so in its log.
WAITING_MAX = 1_000
#: So long a worker that stops writes down what it has been told already.
LAST_S = 3.0


async def keep_told(config: Config, nats: Client, stop: asyncio.Event) -> None:
    """Write down what is told, one after the other, until the worker stops."""
    database = DatabaseThread(machine("refusals"))

    async def heard(message: Msg) -> None:
        try:
            told = msgspec.json.decode(message.data, type=Told)
            await database.call(lambda: keep(told))
        except (msgspec.MsgspecError, DatabaseAwayError) as error:
            log.warning("a refusal of the live stream could not be written down: %r", error)

    while not nats.is_connected:
        await pause(stop, RETRY_S)
        if stop.is_set():
            break
    else:
        told = await nats.subscribe(
            bus.refusals_subject(config.node), QUEUE, cb=heard, pending_msgs_limit=WAITING_MAX
        )
        await stop.wait()
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(LAST_S):
                await told.drain()  # what has been told to us nobody else will write down
    await database.close()


def keep(told: Told) -> None:
    """Write one refusal into the journal, within the bounds of all refusals of this person."""
    person = Principal(actor=told.actor, name="", exercise_id=told.exercise_id)
    if not person.is_machine:
        with unit_of_work(person):
            record_refusal(told.said)
