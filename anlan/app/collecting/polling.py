"""A Modbus device to the outbox: asked at its period, patient when it is away."""

import asyncio
import logging
from dataclasses import dataclass, field

from anlan.adapters.modbus.poller import AwayError, Device
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.last_known import LastKnown
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Polling:
    """Asks one device until it is cancelled."""

    device: Device
    thread: OutboxThread
    state: Told
    backoff: Backoff = field(default_factory=Backoff)
    last: LastKnown = field(default_factory=LastKnown)

    async def run(self) -> None:
        """Connect, ask, and begin anew when the line breaks."""
        where = self.device.settings
        self.state.address = f"{where.host}:{where.port}"
        try:
            while True:
                try:
                    await self.device.open()
                    await self._rounds()
                except AwayError as error:
                    self.state.is_connected = False
                    self.state.failed(error)
                    missing = self.last.missing((one.tag for one in where.register), now_ms())
                    await self._keep(missing)
                    await self.backoff.wait()
        finally:
            self.device.close()
            self.state.is_connected = False

    async def _rounds(self) -> None:
        """Ask at each tick of the period; a round that took too long leaves ticks out. Raises AwayError."""
        clock, period = asyncio.get_running_loop().time, self.device.settings.period_s
        due = clock()
        while True:
            at_ms = now_ms()
            answer = await self.device.read()
            self.state.counts["rounds"] += 1
            self.state.is_connected = any(value is not None for _, value in answer.values)
            self.backoff.reset()
            read = [
                self.last.note(Sample(one.tag, at_ms, value))
                for one, value in answer.values
                if value is not None
            ]
            missing = [one.tag for one, value in answer.values if value is None]
            if missing:
                self.state.counts["missing"] += len(missing)
                self.state.failed("; ".join(answer.reasons) or f"no number: {missing[0]}")
            await self._keep(read + self.last.missing(missing, at_ms))
            due = max(due + period, clock())
            await asyncio.sleep(due - clock())

    async def _keep(self, samples: list[Sample]) -> None:
        if not await self.thread.keep_or_count(self.state, samples):
            self.last.not_kept(samples)
