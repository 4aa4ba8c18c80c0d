"""The wall runs for hours, in accelerated time: it goes on its tour, and its memory stands still.

The first half hour is for what a wall takes in once: tiles, fonts, the hours of its charts. No alarm comes or
goes meanwhile (the engine stands still), so that what grows in every half hour after it is a leak, as
much as in the one in which it grew least; what is taken in late, but once, is none. Several looks each,
the least of them counts: one stop of the tour holds more than another.
"""

from contextlib import closing
from itertools import pairwise

import pytest
from playwright.sync_api import CDPSession, Page

from tests.journeys.browser import chromium
from tests.journeys.house import House
from tests.journeys.test_house_away import standing_still

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
STEP_S, HALF_S = 30, 1_800
LOOKS = 3
HALVES = 4
#: Of the heap after a forced collection: a day of it would double what a wall holds.
LEAK_MB = 0.4


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


def test_hours_of_the_wall_leave_no_trace(house: House) -> None:
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
            held_mb = [least_mb(page, line) for _half in range(HALVES)]
        page.context.close()
    assert len(seen) > 1, "the tour did not move"
    assert min(after - before for before, after in pairwise(held_mb)) < LEAK_MB, held_mb
