"""The wall runs for two hours, in accelerated time: it goes on its tour, and its memory stands still.

The first half hour is for what a wall takes in once: tiles, fonts, the hours of its charts. No alarm comes or
goes meanwhile (the engine stands still), so that whatever grows from the first hour to the second is a
leak. Several looks each, the least of them counts: one stop of the tour holds more than another.
"""

from contextlib import closing

import pytest
from playwright.sync_api import CDPSession, Page

from tests.journeys.browser import chromium
from tests.journeys.house import House
from tests.journeys.test_house_away import standing_still

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
STEP_S, HALF_S = 30, 1_800
LOOKS = 4
#: Of the heap after a forced collection.
GROWTH_MOST = 1.05


def used_mb(line: CDPSession) -> float:
    """Return what the page's heap holds once nothing in it can be let go."""
    for _turn in range(3):
        line.send("HeapProfiler.collectGarbage")
    return float(line.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def least_mb(page: Page, line: CDPSession) -> float:
    """Let half an hour pass; return the least of what the heap held meanwhile."""
    looks = []
    for _turn in range(LOOKS):
        pass_time(page, HALF_S // LOOKS)
        looks.append(used_mb(line))
    return min(looks)


def pass_time(page: Page, seconds: int) -> set[str]:
    """Let the page's clock run; return what the tour has shown."""
    seen = set()
    for _turn in range(seconds // STEP_S):
        page.clock.fast_forward(STEP_S * 1000)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
        seen.add(page.evaluate("location.search"))
    return seen


def test_two_hours_of_the_wall_leave_no_trace(house: House) -> None:
    with closing(house.sign_in("leader")) as leader, chromium(house.address) as browser:
        for firm in ("F01", "F08"):
            house.anlan("demo-fault", firm)
        page = browser.page_of(leader)
        page.add_init_script("localStorage.setItem('anlan.tour', 'true')")
        page.clock.install()
        page.goto(house.address)
        page.locator(".alarms tbody tr").first.wait_for(timeout=3 * PATIENCE_MS)
        line = page.context.new_cdp_session(page)
        with standing_still(house, "engine"):
            seen = pass_time(page, HALF_S)
            before_mb = least_mb(page, line)
            pass_time(page, HALF_S)
            after_mb = least_mb(page, line)
        page.context.close()
    assert len(seen) > 1, "the tour did not move"
    assert after_mb <= before_mb * GROWTH_MOST, f"{before_mb:.1f} MB became {after_mb:.1f} MB"
