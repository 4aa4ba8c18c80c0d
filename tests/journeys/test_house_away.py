"""A part of the house stands still: every page says so, in the reader's language, until it goes on."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import chromium
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
AWAY = {
    "gateway": ("采集网关没有运行", "The gateway does not run"),
    "recorder": ("历史记录没有运行", "The recorder does not run"),
}


@pytest.fixture(scope="module")
def page(house: House) -> Iterator[Page]:
    """The duty officer's map, opened before anything happens."""
    with chromium(house.address) as browser, closing(house.sign_in("duty_officer")) as officer:
        opened = browser.page_of(officer)
        opened.goto(browser.address)
        opened.locator(".who").wait_for(timeout=PATIENCE_MS)
        yield opened


@contextmanager
def standing_still(house: House, name: str) -> Iterator[None]:
    """Let a process do nothing for a while: it is there, and gives no sign of life."""
    pid = _process(house, name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _process(house: House, name: str) -> int:
    """Return the process of this house that runs a command."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if words[-4:-1] == [b"-m", b"anlan", name.encode()] and int(parent) == house.process.pid:
            return int(entry.name)
    raise AssertionError(f"no process of {name}")


@pytest.mark.parametrize("name", sorted(AWAY))
def test_a_page_says_who_is_away_and_is_quiet_again(house: House, page: Page, name: str) -> None:
    zh, en = (page.get_by_text(words, exact=False) for words in AWAY[name])
    expect(zh).to_have_count(0)
    with standing_still(house, name):
        expect(zh).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="English", exact=True).click()
        expect(en).to_be_visible(timeout=PATIENCE_MS)
    expect(en).to_have_count(0, timeout=PATIENCE_MS)
    page.get_by_role("button", name="中文", exact=True).click()
    expect(zh).to_have_count(0)
