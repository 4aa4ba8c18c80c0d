"""The alarm engine: READINGS in by sequence, alarms and progress out in one transaction (7.2).

With PostgreSQL away it waits: READINGS is the log, and nothing is lost by waiting. With NATS away
there is nothing to judge; the consumer is made anew where the last message was.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.errors import Error as NatsError

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.engine_memory import DatabaseMemory
from anlan.app.judging import Session
from anlan.app.log_message import LogSpan
from anlan.app.log_reader import LogReader, span_of
from anlan.app.readiness import ready
from anlan.app.resumption import resume
from anlan.app.snapshots import Snapshots
from anlan.app.stopping import stop_when_told
from anlan.app.waiting import pause
from anlan.engines.alarms import kernel
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine

log = logging.getLogger("anlan.engine")

#: One engine judges every shard of real readings; later several own some each (7.18).
GROUP = "main"
#: Progress is committed at least this often, also when nothing turned.
PROGRESS_S = 1.0
#: So many transitions are enough for one transaction; a catch-up has thousands.
AT_ONCE = 250
SNAPSHOT_S = 300.0
RETRY_S = 0.5


@dataclass(slots=True)
class Engine:
    """One running engine; `stop` ends it at the next commit."""

    config: Config
    nats: Client
    database: DatabaseThread
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _committed_s: float = 0.0
    _snapshot_s: float = 0.0
    _writing: "asyncio.Task[None] | None" = None

    async def run(self) -> None:
        """Resume, catch up silently, then judge aloud until told to stop."""
        kernel.warm()
        js = self.nats.jetstream(timeout=5)
        await bus.ensure_streams(js, self.config)
        snapshots = Snapshots(self.config.path("snapshot_dir"), GROUP)
        session = await self._resumed(await span_of(js), snapshots)
        if session is None:
            return
        reader = LogReader(js, self.config.node, session.judging.epoch)
        self._snapshot_s = time.monotonic()
        try:
            await self._judge(reader, session, snapshots)
        finally:  # also when the log was made anew: its next life begins with this judge
            await self._last_snapshot(session, snapshots)
            await reader.close()

    async def _judge(self, reader: LogReader, session: Session, snapshots: Snapshots) -> None:
        """Hear the log until told to stop. Raises LogChangedError."""
        is_told = False
        while not self.stop.is_set():
            messages = await reader.fetch()
            if messages is None:
                await self._reopen(reader, session)
                continue
            for message in messages:
                session.take(message)
                if len(session.waiting) >= AT_ONCE:
                    await self._commit(session)
                if self.stop.is_set():
                    break
            if not session.is_silent and not is_told:
                is_told = True
                log.info("aloud from message %s on", session.committed + 1)
                ready()
            await self._commit_when_due(session)
            await self._snapshot_when_due(session, snapshots)

    async def _resumed(self, span: LogSpan, snapshots: Snapshots) -> Session | None:
        """Wait for PostgreSQL, which knows where we were; None when told to stop meanwhile."""
        memory = DatabaseMemory(GROUP)
        while not self.stop.is_set():
            try:
                return await self.database.read(resume, memory, snapshots, span, kernel.Kernel)
            except DatabaseAwayError as error:
                log.warning("waiting for PostgreSQL: %s", error)
                await pause(self.stop, RETRY_S)
        return None

    async def _reopen(self, reader: LogReader, session: Session) -> None:
        """Make the consumer behind the last message heard. Raises LogChangedError."""
        try:
            await reader.open(session.judging.seq)
        except (NatsError, OSError) as error:
            log.warning("waiting for NATS: %r", error)
            await pause(self.stop, RETRY_S)

    async def _commit_when_due(self, session: Session) -> None:
        """Write transitions at once, bare progress once a second."""
        is_due = time.monotonic() - self._committed_s >= PROGRESS_S
        if session.is_ahead and (session.waiting or is_due):
            await self._commit(session)

    async def _commit(self, session: Session) -> None:
        """Write what was judged and the position, in one transaction; wait for PostgreSQL."""
        in_doubt = False
        while not self.stop.is_set():
            transitions, progress = session.output(now_ms())
            try:
                if not in_doubt or not await self.database.read(
                    self._has, progress.epoch, progress.seq
                ):
                    await self.database.write(apply_transitions, transitions, progress)
            except DatabaseAwayError as error:
                log.warning("waiting for PostgreSQL: %s", error)
                in_doubt = True
                await pause(self.stop, RETRY_S)
            else:
                session.was_committed()
                self._committed_s = time.monotonic()
                return

    @staticmethod
    def _has(epoch: str, seq: int) -> bool:
        """Tell whether a commit whose answer was lost had come through after all."""
        return DatabaseMemory(GROUP).progress() == (epoch, seq)

    async def _snapshot_when_due(self, session: Session, snapshots: Snapshots) -> None:
        """Copy the judge now and then; the writing goes on beside the judging."""
        is_due = time.monotonic() - self._snapshot_s >= SNAPSHOT_S
        if not is_due or session.is_ahead or session.is_silent:
            return
        if self._writing is not None and not self._writing.done():
            return
        self._snapshot_s = time.monotonic()
        name, content = snapshots.dump(session.judging)
        self._writing = asyncio.create_task(self._write(snapshots.write, name, content))

    async def _last_snapshot(self, session: Session, snapshots: Snapshots) -> None:
        """Leave a snapshot behind, so that the next start has nothing to replay."""
        if self._writing is not None:
            await self._writing
        if not session.is_ahead and not session.is_silent:
            await self._write(snapshots.write, *snapshots.dump(session.judging))

    @staticmethod
    async def _write(write: Callable[[str, bytes], None], name: str, content: bytes) -> None:
        """Write a snapshot; without room for it the log is only longer to replay."""
        try:
            await asyncio.to_thread(write, name, content)
        except OSError as error:
            log.warning("snapshot %s was not written: %s", name, error)


async def run(config: Config) -> None:
    """Run the engine until SIGTERM or SIGINT."""
    nats = await bus.connect(config, "engine")
    engine = Engine(config, nats, DatabaseThread(machine("engine")))
    stop_when_told(engine.stop)
    try:
        await engine.run()
    finally:
        await nats.close()
        await engine.database.close()
