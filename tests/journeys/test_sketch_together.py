"""What one draws on his map stands on another's at once, is changed there, and goes again."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import House, csrf

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 30_000
NAME = "演练警戒区（测试）"
AREA = {
    "type": "Polygon",
    "coordinates": [[[106.30, 38.05], [106.36, 38.05], [106.36, 38.10], [106.30, 38.05]]],
}


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def drawn(person: httpx.Client) -> dict[str, str]:
    """Draw for the territory, and return the sketch."""
    said = {"kind": "area", "name": NAME, "shape": AREA, "shown": {"audience": "territory"}}
    answer = person.post("/api/v1/sketches", json=said, headers=csrf(person))
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def open_tool(page: Page, address: str) -> None:
    """Open the wall's tool of sketches."""
    page.goto(f"{address}/")
    tools = page.get_by_role("toolbar", name="地图工具")
    tools.get_by_role("button", name="标绘").click(timeout=PATIENCE_MS)


def test_what_one_draws_another_sees_and_it_is_changed_and_deleted(
    house: House, browser: Chromium
) -> None:
    with (
        closing(house.sign_in("duty_officer")) as officer,
        closing(house.sign_in("leader")) as boss,
    ):
        seen, own = browser.page_of(boss), browser.page_of(officer)
        open_tool(seen, house.address)
        listed = seen.get_by_role("button", name=NAME)
        expect(listed).to_have_count(0)
        drawn(officer)
        expect(listed).to_be_visible(timeout=PATIENCE_MS)
        # another's is looked at, not changed
        expect(seen.get_by_role("button", name=f"修改 {NAME}")).to_have_count(0)

        open_tool(own, house.address)
        own.get_by_role("button", name=f"修改 {NAME}").click(timeout=PATIENCE_MS)
        box = own.get_by_label("名称（必填）")
        expect(box).to_have_value(NAME)
        box.fill(f"{NAME}改")
        own.get_by_role("button", name="保存修改").click()
        expect(seen.get_by_role("button", name=f"{NAME}改")).to_be_visible(timeout=PATIENCE_MS)

        own.get_by_role("button", name=f"删除 {NAME}改").click()
        expect(seen.get_by_role("button", name=f"{NAME}改")).to_have_count(0, timeout=PATIENCE_MS)
        seen.context.close()
        own.context.close()
