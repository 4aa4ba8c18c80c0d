"""Waiting ends when told to: no cancellation is lost, whatever is done in the same moment."""

import asyncio

import pytest

from anlan.app.waiting import ended, pause


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


async def test_what_swallows_a_cancellation_is_cancelled_again_until_it_is_over() -> None:
    swallowed = 0

    async def swallow_twice() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 2:
                    raise

    stubborn = asyncio.create_task(swallow_twice())
    await asyncio.sleep(0)
    await ended(stubborn, patience_s=0.01)
    assert stubborn.cancelled()
    assert swallowed == 3


async def test_an_error_while_ending_stays_in_the_task() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while tidying up")

    failing = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await ended(failing)
    with pytest.raises(ValueError, match="tidying"):
        failing.result()
