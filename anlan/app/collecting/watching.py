"""An OPC UA server to the outbox: changes as they come, what does not change read now and then."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from anlan.adapters.opcua.reading import Change
from anlan.adapters.opcua.watch import AwayError, Watch
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.last_known import LastKnown
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import now_ms, to_ms
from anlan.kernel.sensing.batch import BAD, CLOCK, GOOD
from anlan.kernel.sensing.sample import Sample

log = logging.getLogger(__name__)

#: A time further ahead than this is replaced by that of arrival at the door.
AHEAD_MS = 10_000


@dataclass(slots=True)
class Watching:
    """Watches one server until it is cancelled."""

    watch: Watch
    thread: OutboxThread
    state: Told
    backoff: Backoff = field(default_factory=Backoff)
    last: LastKnown = field(default_factory=LastKnown)
    _heard_ms: dict[str, int] = field(default_factory=dict)
    _last_ms: dict[str, int] = field(default_factory=dict)
    _skew_ms: int = 0

    async def run(self) -> None:
        """Subscribe, and begin anew when the line breaks."""
        said = self.watch.settings
        self.state.address = said.url
        try:
            while True:
                try:
                    await self.watch.open()
                    self._opened()
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._changes())
                        both.create_task(self._refresh())
                except* AwayError as group:
                    await self._away(group.exceptions[0])
        finally:
            await self.watch.close()
            self.state.is_connected = False

    def _opened(self) -> None:
        self.state.is_connected = True
        self.backoff.reset()
        for node, why in self.watch.refused.items():
            self.state.failed(f"{node}: {why}", "nodes_refused")
            log.warning("%s: %s cannot be watched: %s", self.state.name, node, why)

    async def _away(self, error: Exception) -> None:
        self.state.is_connected = False
        self.state.failed(error)
        missing = self.last.missing(self.watch.settings.node.values(), now_ms())
        if not await self.thread.keep_or_count(self.state, missing):
            self.last.not_kept(missing)
        await self.watch.close()
        await self.backoff.wait()

    async def _changes(self) -> None:
        """Keep what comes. Raises AwayError."""
        while True:
            changes = await self.watch.changes()
            self.state.counts["changes"] += len(changes)
            await self._keep(changes)

    async def _refresh(self) -> None:
        """Learn the server's clock, and read what has not changed for a while. Raises AwayError."""
        period_s = self.watch.settings.refresh_s
        while True:
            skew = await self.watch.skew()
            self._skew_ms = skew // timedelta(milliseconds=1)
            self.state.says_now(self.state.name, skew / timedelta(seconds=1))
            await asyncio.sleep(period_s)
            since = now_ms() - int(period_s * 900)
            quiet = {tag for tag, heard in self._heard_ms.items() if heard < since}
            if quiet:
                self.state.counts["refreshed"] += len(quiet)
                await self._keep(await self.watch.refresh(quiet))

    async def _keep(self, changes: Iterable[Change]) -> None:
        samples: list[Sample] = []
        for one in changes:
            heard_ms = now_ms()
            self._heard_ms[one.tag] = heard_ms
            at_ms = heard_ms if one.at is None else to_ms(one.at)
            if one.value is None:
                self.state.failed(f"{one.tag}: no number, status 0x{one.status:08X}", "missing")
                samples += self.last.missing([one.tag], at_ms)
            else:
                sample = Sample(one.tag, at_ms, one.value, one.quality)
                if sample.quality != BAD:
                    sample = self._in_order(sample, heard_ms)
                samples += self.last.judged(sample)
        if not await self.thread.keep_or_count(self.state, samples):
            self.last.not_kept(samples)

    def _in_order(self, sample: Sample, heard_ms: int) -> Sample:
        """Return a sample that is later than the last one of its tag.

        A refresh bears the server's time, a change the source's, whose clock may lag: what the platform takes for
        late it does not judge. Such a change is of now, by the server's clock, and its time is doubtful.
        """
        there_ms = heard_ms + self._skew_ms
        last_ms = self._last_ms.get(sample.tag)
        if last_ms is not None and sample.at_ms <= last_ms:
            quality = CLOCK if sample.quality == GOOD else sample.quality
            sample = Sample(sample.tag, max(there_ms, last_ms + 1), sample.value, quality)
            self.state.counts["times_replaced"] += 1
        # a time far ahead is replaced at the door: it must not push those that follow ahead too
        self._last_ms[sample.tag] = min(sample.at_ms, max(there_ms + AHEAD_MS, last_ms or 0))
        return sample
