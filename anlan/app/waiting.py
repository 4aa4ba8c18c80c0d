"""Tasks that run together, wait, and surely end when told to.

On Python 3.11 `asyncio.wait_for` swallows a cancellation that arrives together with its result
(mended in 3.12), and nats-py waits by it for every answer: a task that was told to stop goes on as
if nobody had asked. So we use `asyncio.timeout`, and whoever stops a task asks until it has ended.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

#: A task that has not ended by then is asked again.
ASK_AGAIN_S = 0.1


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, but not beyond the event."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()


async def run_together(*parts: Coroutine[Any, Any, Any]) -> None:
    """Run all parts until all have ended; should one fail, the others are stopped. Raises it."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await end_all(tasks)
    for task in done:
        task.result()


async def end_all(tasks: Iterable["asyncio.Task[Any]"], ask_again_s: float = ASK_AGAIN_S) -> None:
    """Stop tasks and wait until each has ended; what they raise stays in them.

    Being cancelled meanwhile does not keep us from it; it is passed on at the end.
    """
    running = {task for task in tasks if not task.done()}
    asked_too: asyncio.CancelledError | None = None
    while running:
        for task in running:
            task.cancel()
        try:
            await asyncio.wait(running, timeout=ask_again_s)
        except asyncio.CancelledError as error:
            asked_too = error
        running = {task for task in running if not task.done()}
    if asked_too is not None:
        raise asked_too
