"""The line to another database: read only, with time-outs, and out of the event loop."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from anlan.adapters.exchange_db.settings import Exchange

T = TypeVar("T")


def engine_of(said: Exchange, password: str) -> Engine:
    """Return the engine of a source; it connects when it is first asked. Raises ValueError, ImportError for a driver."""
    try:
        url = make_url(said.url)
        if password:
            url = url.set(password=password)
        return create_engine(
            url, pool_size=1, max_overflow=0, pool_timeout=said.timeout_s, pool_pre_ping=True,
            hide_parameters=True, **_only_reading(said),
        )  # fmt: skip
    except (ArgumentError, NoSuchModuleError, TypeError) as error:
        raise ValueError(f"{said.name}: url: {error}") from error


def _only_reading(said: Exchange) -> dict[str, Any]:
    """Return what makes a driver read only and patient for so long; of others the account must be one that only reads."""
    url, wait_s = make_url(said.url), max(1, round(said.timeout_s))
    if url.get_backend_name() == "postgresql" and url.get_driver_name() == "psycopg":
        options = f"-c default_transaction_read_only=on -c statement_timeout={wait_s * 1000}"
        return {"connect_args": {"connect_timeout": wait_s, "options": options}}
    if url.get_backend_name() == "sqlite":
        # never makes the file that is not there; without types, as the rows are
        where = f"file:{quote(url.database or '')}?mode=ro"
        return {
            "creator": lambda: sqlite3.connect(
                where, uri=True, timeout=wait_s, check_same_thread=False
            )
        }
    return {}


async def in_time(act: Callable[[], T], timeout_s: float) -> T:
    """Run a blocking call in a thread of its own, which holds up no end of the process. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            tell, what = found.set_result, act()
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            tell, what = found.set_exception, error  # type: ignore[assignment]
        with suppress(RuntimeError):  # the loop did not wait for it
            loop.call_soon_threadsafe(lambda: None if found.done() else tell(what))

    threading.Thread(target=work, name="exchange", daemon=True).start()
    async with asyncio.timeout(timeout_s):
        return await found
