"""The alarm engine: READINGS in by sequence, alarms and progress out in one transaction (7.2).

With PostgreSQL away it waits: READINGS is the log, and nothing is lost by waiting. With NATS away
there is nothing to judge; the consumer is made anew where the last message was.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.engine_memory import DatabaseMemory
from anlan.app.exercises import ExerciseJudging
from anlan.app.judging import Judging
from anlan.app.log_reader import LogReader, span_of
from anlan.app.readiness import ready
from anlan.app.resumption import Form, resume
from anlan.app.session import Session
from anlan.app.shard_group import ShardGroup, groups_of
from anlan.app.snapshots import Snapshots
from anlan.app.stopping import stop_when_told
from anlan.app.waiting import end_all, pause
from anlan.engines.alarms import kernel
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.alerts.services.members import write_members
from anlan.kernel.alerts.services.transitions import (
    apply_alone,
    apply_transitions,
    plan_statements,
)
from anlan.kernel.alerts.services.writers import beat, take_over
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.jetstream import jetstream
from anlan.kernel.base.permissions import machine

log = logging.getLogger("anlan.engine")

#: Progress is committed at least this often, also when nothing turned.
PROGRESS_S = 1.0
#: So many transitions are enough for one transaction; a catch-up has thousands.
AT_ONCE = 250
SNAPSHOT_S = 300.0
#: So long the engine writes step by step after one round trip was not enough.
BY_STEPS_S = 1.0
RETRY_S = 0.5
#: So often somebody looks for members of groups that wait for their rows.
LOOK_S = 0.25
#: So long the engine of exercises stays down after a fall.
FALLEN_S = 5.0
#: So long who judges beside may take to leave a snapshot.
PATIENCE_S = 3.0

REAL = Form(
    lambda epoch, seq: Judging(epoch, Judge(Kernel()), seq),
    lambda data: Judging.load(data, Kernel()),
)
EXERCISES = Form(
    lambda epoch, seq: ExerciseJudging(epoch, Judge(Kernel()), seq),
    lambda data: ExerciseJudging.load(data, Kernel()),
)


@dataclass(slots=True)
class Engine:
    """One running engine; `stop` ends it at the next commit."""

    config: Config
    nats: HearingClient
    group: ShardGroup
    database: DatabaseThread
    stop: asyncio.Event
    when_aloud: Callable[[], None] = lambda: None
    _committed_s: float = 0.0
    _by_steps_until_s: float = 0.0
    _snapshot_s: float = 0.0
    _writing: "asyncio.Task[None] | None" = None

    async def run(self) -> None:
        """Resume, catch up silently, then judge aloud until told to stop."""
        kernel.warm()
        js = jetstream(self.nats)
        await bus.ensure_streams(js, self.config)
        snapshots = Snapshots(self.config.path("snapshot_dir"), self.group.name)
        fence = await self._fence()
        await self._plan()
        session = await self._resumed(js, snapshots) if fence else None
        if fence is None or session is None:
            return
        session.fence = fence
        subjects = self.group.subjects(self.config.node)
        reader = LogReader(self.nats, js, session.judging.epoch, subjects)
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
                log.info("%s: aloud from message %s on", self.group.name, session.committed + 1)
                self.when_aloud()
            await self._commit_when_due(session)
            await self._snapshot_when_due(session, snapshots)

    async def _plan(self) -> None:
        """Have the statements planned now: the first alarm waits for nothing that can be done before."""
        with suppress(DatabaseAwayError):
            await self.database.write(plan_statements)

    async def _fence(self) -> str | None:
        """Become the one writer, or stand by while another lives; None when told to stop meanwhile.

        Raises ConflictError where shards would have to be joined.
        """
        is_told = False
        while not self.stop.is_set():
            try:
                fence = await self.database.write(take_over, self.group.name, self.group.shards)
            except DatabaseAwayError as error:
                log.warning("waiting for PostgreSQL: %s", error)
            else:
                if fence is not None:
                    return fence
                if not is_told:
                    is_told = True
                    log.info("%s: another engine is at work; standing by", self.group.name)
            await pause(self.stop, RETRY_S)
        return None

    async def _resumed(self, js: JetStreamContext, snapshots: Snapshots) -> Session | None:
        """Wait for PostgreSQL, which knows where we were; None when told to stop meanwhile."""
        span = await span_of(js)
        memory = DatabaseMemory(self.group.name, self.group.shards)
        form = EXERCISES if self.group.is_exercise else REAL
        while not self.stop.is_set():
            try:
                return await self.database.read(resume, memory, snapshots, span, form)
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
        """Write transitions at once, bare progress once a second; in silence say that we live."""
        is_due = time.monotonic() - self._committed_s >= PROGRESS_S
        if session.is_ahead and (session.waiting or is_due):
            await self._commit(session)
        elif session.is_silent and is_due:
            with suppress(DatabaseAwayError):
                await self.database.write(beat, session.group, session.fence)
            self._committed_s = time.monotonic()

    async def _commit(self, session: Session) -> None:
        """Write what was judged and the position, in one transaction; wait for PostgreSQL."""
        in_doubt = False
        while not self.stop.is_set():
            transitions, progress = session.output(now_ms())
            try:
                if not in_doubt or not await self.database.read(
                    self._has, progress.epoch, progress.seq
                ):
                    await self._write(transitions, progress)
            except DatabaseAwayError as error:
                log.warning("waiting for PostgreSQL: %s", error)
                in_doubt = True
                await pause(self.stop, RETRY_S)
            except ConflictError:
                # our own commit may have come through after we had asked for it
                if not in_doubt or not await self.database.read(
                    self._has, progress.epoch, progress.seq
                ):
                    raise
            else:
                session.was_committed()
                self._committed_s = time.monotonic()
                if transitions:
                    await self._tell_relay()
                return

    async def _write(self, transitions: Sequence[Transition], progress: Progress) -> None:
        """Write in one round trip, or step by step where an answer is needed in between.

        Where it was needed it will be for a while, and a refusal costs the plans of all statements.
        """
        if time.monotonic() >= self._by_steps_until_s:
            alone = partial(apply_alone, self.database.principal, transitions, progress)
            if await self.database.call(alone):
                return
            self._by_steps_until_s = time.monotonic() + BY_STEPS_S
        await self.database.write(apply_transitions, transitions, progress)

    async def _tell_relay(self) -> None:
        """Say that alarms wait in the journal; should it not be heard, the relay looks by itself."""
        with suppress(NatsError):
            await self.nats.publish(bus.pending_subject(self.config.node))

    def _has(self, epoch: str, seq: int) -> bool:
        """Tell whether a commit whose answer was lost had come through after all."""
        return DatabaseMemory(self.group.name, self.group.shards).progress() == (epoch, seq)

    async def _snapshot_when_due(self, session: Session, snapshots: Snapshots) -> None:
        """Copy the judge now and then; the writing goes on beside the judging."""
        is_due = time.monotonic() - self._snapshot_s >= SNAPSHOT_S
        if not is_due or session.is_ahead or session.is_silent:
            return
        if self._writing is not None and not self._writing.done():
            return
        self._snapshot_s = time.monotonic()
        name, content = snapshots.dump(session.judging)
        self._writing = asyncio.create_task(self._save(snapshots.write, name, content))

    async def _last_snapshot(self, session: Session, snapshots: Snapshots) -> None:
        """Leave a snapshot behind, so that the next start has nothing to replay."""
        if self._writing is not None:
            await self._writing
        if not session.is_ahead and not session.is_silent:
            await self._save(snapshots.write, *snapshots.dump(session.judging))

    @staticmethod
    async def _save(write: Callable[[str, bytes], None], name: str, content: bytes) -> None:
        """Write a snapshot; without room for it the log is only longer to replay."""
        try:
            await asyncio.to_thread(write, name, content)
        except OSError as error:
            log.warning("snapshot %s was not written: %s", name, error)


async def run(config: Config) -> None:
    """Run the engines of the configured shards until SIGTERM or SIGINT."""
    first, *others = groups_of(config.engine_shards)
    nats = await bus.connect(config, "engine")
    stop = asyncio.Event()
    stop_when_told(stop)
    beside = [asyncio.create_task(_judge_beside(config, nats, group, stop)) for group in others]
    if not first.is_exercise:
        beside.append(asyncio.create_task(_write_members(stop)))
    try:
        await _judge(config, nats, first, stop, ready)
    finally:
        stop.set()
        if beside:
            await asyncio.wait(beside, timeout=PATIENCE_S)
        await end_all(beside)
        await nats.close()


async def _judge(
    config: Config,
    nats: HearingClient,
    group: ShardGroup,
    stop: asyncio.Event,
    told: Callable[[], None],
) -> None:
    """Run one engine to its end, with a database thread of its own."""
    database = DatabaseThread(machine("engine"))
    try:
        await Engine(config, nats, group, database, stop, told).run()
    finally:
        await database.close()


async def _judge_beside(
    config: Config, nats: HearingClient, group: ShardGroup, stop: asyncio.Event
) -> None:
    """Judge exercises beside real life; should that fall it begins anew, and real life goes on."""
    while not stop.is_set():
        try:
            await _judge(config, nats, group, stop, lambda: None)
        except Exception:
            log.exception("the engine of group %s fell and begins anew", group.name)
        await pause(stop, FALLEN_S)


async def _write_members(stop: asyncio.Event) -> None:
    """Give members of groups their rows, in at most half of the time, so that people come first."""
    database = DatabaseThread(machine("engine"))
    try:
        while not stop.is_set():
            began_s = time.monotonic()
            try:
                written = await database.write(write_members)
            except DatabaseAwayError as error:
                log.debug("members wait: %s", error)
                written = 0
            except Exception:
                log.exception("members of a group could not be written")
                await pause(stop, FALLEN_S)
                continue
            took_s = time.monotonic() - began_s
            await pause(stop, took_s if written else LOOK_S)
    finally:
        await database.close()
