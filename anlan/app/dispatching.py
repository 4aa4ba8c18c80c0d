"""The loop that sends (外发): claim, send outside of any transaction, note what came back (7.21).

Each channel fares for itself: one that does not answer holds back nobody else. Killed anywhere between the
claim and the note, the dispatch is found `sending` and becomes unknown after its lease.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.waiting import end_all, pause
from anlan.kernel.base.permissions import Principal, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.channels import Answer, Channel, Outgoing, outside
from anlan.kernel.messaging.composing import compose
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.messaging.rules import Outcome
from anlan.kernel.messaging.services import dispatches

log = logging.getLogger("anlan.worker")

LOOK_S = 1.0
AWAY_S = 2.0
THREADS = 8
#: What is under way at a stop may come to its end; a channel's patience is 60 s at most.
GRACE_S = 15.0
WHO = "messaging.dispatching"


@dataclass(slots=True)
class Dispatching:
    """All channels, each with its own round."""

    database: DatabaseThread = field(init=False)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, "dispatch")
    )
    _rounds: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take a thread with a connection of its own."""
        self.database = DatabaseThread(machine(WHO))

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        while not stop.is_set():
            for channel in await self._described():
                before = self._rounds.get(channel.name)
                if before is None or before.done():
                    self._rounds[channel.name] = asyncio.create_task(self._round(channel, stop))
            await pause(stop, LOOK_S)
        if under_way := [one for one in self._rounds.values() if not one.done()]:
            await asyncio.wait(under_way, timeout=GRACE_S)
            await end_all(under_way)
        await self.database.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _described(self) -> tuple[Channel, ...]:
        """Return the channels; a description that nobody foresaw must not end the worker."""
        try:
            return await asyncio.to_thread(outside)
        except Exception:
            log.exception("the channels cannot be read")
            return ()

    async def _round(self, channel: Channel, stop: asyncio.Event) -> None:
        """Send what is due by one channel; what is away waits, what is wrong with us is told."""
        try:
            while not stop.is_set():
                claimed = await self.database.write(dispatches.claim_dispatches, channel=channel)
                if not claimed:
                    return
                await asyncio.gather(*(self._send(row, channel) for row in claimed))
        except DatabaseAwayError:
            await pause(stop, AWAY_S)
        except Exception:
            log.exception("channel %s: a round of sending failed", channel.name)

    async def _send(self, row: Dispatch, channel: Channel) -> None:
        outgoing = await self.database.call(lambda: composed(row, channel))
        if outgoing is None:
            await self.database.write(dispatches.withdraw_dispatch, dispatch_id=row.id)
            return
        if isinstance(outgoing, Answer):
            answer = outgoing
        else:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._threads, sent, channel, outgoing)
        await self.database.write(
            dispatches.note_answer,
            dispatch_id=row.id,
            tries=row.tries,
            answer=answer,
            channel=channel,
        )


def composed(row: Dispatch, channel: Channel) -> Outgoing | Answer | None:
    """Return what is sent of a dispatch, read in its own drill."""
    acting: Principal = replace(machine(WHO), exercise_id=row.exercise_id)
    with unit_of_work(acting, read_only=True):
        return compose(row, channel)


def sent(channel: Channel, outgoing: Outgoing) -> Answer:
    """Send. A mistake of ours is nobody's guess: it may have happened after the message left."""
    try:
        return channel.send(outgoing)
    except Exception:
        log.exception("channel %s failed by a mistake of ours", channel.name)
        return Answer(outcome=Outcome.UNKNOWN, reason="fault")
