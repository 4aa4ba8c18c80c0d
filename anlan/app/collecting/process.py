"""The collector as a process: every source a task of its own, one sender, one outbox."""

import asyncio
import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.config import Checked, clear_text
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.sender import Sender
from anlan.app.collecting.sources import Task, prepared, sources
from anlan.app.collecting.state import Told
from anlan.kernel.base.config import ConfigurationError

log = logging.getLogger(__name__)

STATES_S = 1.0
FORGET_S = 3_600.0
MEGABYTE = 1024**2


async def run(checked: Checked, stop: asyncio.Event) -> None:
    """Collect and send until told to stop. Raises ConfigurationError before anything has begun."""
    said, found = checked.said, prepared(checked)
    with alone(checked.outbox_file):
        outbox = Outbox(
            checked.outbox_file,
            partial(composed, said.door.gateway),
            said.outbox.limit_mb * MEGABYTE,
        )
        for line in clear_text(said):
            log.warning("%s", line)
        thread = OutboxThread(outbox)
        door = Told("door", "door", address=said.door.url)
        sender = Sender(thread, found.client, said.door.url, said.door.user, found.key, door)
        tasks = [Task(door, sender.run), *sources(checked, found, thread)]
        try:
            await _all(tasks, thread, stop)
        finally:
            await found.client.aclose()
            await _tried(thread, partial(outbox.write_states, _bodies(tasks)))
            thread.close()


async def _all(tasks: list[Task], thread: OutboxThread, stop: asyncio.Event) -> None:
    """Run everything until told to stop; what fails is begun anew and disturbs nothing else."""
    running = [asyncio.create_task(_kept_alive(one), name=one.state.name) for one in tasks]
    running += [
        asyncio.create_task(_write_states(tasks, thread)),
        asyncio.create_task(_forget(thread)),
    ]
    log.info("collecting from %d sources", len(tasks) - 1)
    try:
        await stop.wait()
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _kept_alive(task: Task) -> None:
    """Run a source; when it fails, say so and begin it anew after a while."""
    backoff, clock = Backoff(), asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await task.run()
        except Exception as error:
            task.state.is_connected = False
            task.state.failed(error)
            log.exception("%s failed and is begun anew", task.state.name)
        if clock() - began > backoff.most_s:
            backoff.reset()  # it ran well for a while
        await backoff.wait()


async def _write_states(tasks: list[Task], thread: OutboxThread) -> None:
    """Write how everything fares, when it has changed."""
    written: dict[str, bytes] = {}
    while True:
        if (bodies := _bodies(tasks)) != written:
            await _tried(thread, partial(thread.outbox.write_states, bodies))
            written = bodies
        await asyncio.sleep(STATES_S)


async def _forget(thread: OutboxThread) -> None:
    while True:
        await _tried(thread, thread.outbox.forget)
        await asyncio.sleep(FORGET_S)


async def _tried(thread: OutboxThread, act: Callable[[], object]) -> None:
    """Do something that is nobody's data; a full disk is told by those who have some."""
    try:
        await thread.do(act)
    except Exception:
        log.exception("the outbox did not take it")


def _bodies(tasks: list[Task]) -> dict[str, bytes]:
    return {one.state.name: one.state.body() for one in tasks}


@contextmanager
def alone(outbox: Path) -> Iterator[None]:
    """Hold the outbox against a second collector. Raises ConfigurationError."""
    outbox.parent.mkdir(parents=True, exist_ok=True)
    with outbox.with_name(outbox.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                f"{outbox}：另一个采集器正在使用 · another collector is at work in it"
            ) from error
        yield
