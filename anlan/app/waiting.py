"""Waiting that always ends when told to.

`asyncio.wait_for` of Python 3.11 swallows a cancellation that comes in the moment in which the awaited
thing is done; whoever was cancelled then goes on for ever. We use `asyncio.timeout`, and where a
library waits in the old way we do not ask once only.
"""

import asyncio
from contextlib import suppress
from typing import Any

#: How long a cancelled task may take to tidy up before it is cancelled again.
PATIENCE_S = 5.0


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, but not beyond the event."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()


async def ended(task: "asyncio.Task[Any]", patience_s: float = PATIENCE_S) -> None:
    """Cancel a task until it is over, however it ends; what it raised stays in the task."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience_s)
