"""What the tests of processes share: a configuration of this run's servers, a writer, the pages in a browser."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nats as nats_py
import psycopg
import pytest

from anlan.app.stack.nats import NatsServer
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config, config
from tests.journal_rows import journal_dsn

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from anlan.kernel.people.models import User
    from tests.journeys.browser import Chromium

__all__ = ["journal_dsn"]
PATIENCE_MS = 30_000


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


@pytest.fixture
def settings_of_pages() -> dict[str, str]:
    """Return the environment in which the pages are served; a module may say another."""
    return {"ANLAN_NODE": "n640181"}


@pytest.fixture
def address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings_of_pages: dict[str, str]
) -> Iterator[str]:
    """Serve the pages and the API over this test's database, with an empty history; say where."""
    from anlan.adapters.parquet_history.store import ParquetHistory
    from anlan.kernel.sensing import ports
    from anlan.kernel.sensing.catalogue import DjangoCatalogue
    from tests.app.origin import origin

    tmp_path.chmod(0o755)
    history = ParquetHistory(folder=tmp_path / "history", catalogue=DjangoCatalogue())
    monkeypatch.setattr(ports, "observation_store", lambda: history)
    for name, value in settings_of_pages.items():
        monkeypatch.setenv(name, value)
    config.cache_clear()
    with origin(tmp_path, monkeypatch) as found:
        yield found
    config.cache_clear()


@pytest.fixture
def browser(address: str) -> "Iterator[Chromium]":
    """Start Chromium before the pages; nothing may come from anywhere else."""
    from tests.journeys.browser import chromium

    with chromium(address) as made:
        yield made


@pytest.fixture
def desk(browser: "Chromium", address: str) -> "Callable[[User, str], Page]":
    """Sign somebody in by his password in a context of his own, at a page."""
    from playwright.sync_api import expect

    from tests import factories

    expect.set_options(timeout=PATIENCE_MS)

    def sign_in(user: "User", path: str) -> "Page":
        page = browser.browser.new_context(
            locale="zh-CN", reduced_motion="reduce", viewport={"width": 1500, "height": 1000}
        ).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/login?next={path}")
        page.fill("#username", user.username)
        page.fill("#password", factories.PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return sign_in
