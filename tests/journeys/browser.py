"""A real browser for journeys: Debian's Chromium, signed in, with every other host refused."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.left_out import leave_out

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What the map paints at priority 1 (web/src/map/symbols.ts: MAP_LEVELS), as red, green, blue.
RED = (0xFF, 0x5A, 0x5F)

_COUNT = """
async ([picture, [r, g, b]]) => {
    const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const pen = canvas.getContext('2d')
    pen.drawImage(bitmap, 0, 0)
    const { data } = pen.getImageData(0, 0, bitmap.width, bitmap.height)
    let found = 0
    for (let i = 0; i < data.length; i += 4)
        if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24) found++
    return found
}
"""


@dataclass(slots=True)
class Chromium:
    """A running browser, and the hosts beside ours that its pages asked for."""

    browser: Browser
    address: str
    strangers: list[str] = field(default_factory=list)

    def page_of(self, person: httpx.Client) -> Page:
        """Return a page of somebody who has signed in, in a context of his own."""
        context = self.browser.new_context(
            viewport={"width": 1600, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        for name, value in person.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self.address}])
        context.on("request", lambda request: self._note(request.url))
        return context.new_page()

    def _note(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.strangers.append(url)


@contextmanager
def chromium(address: str) -> Iterator[Chromium]:
    """Start the browser; nothing that it loaded may have come from anywhere else."""
    if not CHROMIUM.exists():
        leave_out("no Chromium (`make test` installs it)", brought=True)
    # the driver runs a loop in this thread, and Django asks for one; nothing of ours runs in it
    with sync_playwright() as driver, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        made = Chromium(browser, address)
        _forget_connections()
        yield made
        _forget_connections()
        browser.close()
    assert made.strangers == []


def _forget_connections() -> None:
    """Close what Django holds under the driver's loop: it keeps connections apart for each loop, and
    closes none of them when a test ends and its database goes."""
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


def dialog(page: Page) -> Locator:
    """Return what is open over a page; the last of several is on top."""
    return page.get_by_role("dialog").filter(visible=True)


def agree(page: Page, words: str, patience_s: int = 60) -> None:
    """Press the button of what asks until it closes.

    Whoever is told that something changed in between sees the newer version and presses again, as a person would.
    """
    asked = page.locator(".el-dialog:visible")
    refused = asked.get_by_role("alert")
    button = asked.get_by_role("button", name=words, exact=True)
    button.click(timeout=patience_s * 1000)
    said: list[str] = []
    for _ in range(2 * patience_s):
        page.wait_for_timeout(500)
        if not asked.count():
            return
        if refused.count():
            said.append(refused.first.inner_text())
            button.click()
    raise AssertionError(f"still asked after {patience_s} s; refused with {said}")


def pick(page: Page, label: str, words: str) -> None:
    """Choose from a box that finds by typing."""
    dialog(page).last.get_by_label(label).fill(words)
    page.get_by_role("option", name=words).filter(visible=True).first.click()


def red_on_the_map(page: Page) -> int:
    """Count the red pixels of the map, as a person sees it."""
    picture = page.locator("canvas.maplibregl-canvas").screenshot()
    found: int = page.evaluate(_COUNT, [base64.b64encode(picture).decode(), list(RED)])
    return found
