"""Who of the house is away, looked for every few seconds, as every screen's banner says it."""

import asyncio
from typing import Literal

from nats.aio.client import Client as Nats
from nats.errors import Error as NatsError

from anlan.adapters.parquet_history.tail import TailQuestion, encode_question
from anlan.app.health.rules import disk_stage
from anlan.app.streaming.database import Database, DatabaseAwayError
from anlan.app.streaming.frames import Away, Disk, Standing
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.disks import disk_free

ANSWER_S = 1.0
#: Who is silent once may be busy; who is silent twice is away.
SILENT_TIMES = 2

#: How far the slowest engine is behind the ticks (s; null before the first tick); is one connected?
_ENGINE = """
    SELECT (SELECT EXTRACT(epoch FROM now() - min(coalesce(tick_at, updated_at)))::float8
            FROM alerts_engineprogress),
           EXISTS (SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'anlan_engine')
"""
_NOBODY = encode_question(TailQuestion(numbers=(), start=0, end=0))


class Lookout:
    """Asks each part for a sign of life; what cannot be asked without another is not blamed."""

    def __init__(self, config: Config, nats: Nats, database: Database) -> None:
        self._config = config
        self._nats = nats
        self._database = database
        self._silent: dict[Away, int] = {}

    async def look(self) -> Standing:
        """Return how the house stands now; takes about a second while somebody is silent."""
        there, lag_s, has_engine = await self._engine()
        is_answered = {"bus": await self._has_bus()}
        if is_answered["bus"]:
            gateway, recorder = await asyncio.gather(
                self._answers(f"{self._config.node}.gateway.alive", b""),
                self._answers(bus.tail_subject(self._config.node, 0), _NOBODY),
            )
            is_answered |= {"gateway": gateway, "recorder": recorder}
        if there:
            is_answered |= {"engine": has_engine}
        away = self._away(is_answered)
        if "bus" in away or "gateway" in away:
            lag_s = None  # no ticks come: the engine has nothing to be late with
        free = min((await asyncio.to_thread(disk_free, self._config)).values())
        return Standing(
            database_is_there=there, engine_lag_s=lag_s, away=away, disk=_DISK[disk_stage(free)]
        )

    def _away(self, is_answered: dict[str, bool]) -> tuple[Away, ...]:
        found: list[Away] = []
        for name in _ORDER:
            answers = is_answered.get(name, True)
            self._silent[name] = 0 if answers else self._silent.get(name, 0) + 1
            if self._silent[name] >= SILENT_TIMES:
                found.append(name)
        return tuple(found)

    async def _engine(self) -> tuple[bool, float | None, bool]:
        try:
            [[lag, is_connected]] = await self._database.fetch(_ENGINE, [])
        except DatabaseAwayError:
            return False, None, True
        return True, None if lag is None else round(max(lag, 0.0), 1), bool(is_connected)

    async def _has_bus(self) -> bool:
        try:
            await self._nats.flush(timeout=1)  # ping and pong
        except (NatsError, OSError, TimeoutError):
            return False
        return bool(self._nats.is_connected)

    async def _answers(self, subject: str, question: bytes) -> bool:
        try:
            await self._nats.request(subject, question, timeout=ANSWER_S)
        except (NatsError, OSError, TimeoutError):
            return False
        return True


_ORDER: tuple[Away, ...] = ("bus", "engine", "gateway", "recorder")
_DISK: dict[Literal["ok", "warning", "late", "down"], Disk] = {
    "ok": "ok",
    "warning": "low",
    "late": "stopped",
    "down": "refusing",
}
