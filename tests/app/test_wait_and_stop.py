"""What waits or runs together ends when told to; no cancellation is lost."""

import asyncio
from contextlib import suppress

import pytest

from anlan.app.waiting import end_all, pause, run_together


async def test_a_pause_is_cut_short_by_its_event() -> None:
    stop = asyncio.Event()
    waiting = asyncio.create_task(pause(stop, 3600))
    await asyncio.sleep(0)
    stop.set()
    await waiting


async def test_a_pause_runs_out() -> None:
    await pause(asyncio.Event(), 0.001)


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancellation_in_the_moment_of_the_event_is_not_swallowed(turns: int) -> None:
    stop = asyncio.Event()

    async def wait_then_go_on() -> None:
        await pause(stop, 3600)
        await asyncio.Event().wait()

    waiting = asyncio.create_task(wait_then_go_on())
    await asyncio.sleep(0)
    stop.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    done, _ = await asyncio.wait({waiting}, timeout=30)
    assert done, "the cancellation was swallowed"
    assert waiting.cancelled()


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


async def test_an_error_while_ending_stays_in_the_task() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while tidying up")

    failing = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await end_all([failing])
    with pytest.raises(ValueError, match="tidying"):
        failing.result()
