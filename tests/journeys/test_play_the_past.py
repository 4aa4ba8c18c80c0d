"""The leader plays the last hour again; a desk without WebGL has a plain map; two screens show one selection."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def rows(page: Page) -> int:
    return page.locator("section.alarms tbody tr").count()


def test_the_leader_plays_the_last_hour_again_and_comes_back_to_the_present(
    house: House, browser: Chromium
) -> None:
    assert house.anlan("demo-fault", "F01").returncode == 0
    leader = house.sign_in("leader")
    page = browser.page_of(leader)
    page.goto(house.address + "/")
    expect(page.locator("section.alarms tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    now = rows(page)
    page.get_by_role("button", name="回放", exact=True).click()
    page.get_by_role("button", name="近 1 小时").click()
    page.get_by_role("button", name="开始回放").click()
    slider = page.get_by_role("slider", name="回放时刻")
    slider.wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="暂停").click()
    # at its beginning the house was not there yet: nothing was known of any alarm
    slider.evaluate("one => { one.value = one.min; one.dispatchEvent(new Event('input')) }")
    expect(page.locator("section.alarms tbody tr")).to_have_count(0)
    expect(page.get_by_text("回放 · 非实时")).to_be_visible()
    # nothing can be done about the past
    expect(page.get_by_role("button", name="核查", exact=True)).to_have_count(0)
    slider.evaluate("one => { one.value = one.max; one.dispatchEvent(new Event('input')) }")
    then = leader.get("/api/v1/alerts/alarms/open", params={"limit": 500}).json()
    assert then["count"] > 0
    expect(page.locator("section.alarms tbody tr").first).to_be_visible()
    # a link of it opens the same hour
    page.wait_for_url(lambda url: "past=" in url, timeout=PATIENCE_MS)
    sent = browser.page_of(leader)
    sent.goto(page.url)
    expect(sent.get_by_text("回放 · 非实时")).to_be_visible(timeout=PATIENCE_MS)
    expect(sent.locator("section.alarms tbody tr").first).to_be_visible()
    sent.context.close()
    page.get_by_role("button", name="实时", exact=True).click()
    expect(page.get_by_text("回放 · 非实时")).to_have_count(0)
    expect(page.locator("section.alarms tbody tr").first).to_be_visible()
    assert now > 0
    page.context.close()


def test_two_screens_show_one_selection_and_one_time(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("leader"))
    page.goto(house.address + "/?only=map")
    other = page.context.new_page()
    other.goto(house.address + "/?only=panels")
    first = other.locator("section.alarms tbody tr button").first
    first.wait_for(timeout=PATIENCE_MS)
    expect(page.locator("section.alarms")).to_have_count(0)
    first.click()
    page.wait_for_url(lambda url: "subject=" in url, timeout=PATIENCE_MS)
    assert page.evaluate("new URLSearchParams(location.search).get('subject')") == other.evaluate(
        "new URLSearchParams(location.search).get('subject')"
    )
    page.get_by_role("button", name="回放", exact=True).click()
    page.get_by_role("button", name="近 1 小时").click()
    page.get_by_role("button", name="开始回放").click()
    expect(other.get_by_text("回放 · 非实时")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="实时", exact=True).click()
    expect(other.get_by_text("回放 · 非实时")).to_have_count(0)
    page.context.close()


def test_without_webgl_the_map_is_a_plain_picture_and_the_desk_is_the_same(
    house: House, browser: Chromium
) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = (ask => function (kind, ...rest) {"
        " return /webgl/.test(kind) ? null : ask.call(this, kind, ...rest) })"
        "(HTMLCanvasElement.prototype.getContext)"
    )
    page.goto(house.address + "/")
    expect(page.get_by_text("简图（本机浏览器没有 WebGL）")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("section.alarms tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("section.alarms tbody tr button").first.click()
    expect(page.locator("aside.card h2").first).to_be_visible()
    page.context.close()
