"""Wait for what a task of ours, or somebody else's server, brings about."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 20.0


async def until(holds: Callable[[], object]) -> None:
    """Look again and again, while everything else goes on; what is looked at has no event to tell of it."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def ended(work: "asyncio.Task[None]") -> None:
    """End a task, whatever it says to that."""
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
