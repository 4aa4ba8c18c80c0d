"""What the tests of processes share: a configuration of this run's servers, a writer."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import nats as nats_py
import psycopg
import pytest

from anlan.app.stack.nats import NatsServer
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config, config
from tests.journal_rows import journal_dsn

__all__ = ["journal_dsn"]


@pytest.fixture
def settings_of_run(nats: NatsServer, journal_dsn: Callable[[str], str]) -> Config:
    """Return a configuration with this worker's database and an empty bus."""
    own = Config(
        node="n640181",
        home=nats.folder,
        database_url=config().database_url,
        nats_url=nats.url,
        nats_user=nats.user,
        nats_password_file=nats.password_file,
        events_max_bytes=64 * 1024**2,
        readings_max_bytes=64 * 1024**2,
    )
    asyncio.run(_forget_streams(own))
    return own


async def _forget_streams(own: Config) -> None:
    client = await bus.connect(own, "test")
    js = client.jetstream()
    for name in await _names(js):
        await js.delete_stream(name)
    await client.close()


async def _names(js: nats_py.js.JetStreamContext) -> list[str]:
    return [str(info.config.name) for info in await js.streams_info()]


@pytest.fixture
def writer(journal_dsn: Callable[[str], str]) -> Iterator[psycopg.Connection[Any]]:
    """Return a connection that may add to the journal, as the engine does."""
    with psycopg.connect(
        journal_dsn("anlan_engine"), options="-c anlan.actor=system:test"
    ) as connection:
        yield connection
