"""The outbox out of the event loop: its disk may take its time, the lines to the plants go on."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from anlan.app.collecting.outbox import Outbox, OutboxFullError
from anlan.app.collecting.state import Told
from anlan.kernel.sensing.sample import Sample

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class OutboxThread:
    """All work on one outbox, one after the other; `filled` is set when there is something to send."""

    outbox: Outbox
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="outbox")
    )

    async def do(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a method of the outbox; when this returns, what it did is on disk."""
        return await asyncio.wrap_future(self._worker.submit(act, *args, **kwargs))

    async def keep(
        self, source: str, samples: Sequence[Sample], names: Sequence[str] = (), whole: str = ""
    ) -> bool:
        """Keep samples as `Outbox.keep` does, and wake the sender. Raises OutboxFullError."""
        kept = await self.do(self.outbox.keep, source, samples, names, whole)
        if samples:
            self.filled.set()
        return kept

    async def keep_or_count(self, state: Told, samples: list[Sample]) -> bool:
        """Keep what came from a device that cannot be asked to wait; False: no room, refused and counted."""
        if not samples:
            return True
        try:
            await self.keep(state.name, samples)
        except OutboxFullError as error:
            state.failed(error, "refused_full")
            state.counts["readings_refused"] += len(samples)
            return False
        state.kept(samples)
        return True

    def close(self) -> None:
        """Finish what was begun, then close the file."""
        self._worker.shutdown()
        self.outbox.close()
