"""What a file names, made: its secrets read, its sources ready to run."""

import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from anlan.adapters.hj212.server import StationDoor
from anlan.adapters.hj212.settings import Listen
from anlan.adapters.modbus.settings import Polled
from anlan.adapters.opcua.settings import Watched
from anlan.adapters.platform_json.settings import Peer
from anlan.app.collecting.config import Checked
from anlan.app.collecting.dropping import Dropping
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pull_sources import pulls
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.sender import client_for
from anlan.app.collecting.state import Told
from anlan.app.collecting.stations import StationDesk
from anlan.kernel.base.config import ConfigurationError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that runs for as long as the process: its state, and how it is begun."""

    state: Told
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The secrets and certificates that a file names, read; `secrets` by source, and station or user."""

    key: bytes = field(repr=False)
    secrets: dict[tuple[str, str], bytes] = field(repr=False)
    client: httpx.AsyncClient


def prepared(checked: Checked) -> Prepared:
    """Read what the file names. Raises ConfigurationError."""
    secrets = {
        (source, of): checked.secret(f"{source} {of}: {file}", file)
        for source, of, file in _files_of_secrets(checked)
    }
    return Prepared(checked.key(), secrets, _client(checked))


def sources(checked: Checked, found: Prepared, thread: OutboxThread) -> Iterator[Task]:
    """Yield every source that the file names."""
    said, folder = checked.said, checked.folder
    for door in said.hj212:
        yield _stations(door, found, thread)
    for device in said.modbus:
        yield _device(device, thread)
    for server in said.opcua:
        yield _server(server, found, folder, thread)
    for dropped in said.files:
        state = Told(dropped.name, "files")
        yield Task(state, Dropping(dropped, folder / dropped.folder, thread, state).run)
    for peer in said.platform:
        yield _peer(peer, found, folder, thread)
    for one in pulls(checked, found.secrets):
        state = Told(one.settings.name, one.kind)
        yield Task(
            state, Pulling(one.source, one.settings, one.settings.period_s, thread, state).run
        )


def _files_of_secrets(checked: Checked) -> Iterator[tuple[str, str, str]]:
    said = checked.said
    for door in said.hj212:
        for station in door.station:
            yield door.name, station.mn, station.password_file
    for server in said.opcua:
        if server.user:
            yield server.name, server.user, server.password_file
    for peer in said.platform:
        yield peer.name, "", peer.token_file
    for view in said.exchange:
        if view.password_file:
            yield view.name, "", view.password_file
    for service in said.rest:
        if service.secret_file:
            yield service.name, "", service.secret_file


def _stations(settings: Listen, found: Prepared, thread: OutboxThread) -> Task:
    state = Told(settings.name, "hj212")
    known = {one.mn: (one, found.secrets[settings.name, one.mn]) for one in settings.station}
    desk = StationDesk(settings.name, known, thread, state)

    def opened(address: str) -> None:
        state.address, state.is_connected = address, True
        log.info("%s listens at %s", settings.name, address)

    def told(word: str, why: str) -> None:
        state.failed(why, word)
        log.warning("%s: %s: %s", settings.name, word, why)

    return Task(state, StationDoor(settings, desk, told, opened).run)


# Each of these loads a library that only those need whose plant has such a thing.


def _device(settings: Polled, thread: OutboxThread) -> Task:
    from anlan.adapters.modbus.poller import Device
    from anlan.app.collecting.polling import Polling

    state = Told(settings.name, "modbus")
    return Task(state, Polling(Device(settings), thread, state).run)


def _server(settings: Watched, found: Prepared, folder: Path, thread: OutboxThread) -> Task:
    from anlan.adapters.opcua.watch import Watch
    from anlan.app.collecting.watching import Watching

    state = Told(settings.name, "opcua")
    password = found.secrets.get((settings.name, settings.user), b"").decode()
    return Task(state, Watching(Watch(settings, folder, password), thread, state).run)


def _peer(settings: Peer, found: Prepared, folder: Path, thread: OutboxThread) -> Task:
    from anlan.app.collecting.platform_door import PlatformDoor

    state = Told(settings.name, "platform")
    token = found.secrets[settings.name, ""]
    return Task(state, PlatformDoor(settings, folder, token, thread, state).run)


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
