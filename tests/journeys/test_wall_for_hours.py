"""The wall runs for hours, in accelerated time: it goes on its tour, and its memory stands still.

The first half hour is for what a wall takes in once: tiles, fonts, the hours of its charts. No alarm comes or
goes meanwhile (the engine stands still), so that what grows in every half hour after it is a leak, as
much as in the one in which it grew least; what is taken in late, but once, is none. Several looks each,
the least of them counts: one stop of the tour holds more than another.

What is weighed is what a page can hold on to (objects, arrays, texts, functions; the bytes of buffers; nodes of
the document), not the whole heap: the browser translates code for as long as it runs, the longer the
slower the machine is, and keeps timings for its inspector. Neither is ours.
"""

import json
from contextlib import closing
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import CDPSession, Page

from tests.journeys.browser import chromium
from tests.journeys.house import House
from tests.journeys.test_house_away import standing_still

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
STEP_S, HALF_S = 30, 1_800
LOOKS = 3
HALVES = 3
#: What may be more after half an hour; a day of it would not double what a wall holds (6 MB of objects).
MAY_GROW = {"objects_kb": 50.0, "buffers_kb": 500.0, "nodes": 300.0}
#: What V8's snapshot says of code and of the browser's own things.
NOT_OURS = {"code", "native", "hidden", "synthetic"}


def held(line: CDPSession) -> dict[str, float]:
    """Return what the page holds once everything in it that can be let go is gone."""
    for _turn in range(3):
        line.send("HeapProfiler.collectGarbage")
    return {
        "objects_kb": _objects_kb(line),
        "buffers_kb": line.send("Runtime.getHeapUsage")["backingStorageSize"] / 1e3,
        "nodes": line.send("Memory.getDOMCounters")["nodes"],
    }


def _objects_kb(line: CDPSession) -> float:
    parts: list[str] = []

    def take(said: dict[str, Any]) -> None:
        parts.append(said["chunk"])

    line.on("HeapProfiler.addHeapSnapshotChunk", take)
    line.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    line.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    heap = json.loads("".join(parts))
    fields = heap["snapshot"]["meta"]["node_fields"]
    kinds = heap["snapshot"]["meta"]["node_types"][0]
    nodes = np.asarray(heap["nodes"], np.int64).reshape(-1, len(fields))
    kind, size = nodes[:, fields.index("type")], nodes[:, fields.index("self_size")]
    of_kind = np.bincount(kind, weights=size, minlength=len(kinds))
    return float(of_kind[[one not in NOT_OURS for one in kinds]].sum()) / 1e3


def least(page: Page, line: CDPSession) -> dict[str, float]:
    """Let half an hour pass; return the least of what the page held meanwhile."""
    looks = []
    for _turn in range(LOOKS):
        pass_time(page, HALF_S // LOOKS)
        looks.append(held(line))
    return {name: min(look[name] for look in looks) for name in MAY_GROW}


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
            halves = [least(page, line) for _half in range(HALVES)]
        page.context.close()
    assert len(seen) > 1, "the tour did not move"
    for name, may_grow in MAY_GROW.items():
        held_then = [half[name] for half in halves]
        assert min(after - before for before, after in pairwise(held_then)) < may_grow, halves
