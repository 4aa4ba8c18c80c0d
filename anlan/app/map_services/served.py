"""The services that are described in `region_dir`, running in this process; another description is read at once."""

import logging
import threading
from pathlib import Path

from anlan.adapters.map_services.description import SERVICES_FILE, read_services
from anlan.adapters.map_services.keeper import Keeper
from anlan.kernel.base.config import ConfigurationError, config
from anlan.kernel.base.errors import UnavailableError

log = logging.getLogger("anlan.map_services")

AUTHORITY = "map-services-ca.pem"
GB = 1024**3
State = tuple[tuple[int, int, int] | None, ...]


class _Now:
    """What this process runs, and from which files it was read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state: object = None
        self.keeper: Keeper | None = None


_now = _Now()


def keeper() -> Keeper:
    """Return the services as they are described now. Raises UnavailableError where that is wrong."""
    settings = config()
    secrets = settings.path("map_secrets_file")
    state = (settings, _state_of(settings.path("region_dir") / SERVICES_FILE), _state_of(secrets))
    with _now.lock:
        if _now.state != state:
            if _now.keeper is not None:
                _now.keeper.close()
            _now.state, _now.keeper = state, _read()
        if _now.keeper is None:
            raise UnavailableError("政务地图的设置有误", code="map_services.described_wrong")
        return _now.keeper


def _read() -> Keeper | None:
    settings = config()
    try:
        described = read_services(settings.path("region_dir"), settings.path("map_secrets_file"))
    except ConfigurationError as error:
        for line in str(error).splitlines():
            log.error("map services: %s", line)  # noqa: TRY400  the line says it all
        return None
    return Keeper(
        described,
        settings.path("map_cache_dir"),
        int(settings.map_cache_gb * GB),
        settings.path("tls_dir") / AUTHORITY,
    )


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        told = file.stat()
    except FileNotFoundError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size
