"""What history needs beside recording: files put together, the dead buried, the log kept short."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.disk import Disk
from anlan.adapters.parquet_history.orphans import settle_orphans
from anlan.adapters.parquet_history.retention import Expired, Keep, expired
from anlan.adapters.parquet_history.roll import Roller
from anlan.adapters.parquet_history.rolling import merges_due, rolls_due
from anlan.adapters.parquet_history.segments import FileTakenError
from anlan.adapters.parquet_history.tiers import due
from anlan.app.log_purge import engines_progress, purge_readings
from anlan.kernel.base import clock
from anlan.kernel.base.config import Config
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.ports import CatalogueAwayError, CatalogueConflictError

log = logging.getLogger(__name__)

T = TypeVar("T")

COMPACT_S = 60.0
PURGE_S = 3_600.0
#: Database or disk: the old files live on, and the next look may find them well.
ABSENT = (CatalogueAwayError, OSError)


async def in_thread(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Do something slow beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(pool, work)


@dataclass(frozen=True, slots=True)
class HistoryCare:
    """Housekeeping of one recorder, in a thread that flushes do not wait for."""

    config: Config
    catalogue: DjangoCatalogue
    pool: ThreadPoolExecutor
    disk: Disk

    async def compact_in_time(self) -> None:
        """Look once a minute whether files should be put together or unlinked."""
        while True:
            await asyncio.sleep(COMPACT_S)
            try:
                await in_thread(self.pool, self.compact)
            except (*ABSENT, CatalogueConflictError, FileTakenError) as error:
                log.warning("history is not compacted now: %s", error)

    def compact(self) -> None:
        """Settle what a crash left, put together what is due, unlink what is long dead."""
        folder = self.config.path("history_dir").resolve()
        settle_orphans(self.catalogue, folder, self.disk)
        # of a million datastreams a second's work and some memory: only where something is due
        resolutions = cache(self.catalogue.resolutions)
        compactor = Compactor(
            node=self.config.node, folder=folder, catalogue=self.catalogue, disk=self.disk
        )
        for job in due(self.catalogue.live(), clock.now_ms()):
            born = replace(compactor, resolutions=resolutions()).compact(job)
            log.info("%s files of history became %s", len(job.inputs), len(born))
        roller = Roller(
            node=self.config.node, folder=folder, catalogue=self.catalogue, disk=self.disk
        )
        for roll in rolls_due(self.catalogue.live(), clock.now_ms()):
            born = replace(roller, resolutions=resolutions()).roll(roll)
            log.info("a day of history is rolled up in %s files", len(born))
        for merge in merges_due(self.catalogue.live(), clock.now_ms()):
            born = replace(roller, resolutions=resolutions()).merge(merge)
            log.info("%s rollups became %s", len(merge.inputs), len(born))
        self.expire()
        compactor.retire(clock.now())

    def expired(self) -> list[Expired]:
        """Return what is kept no longer, by class: a dry run of `expire`."""
        keep = Keep(
            readings=self.config.keep_readings_days,
            rollups=self.config.keep_rollups_days,
            exercises=self.config.keep_exercises_days,
        )
        return expired(self.catalogue.live(), keep, clock.now_ms())

    def expire(self) -> list[Expired]:
        """Let go what is kept no longer; its files are unlinked after the grace time."""
        gone = self.expired()
        for one in gone:
            self.catalogue.expire(one.kind, one.days, one.files)
            log.warning("%s files of %s are kept no longer", len(one.files), one.kind)
        return gone

    async def purge_in_time(
        self, js: JetStreamContext, epoch: str, position: Callable[[], int]
    ) -> None:
        """Once an hour shorten READINGS; `position` says up to where history is on disk."""
        while True:
            await asyncio.sleep(PURGE_S)
            try:
                engine_seq = await in_thread(self.pool, lambda: self._engines(epoch))
                await purge_readings(
                    js, engine_seq=engine_seq, recorder_seq=position(), moment=clock.now()
                )
            except (*ABSENT, NatsError) as error:
                log.warning("READINGS is not purged now: %s", error)

    def _engines(self, epoch: str) -> int:
        with self.catalogue.asked():
            return engines_progress(epoch)
