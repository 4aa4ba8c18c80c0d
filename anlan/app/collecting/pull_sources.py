"""The systems that a file names to be pulled from, ready to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anlan.adapters.exchange_db.settings import Exchange
from anlan.adapters.rest_pull.service import Service
from anlan.adapters.rest_pull.settings import Rest
from anlan.app.collecting.config import Checked, Pulls
from anlan.app.collecting.pulling import Pulled
from anlan.kernel.base.config import ConfigurationError

Secrets = dict[tuple[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Pull:
    """One of them: what it is told, how it is asked, how the status calls it."""

    settings: Pulls
    source: Pulled
    kind: str


def pulls(checked: Checked, secrets: Secrets) -> Iterator[Pull]:
    """Yield every system that the file names. Raises ConfigurationError, for a driver that is not there."""
    for view in checked.said.exchange:
        yield Pull(view, _view(view, secrets), "exchange")
    for service in checked.said.rest:
        yield Pull(service, _service(service, checked.folder, secrets), "rest")


def _view(said: Exchange, secrets: Secrets) -> Pulled:
    from anlan.adapters.exchange_db.view import View  # only who has one loads SQLAlchemy

    try:
        return View(said, secrets.get((said.name, ""), b"").decode())
    except (ValueError, ImportError) as error:
        raise ConfigurationError(f"{said.name}：数据库驱动用不了 · the driver: {error}") from error


def _service(said: Rest, folder: Path, secrets: Secrets) -> Pulled:
    try:
        return Service(said, folder, secrets.get((said.name, ""), b"").decode())
    except (ValueError, OSError) as error:
        raise ConfigurationError(
            f"{said.name}：证书用不了 · ca_file cannot be used: {error}"
        ) from error
