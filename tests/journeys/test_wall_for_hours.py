"""The wall runs for two hours, in accelerated time: it goes on its tour, and its memory stands still.

The first hour is for what a wall takes in once: tiles, fonts, the hours of its charts. No alarm comes or
goes meanwhile (the engine stands still), so that whatever grows in the second hour is a leak.
"""

from contextlib import closing

import pytest
from playwright.sync_api import CDPSession, Page

from tests.journeys.browser import chromium
from tests.journeys.house import House
from tests.journeys.test_house_away import standing_still

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
STEP_S, HOUR_S = 30, 3_600
#: Of the heap after a forced collection.
GROWTH_MOST = 1.05


def used_mb(line: CDPSession) -> float:
    """Return what the page's heap holds once nothing in it can be let go."""
    for _turn in range(3):
        line.send("HeapProfiler.collectGarbage")
    return float(line.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


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
            pass_time(page, HOUR_S)
            before_mb = used_mb(line)
            seen = pass_time(page, HOUR_S)
            after_mb = used_mb(line)
        page.context.close()
    assert len(seen) > 1, "the tour did not move"
    assert after_mb <= before_mb * GROWTH_MOST, f"{before_mb:.1f} MB became {after_mb:.1f} MB"
