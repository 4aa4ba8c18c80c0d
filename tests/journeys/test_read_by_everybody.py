"""Every page can be read by everybody: axe-core finds nothing on any of them, light or dark (WCAG 2.2 AA)."""

import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import House

#: Together they have every page; the others of the cast have no more.
WHOSE = (
    "monitor", "control_room", "system_administrator", "security_administrator", "audit_administrator",
)  # fmt: skip
#: Pages behind the menu's own; the first of a list's rows stands for all.
BEHIND = {
    "monitor": (
        "/messages",
        "/limits/suppressions",
        "/devices",
        "/datastreams",
        "/screen",
        "/?beside=now",
    ),
    "system_administrator": ("/people/posts", "/people/roles"),
    "security_administrator": ("/people/supervisions", "/divisions/zones"),
}
ALARM_WITHIN_S, ALARM_EVERY_S = 240.0, 5.0
OPEN = ("/login", "/demo", "/no-such-page")


pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def pages_of(house: House, part: str) -> list[str]:
    """Return the addresses that somebody's menu has, and those behind them."""
    menu = house.sign_in(part).get("/api/v1/registry").json()["menu"]
    own = [entry["path"] for entry in menu if entry["path"]]
    found = [*own, *BEHIND.get(part, ()), *OPEN]
    if part == "monitor":
        [tank, *_] = (
            house.sign_in(part).get("/api/v1/subjects", params={"limit": 1}).json()["items"]
        )
        found.append(f"/subjects/{tank['id']}")
    return found


def shown(page: Page) -> None:
    """Wait until a page is there and nothing of it is on its way any more."""
    page.locator(".who, form, main, .page").filter(visible=True).first.wait_for(timeout=60_000)
    expect(page.locator(".waiting .bar")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(600)


def broken(page: Page, path: str) -> list[str]:
    """Return what is wrong with a page once it shows what it has to show."""
    page.goto(path, wait_until="load")
    shown(page)
    return [f"{path} {one['id']} ({one['impact']}): {one['where']}" for one in violations(page)]


@pytest.mark.parametrize("part", WHOSE)
def test_axe_finds_nothing_on_any_page(house: House, browser: Chromium, part: str) -> None:
    page = browser.page_of(house.sign_in(part))
    found = [line for path in pages_of(house, part) for line in broken(page, house.address + path)]
    page.context.close()
    assert not found, "\n".join(found)


def test_nor_in_the_dark(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.goto(house.address + "/monitor")
    page.evaluate("localStorage.setItem('anlan.desk.dark', 'true')")
    found = [
        line for path in pages_of(house, "monitor") for line in broken(page, house.address + path)
    ]
    assert page.evaluate("document.documentElement.classList.contains('dark')")
    page.context.close()
    assert not found, "\n".join(found)


def test_a_page_that_turns_dark_is_dark_at_once(house: House, browser: Chromium) -> None:
    page = browser.page_of(
        house.sign_in("monitor")
    )  # who asks for less motion, as `page_of` has it
    page.goto(house.address + "/subjects")
    cell = page.locator("tbody td:nth-child(3)").first
    cell.wait_for()
    light, dark = cell.evaluate(
        """
        (cell) => {
            const ink = () => getComputedStyle(cell).color
            const before = ink()
            document.documentElement.classList.add('dark')
            return [before, ink()]
        }
        """
    )
    assert light == "rgb(23, 33, 31)"
    assert dark == "rgb(237, 243, 242)"
    page.context.close()


#: What is wider than the window, and buttons whose words do not fit into them.
_TOO_LONG = """
() => [
    ...(document.documentElement.scrollWidth > innerWidth + 1 ? ['the page is ' + document.documentElement.scrollWidth + ' px wide'] : []),
    ...[...document.querySelectorAll('button, a, th, label, h1, h2')]
        .filter((one) => one.checkVisibility() && one.clientWidth > 0 && getComputedStyle(one).overflowX === 'hidden')
        .filter((one) => getComputedStyle(one).textOverflow !== 'ellipsis' && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.tagName + ' ' + one.textContent.trim().slice(0, 40)),
]
"""


def test_words_half_as_long_again_break_no_page_of_the_desk(
    house: House, browser: Chromium
) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(house.address + "/monitor")
    page.evaluate("localStorage.setItem('anlan.pseudo', '1')")
    page.evaluate("localStorage.setItem('anlan.language', 'en')")
    found = []
    for path in pages_of(house, "monitor"):
        page.goto(house.address + path)
        shown(page)
        found += [f"{path} {one}" for one in page.evaluate(_TOO_LONG)]
    assert "⟦" in page.inner_text("body")
    page.context.close()
    assert not found, "\n".join(found)


#: What stands beyond the edge of a phone and cannot be pushed into sight.
_BEYOND = """
() => {
    const scrolls = (one) => one && one !== document.body && one !== document.documentElement
        && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement))
    return [...document.querySelectorAll('button, a, input, select, h1, h2, h3, p, dt, dd, li, .chips, time')]
        .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !scrolls(one.parentElement))
        .filter((one) => !one.closest('.visually-hidden, .maplibregl-canvas-container'))
        .filter((one) => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.tagName + ' ' + one.className + ' ' + one.textContent.trim().slice(0, 40) + ' ends at ' + Math.round(one.getBoundingClientRect().right))
}
"""


def an_alarm(house: House, person: httpx.Client) -> dict[str, str]:
    """Return an alarm that somebody sees; a young house is given one."""
    until = time.monotonic() + ALARM_WITHIN_S
    said: list[dict[str, str]] = []
    while not said:
        assert time.monotonic() < until, "no alarm came"
        if not (said := person.get("/api/v1/alerts/alarms", params={"limit": 1}).json()["items"]):
            house.anlan("demo-fault", "F01")
            time.sleep(ALARM_EVERY_S)
    return said[0]


def of_the_field(house: House, part: str) -> list[str]:
    """Return the pages that somebody opens in the field, on a phone."""
    alarm = an_alarm(house, house.sign_in(part))
    return [
        "/monitor",
        "/monitor?show=mine",
        f"/monitor?alarm={alarm['id']}",
        f"/subjects/{alarm['subject_id']}",
        "/subjects",
        "/messages",
        "/",
    ]


@pytest.mark.parametrize("part", ["control_room", "duty_officer"])
def test_nor_a_page_of_the_field_on_a_phone(house: House, browser: Chromium, part: str) -> None:
    page = browser.page_of(house.sign_in(part))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(house.address + "/no-such-page")
    page.evaluate("localStorage.setItem('anlan.pseudo', '1')")
    page.evaluate("localStorage.setItem('anlan.language', 'en')")
    found = []
    for path in of_the_field(house, part):
        page.goto(house.address + path)
        shown(page)
        if "alarm=" in path:
            page.locator(".el-drawer").wait_for()
        found += [f"{path} {one}" for one in page.evaluate(_TOO_LONG) + page.evaluate(_BEYOND)]
        assert "⟦" in page.inner_text("body")
    page.context.close()
    assert not found, "\n".join(found)


def test_nor_while_the_box_is_open_and_the_past_is_played(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.goto(house.address + "/")
    page.get_by_role("button", name="回放").click()
    page.get_by_role("button", name="近 1 小时").click()
    page.get_by_role("button", name="开始回放").click()
    page.get_by_role("slider", name="回放时刻").wait_for()
    found = [str(one) for one in violations(page)]
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="查找监测对象").fill("储罐")
    page.get_by_role("listbox", name="查找结果").get_by_role("option").first.wait_for()
    found += [str(one) for one in violations(page)]
    page.context.close()
    assert not found, "\n".join(found)
