"""The alarm engine: READINGS in by sequence, alarms and progress out in one transaction (7.2).

With PostgreSQL away it waits: READINGS is the log, and nothing is lost by waiting. With NATS away
there is nothing to judge; the consumer is made anew where the last message was.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.engine_memory import DatabaseMemory
from anlan.app.judging import LogMessage, Session
from anlan.app.readiness import ready
from anlan.app.resumption import LogSpan, resume
from anlan.app.snapshots import Snapshots
from anlan.engines.alarms import kernel
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine

log = logging.getLogger("anlan.engine")

#: One engine judges every shard of real readings; later several own some each (7.18).
GROUP = "main"
FETCH = 1000
FETCH_S = 0.25
#: Progress is committed at least this often, also when nothing turned.
PROGRESS_S = 1.0
SNAPSHOT_S = 300.0
RETRY_S = 0.5


class LogChangedError(RuntimeError):
    """READINGS was made anew while we read it: start again, in its new life."""


@dataclass(slots=True)
class LogReader:
    """READINGS by sequence: an ephemeral consumer without acknowledgements, made anew at need."""

    js: JetStreamContext
    node: str
    _pull: JetStreamContext.PullSubscription | None = None
    _expected: int = 1

    async def span(self) -> LogSpan:
        """Return what the log holds."""
        info = await self.js.stream_info(bus.READINGS)
        return LogSpan(bus.epoch_of(info.config), info.state.first_seq, info.state.last_seq)

    async def open(self, after: int) -> None:
        """Read on behind a message."""
        await self.close()
        self._pull = await self.js.pull_subscribe(
            f"{self.node}.rd.>",
            stream=bus.READINGS,
            config=ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=after + 1,
                inactive_threshold=60.0,
                mem_storage=True,
            ),
        )
        self._expected = 1

    async def fetch(self) -> list[LogMessage] | None:
        """Return what there is, [] when nothing came for a while; None: make the consumer anew."""
        if self._pull is None:
            return None
        try:
            messages = await self._pull.fetch(FETCH, timeout=FETCH_S)
        except TimeoutError:
            return [] if await self._is_alive() else None
        except (NatsError, OSError) as error:
            log.warning("READINGS cannot be read: %r", error)
            return None
        found: list[LogMessage] = []
        for message in messages:
            if message.metadata.sequence.consumer != self._expected:
                log.warning("a message was lost on its way to us, behind %s", len(found))
                self._pull = None
                break
            self._expected += 1
            found.append(_log_message(message))
        return found

    async def _is_alive(self) -> bool:
        """Ask whether the consumer is still there: a restarted server has forgotten it."""
        if self._pull is None:
            return False
        try:
            await self._pull.consumer_info()
        except (NatsError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Let go of the consumer; the server forgets it by itself where we cannot."""
        if self._pull is not None:
            try:
                await self._pull.unsubscribe()
            except (NatsError, OSError) as error:
                log.debug("the old consumer ends by its threshold: %r", error)
            self._pull = None


def _log_message(message: Msg) -> LogMessage:
    """Say a message of NATS in our words."""
    shard, kind = bus.readings_parts(message.subject)
    about = message.metadata
    stored_ms = round(about.timestamp.timestamp() * 1000)
    return LogMessage(about.sequence.stream, shard, kind, message.data, stored_ms)


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
        reader = LogReader(js, self.config.node)
        snapshots = Snapshots(self.config.path("snapshot_dir"), GROUP)
        session = await self._resumed(await reader.span(), snapshots)
        if session is None:
            return
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
                await self._pause()
        return None

    async def _reopen(self, reader: LogReader, session: Session) -> None:
        """Make the consumer behind the last message heard, if the log is still the same one."""
        try:
            epoch = (await reader.span()).epoch
            if epoch != session.judging.epoch:
                raise LogChangedError(f"READINGS was {session.judging.epoch}, now is {epoch}")
            await reader.open(session.judging.seq)
        except (NatsError, OSError) as error:
            log.warning("waiting for NATS: %r", error)
            await self._pause()

    async def _commit_when_due(self, session: Session) -> None:
        """Write transitions at once, bare progress once a second; wait for PostgreSQL."""
        if not session.is_ahead:
            return
        if not session.waiting and time.monotonic() - self._committed_s < PROGRESS_S:
            return
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
                await self._pause()
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

    async def _pause(self) -> None:
        """Wait a little, or less when told to stop."""
        try:
            async with asyncio.timeout(RETRY_S):
                await self.stop.wait()
        except TimeoutError:
            return


async def run(config: Config) -> None:
    """Run the engine until SIGTERM or SIGINT."""
    nats = await bus.connect(config, "engine")
    engine = Engine(config, nats, DatabaseThread(machine("engine")))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, engine.stop.set)
    try:
        await engine.run()
    finally:
        await nats.close()
        await engine.database.close()
