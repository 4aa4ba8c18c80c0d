"""Django's database from an event loop: one thread, one connection, one thing after another."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import unit_of_work

#: A connection that did its work so short a time ago is not asked whether it lives.
FRESH_S = 5.0

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseAwayError(RuntimeError):
    """PostgreSQL does not answer; what can wait, waits."""


@dataclass(frozen=True, slots=True)
class DatabaseThread:
    """Runs functions in a unit of work of one process, in a thread of its own."""

    principal: Principal
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _used_s: list[float] = field(default_factory=lambda: [0.0])

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a query in a read-only unit of work. Raises DatabaseAwayError."""

        def work() -> T:
            with unit_of_work(self.principal, read_only=True):
                return function(*args, **kwargs)

        return await self._run(work)

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a service in a unit of work. Raises DatabaseAwayError."""

        def work() -> T:
            with unit_of_work(self.principal):
                return function(*args, **kwargs)

        return await self._run(work)

    async def call(self, function: Callable[[], T]) -> T:
        """Call what opens its own units of work. Raises DatabaseAwayError."""
        return await self._run(function)

    async def _run(self, work: Callable[[], T]) -> T:
        def in_thread() -> T:
            if time.monotonic() - self._used_s[0] > FRESH_S:
                close_old_connections()
            self._used_s[0] = 0.0  # after an error the connection is looked at again
            done = work()
            self._used_s[0] = time.monotonic()
            return done

        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, in_thread)
        except (OperationalError, InterfaceError) as error:
            raise DatabaseAwayError(str(error).strip()) from error

    async def close(self) -> None:
        """Close the thread's connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._pool, connections.close_all)
        self._pool.shutdown()
