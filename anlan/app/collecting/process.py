"""The collector as a process: every source a task of its own, one sender, one outbox."""

import asyncio
import fcntl
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from anlan.adapters.hj212.server import StationDoor
from anlan.adapters.hj212.settings import Listen
from anlan.adapters.modbus.settings import Polled
from anlan.adapters.opcua.settings import Watched
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.config import Checked
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.sender import Sender, client_for
from anlan.app.collecting.state import Told
from anlan.app.collecting.stations import StationDesk
from anlan.kernel.base.config import ConfigurationError

log = logging.getLogger(__name__)

STATES_S = 1.0
FORGET_S = 3_600.0
MEGABYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Task:
    """Something that runs for as long as the process: its state, and how it is begun."""

    state: Told
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The secrets and certificates that a file names, read."""

    key: bytes = field(repr=False)
    passwords: dict[tuple[str, str], bytes] = field(repr=False)
    client: httpx.AsyncClient


def prepared(checked: Checked) -> Prepared:
    """Read what the file names. Raises ConfigurationError."""
    return Prepared(checked.key(), _passwords(checked), _client(checked))


async def run(checked: Checked, stop: asyncio.Event) -> None:
    """Collect and send until told to stop. Raises ConfigurationError before anything has begun."""
    said, found = checked.said, prepared(checked)
    with alone(checked.outbox_file):
        outbox = Outbox(
            checked.outbox_file,
            partial(composed, said.door.gateway),
            said.outbox.limit_mb * MEGABYTE,
        )
        thread = OutboxThread(outbox)
        door = Told("door", "door", address=said.door.url)
        sender = Sender(thread, found.client, said.door.url, said.door.user, found.key, door)
        tasks = [Task(door, sender.run)]
        tasks += [_stations(one, found.passwords, thread) for one in said.hj212]
        tasks += [_device(one, thread) for one in said.modbus]
        tasks += [_server(one, found, checked.folder, thread) for one in said.opcua]
        try:
            await _all(tasks, thread, stop)
        finally:
            await found.client.aclose()
            await thread.do(outbox.write_states, _bodies(tasks))
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
    backoff = Backoff()
    while True:
        try:
            await task.run()
        except Exception as error:
            task.state.is_connected = False
            task.state.failed(error)
            log.exception("%s failed and is begun anew", task.state.name)
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


def _stations(
    settings: Listen, passwords: dict[tuple[str, str], bytes], thread: OutboxThread
) -> Task:
    state = Told(settings.name, "hj212")
    known = {one.mn: (one, passwords[settings.name, one.mn]) for one in settings.station}
    desk = StationDesk(settings.name, known, thread, state)

    def opened(address: str) -> None:
        state.address, state.is_connected = address, True
        log.info("%s listens at %s", settings.name, address)

    def told(word: str, why: str) -> None:
        state.failed(why, word)
        log.warning("%s: %s: %s", settings.name, word, why)

    return Task(state, StationDoor(settings, desk, told, opened).run)


def _device(settings: Polled, thread: OutboxThread) -> Task:
    # only those whose plant has such a device load its library

    # only those whose plant has such a device load its library
    from anlan.adapters.modbus.poller import Device
    from anlan.app.collecting.polling import Polling

    state = Told(settings.name, "modbus")
    return Task(state, Polling(Device(settings), thread, state).run)


def _server(settings: Watched, found: Prepared, folder: Path, thread: OutboxThread) -> Task:
    from anlan.adapters.opcua.watch import Watch
    from anlan.app.collecting.watching import Watching

    state = Told(settings.name, "opcua")
    password = found.passwords.get((settings.name, settings.user), b"").decode()
    return Task(state, Watching(Watch(settings, folder, password), thread, state).run)


def _passwords(checked: Checked) -> dict[tuple[str, str], bytes]:
    """Read all passwords: by source, and station or user."""
    stations = {
        (door.name, one.mn): checked.secret(f"{one.mn}: password_file", one.password_file)
        for door in checked.said.hj212
        for one in door.station
    }
    users = {
        (one.name, one.user): checked.secret(f"{one.name}: password_file", one.password_file)
        for one in checked.said.opcua
        if one.user
    }
    return stations | users


def _client(checked: Checked) -> httpx.AsyncClient:
    """Return the client for the door. Raises ConfigurationError where a certificate cannot be used."""
    door, folder = checked.said.door, checked.folder
    own = (str(folder / door.certificate_file), str(folder / door.certificate_key_file))
    try:
        return client_for(
            str(folder / door.ca_file) if door.ca_file else "",
            own if door.certificate_file else None,
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"door：证书用不了 · a certificate cannot be used: {error}"
        ) from error


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
