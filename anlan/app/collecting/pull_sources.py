"""The systems that a file names to be pulled from, ready to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from anlan.adapters.exchange_db.settings import Exchange
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


def _view(said: Exchange, secrets: Secrets) -> Pulled:
    from anlan.adapters.exchange_db.view import View  # only who has one loads SQLAlchemy

    try:
        return View(said, secrets.get((said.name, ""), b"").decode())
    except (ValueError, ImportError) as error:
        raise ConfigurationError(f"{said.name}：数据库驱动用不了 · the driver: {error}") from error
