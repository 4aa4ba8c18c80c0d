"""What runs together ends together, also a task that does not hear that it was told to stop."""

import asyncio
from contextlib import suppress

import pytest

from anlan.kernel.base.stopping import end_all, run_together


async def deaf(times: int, heard: list[int]) -> None:
    """Go on as `wait_for` of Python 3.11 lets a task do: the first cancellations are swallowed."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append(1)
            if len(heard) > times:
                raise


async def test_a_task_that_swallows_a_cancellation_is_asked_again() -> None:
    heard: list[int] = []
    task = asyncio.create_task(deaf(2, heard))
    await asyncio.sleep(0)
    await end_all([task])
    assert task.cancelled()
    assert len(heard) == 3


async def test_who_is_stopped_while_stopping_finishes_it_and_passes_it_on() -> None:
    heard: list[int] = []
    task = asyncio.create_task(deaf(2, heard))
    stopping = asyncio.create_task(end_all([task]))
    await asyncio.sleep(0.01)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert task.cancelled()


async def test_one_failure_stops_the_others_and_is_raised() -> None:
    heard: list[int] = []

    async def fall() -> None:
        await asyncio.sleep(0)
        raise LookupError("no more")

    with pytest.raises(LookupError):
        await run_together(deaf(1, heard), fall())
    assert len(heard) == 2


async def test_being_cancelled_stops_every_part() -> None:
    heard: list[int] = []
    running = asyncio.create_task(run_together(deaf(1, heard), deaf(3, heard)))
    await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert running.cancelled()
    assert len(asyncio.all_tasks()) == 1


async def test_parts_that_end_by_themselves_are_waited_for() -> None:
    done: list[str] = []

    async def work(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(name)

    await run_together(work("late", 0.02), work("early", 0))
    assert done == ["early", "late"]
