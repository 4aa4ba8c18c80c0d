"""Look at the whole house, at most once in some seconds a process."""

import asyncio
import time
from threading import Lock

from anlan.app.health.checks import Check
from anlan.app.health.database import read_database
from anlan.app.health.facts import Facts
from anlan.app.health.outside import head_age_s, read_outside
from anlan.app.health.rules import judge
from anlan.kernel.base.config import Config
from anlan.kernel.base.disks import disk_free

KEPT_S = 3.0


def look(config: Config) -> Facts:
    """Ask every part of the house. Opens its own transaction."""
    why: dict[str, str] = {}
    database = read_database(why)
    outside, live, gateway = asyncio.run(read_outside(config, why))
    return Facts(
        database=database,
        bus=outside,
        live=live,
        gateway=gateway,
        head_s=head_age_s(config),
        disk_free=disk_free(config),
        why=why,
    )


class Examination:
    """The newest look, shared by everybody who asks within a few seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at_s = -KEPT_S
        self._checks: list[Check] = []

    def checks(self, config: Config) -> list[Check]:
        """Return how everything is."""
        with self._lock:
            if time.monotonic() - self._at_s >= KEPT_S:
                self._checks = judge(look(config))
                self._at_s = time.monotonic()
            return self._checks
