"""The recorder: READINGS by sequence into Parquet segments and their catalogue (2a, 7.4, 7.17).

With PostgreSQL away it goes on writing and registers later; with the disk full it keeps what it
has, up to a limit, and then stops reading: READINGS is the log. With NATS away it finishes what it
has and waits.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.db import close_old_connections, connections
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.segments import FileTakenError
from anlan.adapters.parquet_history.tail import TailError, decode_question, encode_tail
from anlan.adapters.parquet_history.writer import HistoryWriter, UncertainFlushError
from anlan.app.history_care import HistoryCare, in_thread
from anlan.app.history_place import disk_of
from anlan.app.log_message import LogMessage
from anlan.app.log_reader import LogReader
from anlan.app.readiness import ready
from anlan.app.stopping import stop_when_told
from anlan.app.waiting import end_all, pause
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.jetstream import jetstream
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.batch import BatchError, decode
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.ports import CatalogueAwayError

log = logging.getLogger(__name__)

RETRY_S = 0.5
#: History may be so much behind the log; what it asks for then comes together.
APART_S = 0.1
#: So many rows may wait for the disk (about 40 bytes each) before reading stops.
WAITING_MAX = 5_000_000


class AnotherRecorderError(RuntimeError):
    """A recorder writes into this folder already."""


@contextmanager
def database_door() -> Iterator[None]:
    """Open a unit of work of the recorder in whatever thread asks the catalogue."""
    close_old_connections()
    with unit_of_work(machine("recorder")):
        yield


@dataclass(slots=True)
class Recorder:
    """One running recorder; `stop` lets it write what it has and end."""

    config: Config
    nats: HearingClient
    disk: Disk
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    catalogue: DjangoCatalogue = field(default_factory=lambda: DjangoCatalogue(database_door))
    _pen: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _press: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _was_away: bool = False
    _is_broken: bool = False

    async def run(self) -> None:
        """Record until told to stop. Raises LogChangedError, FileTakenError, UncertainFlushError."""
        folder = self.config.path("history_dir").resolve()
        with _alone_in(folder):
            js = jetstream(self.nats)
            epoch = (await bus.ensure_streams(js, self.config)).readings_epoch
            writer = HistoryWriter(
                node=self.config.node,
                epoch=epoch,
                folder=folder,
                catalogue=self.catalogue,
                disk=self.disk,
            )
            position = await in_thread(self._pen, writer.start)
            log.info("recording %s behind message %s", epoch, position)
            reader = LogReader(self.nats, js, epoch, [f"{self.config.node}.rd.>"], apart_s=APART_S)
            await self.nats.subscribe(
                bus.tail_subject(self.config.node, 0).removesuffix("0") + "*",
                cb=partial(_answer, writer),
            )
            await self._flush(writer)  # files found are registered before anything new
            try:
                await self._work(writer, reader, epoch)
            finally:
                await reader.close()
                if not self._is_broken:
                    await self._flush(writer)

    async def _work(self, writer: HistoryWriter, reader: LogReader, epoch: str) -> None:
        care = HistoryCare(self.config, self.catalogue, self._press, self.disk)
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._flush_in_time(writer)),
                tasks.create_task(care.compact_in_time()),
                tasks.create_task(care.purge_in_time(reader.js, epoch, lambda: writer.position)),
            ]
            await self._read(writer, reader)
            await end_all(beside)

    async def _read(self, writer: HistoryWriter, reader: LogReader) -> None:
        seen = writer.position
        is_told = False
        while not self.stop.is_set():
            if writer.waiting_rows > WAITING_MAX:
                await pause(self.stop, RETRY_S)
                continue
            messages = await reader.fetch()
            if messages is None:
                try:
                    await reader.open(seen)
                except (NatsError, OSError) as error:
                    log.warning("waiting for NATS: %r", error)
                    await pause(self.stop, RETRY_S)
                continue
            for message in messages:
                _take(writer, message)
                seen = message.seq
            if not is_told:
                is_told = True
                ready()

    async def _flush_in_time(self, writer: HistoryWriter) -> None:
        while True:
            await asyncio.sleep(self.config.segment_seconds)
            await self._flush(writer)

    async def _flush(self, writer: HistoryWriter) -> None:
        """Write and register; a full disk and an absent database are told and waited for."""
        try:
            rows = await in_thread(self._pen, writer.flush)
            log.debug("%s rows on disk, up to message %s", rows, writer.position)
        except OSError as error:
            log.error("the disk does not take readings: %s", error)  # noqa: TRY400 - each 10 s
        except (FileTakenError, UncertainFlushError):
            self._is_broken = True
            raise
        try:
            await in_thread(self._pen, writer.register)
        except CatalogueAwayError as error:
            if not self._was_away:
                log.warning("files are written and registered later: %s", error)
            self._was_away = True
        else:
            self._was_away = False

    async def close(self) -> None:
        """Close the threads' connections and end the threads."""
        for pool in (self._pen, self._press):
            await in_thread(pool, connections.close_all)
            pool.shutdown()


def _take(writer: HistoryWriter, message: LogMessage) -> None:
    """Hand one message on; what cannot be read stays in READINGS for a day, and is told."""
    if message.kind in {bus.MQTT, bus.HTTP}:
        try:
            writer.add(message.seq, message.shard, decode(message.payload))
        except BatchError:
            log.exception("message %s of READINGS is not a batch", message.seq)
        else:
            return
    writer.pass_over(message.seq)


async def _answer(writer: HistoryWriter, message: Msg) -> None:
    try:
        question = decode_question(message.data)
    except TailError as error:
        log.warning("%s", error)
        return
    tail = writer.tail(question.numbers, question.start, question.end)
    await message.respond(encode_tail(tail))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel lets go of it however we end."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    with (folder / "recorder.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AnotherRecorderError(
                f"a recorder (pid {lock.read().strip()}) writes into {folder}. 历史记录进程已在运行"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def run(config: Config) -> None:
    """Run the recorder until SIGTERM or SIGINT."""
    nats = await bus.connect(config, "recorder")
    recorder = Recorder(config, nats, disk_of(config))
    stop_when_told(recorder.stop)
    try:
        await recorder.run()
    finally:
        await nats.close()
        await recorder.close()
