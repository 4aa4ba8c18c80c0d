"""The channels of this process; another description is read at once. A demo has the demo's, whatever is described."""

import logging
import threading
from pathlib import Path

from anlan.adapters.message_channels.demo import FOLDER, demo_channels
from anlan.adapters.message_channels.description import read_channels
from anlan.adapters.message_channels.make import made
from anlan.kernel.base.config import Config, ConfigurationError, config
from anlan.kernel.messaging.channels import Channel, Outside

log = logging.getLogger("anlan.channels")

AUTHORITY = "channels-ca.pem"
State = tuple[int, int, int] | None


class _Now:
    """What this process has, and from which files it was read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state: object = None
        self.channels: tuple[Channel, ...] = ()


_now = _Now()


def received_folder(settings: Config) -> Path:
    """Return where a demo keeps what its channels were given."""
    return settings.home.absolute() / "demo" / FOLDER


def described(settings: Config) -> tuple[Channel, ...]:
    """Return the channels as they are described now. Raises ConfigurationError where that is wrong.

    A demo never reaches a real person: what is described is not even read.
    """
    if settings.demo:
        return demo_channels(received_folder(settings))
    found = read_channels(settings.path("channels_file"), settings.path("channel_secrets_file"))
    return made(found, settings.path("tls_dir") / AUTHORITY)


def standing() -> tuple[Channel, ...]:
    """Return the channels; while the description is wrong those before it, and the log says line by line what is."""
    settings = config()
    files = (settings.path("channels_file"), settings.path("channel_secrets_file"))
    state = (settings, *map(_state_of, files))
    with _now.lock:
        if _now.state != state:
            _now.state, _now.channels = state, _read(settings, _now.channels)
        return _now.channels


def install() -> None:
    """Make these the channels of the process."""
    Outside.of = staticmethod(standing)


def _read(settings: Config, before: tuple[Channel, ...]) -> tuple[Channel, ...]:
    try:
        return described(settings)
    except ConfigurationError as error:
        for line in str(error).splitlines():
            log.error("channels: %s", line)  # noqa: TRY400  the line says it all
        return before


def _state_of(file: Path) -> State:
    try:
        told = file.stat()
    except OSError:  # it is not there, or not ours to look at: reading it says which
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size
