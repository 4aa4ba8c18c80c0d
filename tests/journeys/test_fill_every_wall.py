"""A wall of any size is filled and nothing lies on anything; split in two; led from a desk on another machine."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium, dialog
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
WALLS = [(1920, 1080), (3840, 1080), (3840, 2160)]

#: Panels that have a common ground, text that is cut off, and what sticks out of the wall.
_WRONG = """
() => {
    const box = (one) => one.getBoundingClientRect()
    const named = (one) => one.tagName + '.' + [...one.classList].join('.') + ' ' + one.textContent.trim().slice(0, 24)
    const seen = (what) => [...document.querySelectorAll(what)].filter((one) => one.checkVisibility())
    const parts = seen('.top, aside.left, main.field, aside.right .panel, aside.right.card, section.time, section.bottom')
    const found = []
    parts.forEach((one, n) => parts.slice(n + 1).forEach((other) => {
        const [a, b] = [box(one), box(other)]
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
        if (across > 1 && down > 1) found.push(named(one) + ' lies on ' + named(other))
    }))
    const hides = (flow) => flow === 'hidden' || flow === 'clip'
    for (const one of seen('div.wall *')) {
        if (!one.clientWidth || one.closest('.visually-hidden')) continue
        if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue
        const { overflowX, overflowY } = getComputedStyle(one)
        if (hides(overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(named(one) + ' is cut across')
        if (hides(overflowY) && one.scrollHeight > one.clientHeight + 2) found.push(named(one) + ' is cut below')
    }
    for (const one of seen('aside, section.bottom, section.bottom *'))
        if (getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1) found.push(named(one) + ' is wider than its place')
    for (const one of seen('.top > *, section.time > *')) if (box(one).right > innerWidth + 1) found.push(named(one) + ' leaves the wall')
    return found
}
"""
#: How tall the text of the list is, in points of the screen.
_TEXT = "() => parseFloat(getComputedStyle(document.querySelector('section.alarms td')).fontSize) * document.querySelector('div.wall').getBoundingClientRect().width / document.querySelector('div.wall').offsetWidth"


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def wall(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("section.alarms h2").wait_for(timeout=PATIENCE_MS)
    expect(page.locator(".waiting .bar")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.mark.parametrize(("width", "height"), WALLS)
def test_nothing_overlaps_and_no_word_is_cut(
    house: House, browser: Chromium, width: int, height: int
) -> None:
    page = browser.page_of(house.sign_in("leader"))
    page.set_viewport_size({"width": width, "height": height})
    found: list[str] = []
    for path in ("/", "/?beside=now", "/?only=panels"):
        wall(page, house.address + path)
        page.wait_for_timeout(600)
        found += [f"{path} {one}" for one in page.evaluate(_WRONG)]
    assert page.evaluate(_TEXT) >= 15 * height / 1080
    first = page.locator("section.alarms tbody tr button").first
    if first.count():
        first.click()
        page.locator("aside.card h2").first.wait_for()
        found += page.evaluate(_WRONG)
    page.context.close()
    assert not found, "\n".join(found)


def test_a_split_map_is_opened_moved_and_shut_by_keyboard_and_a_link_opens_the_same(
    house: House, browser: Chromium
) -> None:
    page = browser.page_of(house.sign_in("leader"))
    wall(page, house.address + "/")
    page.get_by_role("button", name="分屏", exact=True).press("Enter")
    right = page.get_by_role("region", name="右图")
    expect(right.get_by_text("时的情况")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("canvas.maplibregl-canvas")).to_have_count(2, timeout=PATIENCE_MS)
    # both say who made their ground
    expect(page.locator(".maplibregl-ctrl-attrib")).to_have_count(2)
    edge = page.get_by_role("separator", name="左右分界")
    edge.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "55")
    page.get_by_role("button", name="右图", exact=True).press("Enter")
    page.get_by_role("checkbox", name="居民点").press("Space")
    page.wait_for_url(re.compile("share=55.*settlements.0"), timeout=PATIENCE_MS)
    address = page.url
    again = page.context.new_page()
    wall(again, address)
    stamp = right.locator("strong").inner_text()
    expect(again.get_by_role("region", name="右图").locator("strong")).to_have_text(stamp)
    expect(again.get_by_role("separator", name="左右分界")).to_have_attribute("aria-valuenow", "55")
    again.close()
    page.get_by_role("button", name="关闭分屏").press("Enter")
    expect(page.locator("canvas.maplibregl-canvas")).to_have_count(1)
    expect(page).not_to_have_url(re.compile("beside="))
    page.context.close()


def test_the_map_goes_to_a_second_screen_and_comes_back(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("leader"))
    wall(page, house.address + "/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="第二屏", exact=True).click()
    second = opened.value
    expect(second.locator("canvas.maplibregl-canvas")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("canvas.maplibregl-canvas")).to_have_count(0)
    expect(page.locator("section.alarms h2")).to_be_visible()
    # a layer that is switched off here is off there, and the other way
    page.get_by_role("checkbox", name="居民点").uncheck()
    page.get_by_role("button", name="合为一屏", exact=True).click()
    expect(page.locator("canvas.maplibregl-canvas")).to_have_count(1, timeout=PATIENCE_MS)
    assert second.is_closed()
    page.context.close()


def test_a_screen_on_another_machine_follows_a_desk_until_that_lets_go(
    house: House, browser: Chromium
) -> None:
    screen = browser.page_of(house.sign_in("leader"))
    screen.goto(house.address + "/screen")
    screen.locator(".code span").first.wait_for(timeout=PATIENCE_MS)
    code = "".join(screen.locator(".code span").all_inner_texts())
    assert len(code) == 6
    officer = house.sign_in("duty_officer")
    desk = browser.page_of(officer)
    wall(desk, house.address + "/")
    desk.get_by_role("button", name="连接大屏", exact=True).click()
    dialog(desk).get_by_label("屏幕码").fill("AAAAAA")
    desk.keyboard.press("Enter")
    expect(dialog(desk).get_by_text("没有这个屏幕码")).to_be_visible()
    dialog(desk).get_by_label("屏幕码").fill(code.lower())
    desk.keyboard.press("Enter")
    expect(screen.get_by_text("由 王一（演示） 控制")).to_be_visible(timeout=PATIENCE_MS)
    assert [one["name"] for one in officer.get("/api/v1/screens").json()["leading"]] == [code]
    desk.get_by_role("button", name="分屏", exact=True).click()
    expect(screen.get_by_role("region", name="右图")).to_have_count(1, timeout=PATIENCE_MS)
    desk.get_by_role("button", name="分屏", exact=True).click()
    expect(screen.get_by_role("region", name="右图")).to_have_count(0, timeout=PATIENCE_MS)
    desk.get_by_role("button", name="大屏 1", exact=True).click()
    dialog(desk).get_by_role("button", name="断开").click()
    screen.locator(".code span").first.wait_for(timeout=PATIENCE_MS)
    assert officer.get("/api/v1/screens").json() == {"following": None, "leading": []}
    desk.context.close()
    screen.context.close()
