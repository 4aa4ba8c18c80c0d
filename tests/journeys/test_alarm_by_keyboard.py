"""Two desks without a mouse: the firm's control room confirms, the county's duty officer checks."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium
from tests.journeys.expected import firms
from tests.journeys.house import House, first_row

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def alarm_at(house: House, person: httpx.Client, firm: str) -> dict[str, Any]:
    """Let a firm have a red alarm that nobody has answered, and return it."""
    forced = house.anlan("demo-fault", firm)
    assert forced.returncode == 0, forced.stderr
    asked = {"filter": ["priority.eq:1", "firm_state.eq:new"], "sort": "turn"}
    found = person.get("/api/v1/alerts/alarms/mine", params=asked).json()["items"]
    mine = [one for one in found if one["site_name"] == firms()[firm]]
    return mine[0] if mine else first_row(person, lambda state: _is_red(state, firm), 240)


def _is_red(state: dict[str, Any], firm: str) -> bool:
    return bool(
        state["site_name"] == firms()[firm]
        and state["priority"] == 1
        and state["firm_state"] == "new"
        and state["instrument_state"] == "active"
    )


def walk_to(page: Page, alarm: dict[str, Any]) -> None:
    """Go down the list by `j` until the keyboard stands at the alarm."""
    page.locator("[data-alarm]").first.wait_for(timeout=PATIENCE_MS)
    for _ in range(60):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.dataset.alarm") == alarm["id"]:
            return
    raise AssertionError("the keyboard did not come to the alarm")


def test_the_control_room_confirms(house: House, browser: Chromium) -> None:
    with closing(house.sign_in("control_room")) as room:
        alarm = alarm_at(house, room, "F01")
        page = browser.page_of(room)
        page.goto(f"{browser.address}/monitor")
        walk_to(page, alarm)
        page.keyboard.press("c")
        asked = page.locator(".el-overlay-dialog").filter(visible=True)
        expect(asked.locator("form :focus")).to_be_visible(timeout=PATIENCE_MS)
        expect(asked).to_contain_text("以企业中控的名义确认", timeout=PATIENCE_MS)
        page.keyboard.press("Enter")
        expect(asked).to_have_count(0, timeout=PATIENCE_MS)
        seen = room.get(f"/api/v1/alerts/alarms/{alarm['id']}").json()
        assert (seen["firm_state"], bool(seen["confirmed_by"])) == ("confirmed", True)


def test_the_duty_officer_checks(house: House, browser: Chromium) -> None:
    with closing(house.sign_in("duty_officer")) as officer:
        alarm = alarm_at(house, officer, "F09")
        page = browser.page_of(officer)
        page.goto(f"{browser.address}/monitor")
        walk_to(page, alarm)
        page.keyboard.press("Enter")
        page.locator(".el-drawer").wait_for(timeout=PATIENCE_MS)
        page.keyboard.press("x")
        asked = page.locator(".el-overlay-dialog").filter(visible=True)
        expect(asked.locator("form :focus")).to_be_visible(timeout=PATIENCE_MS)
        expect(asked).to_contain_text("记录部门对", timeout=PATIENCE_MS)
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("电话核实：中控称正在倒罐，液位回落")
        page.keyboard.press("Control+Enter")
        expect(asked).to_have_count(0, timeout=PATIENCE_MS)
        seen = officer.get(f"/api/v1/alerts/alarms/{alarm['id']}").json()
        assert (seen["bureau_state"], seen["check_outcome"]) == ("in_hand", "verified_by_phone")
