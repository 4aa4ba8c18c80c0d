"""How long the longest task of the page's main thread is while the map is moved and 5,000 points change each second.

The wall gets 5,000 firms in the place of its own (the answer of the server is exchanged on its way), and each second
every one of them is told another alarm, by the way that a replay takes: states, colours, signs of several. Meanwhile the map is
moved by script. The peer is the bare page, moved in the same way, with nothing that changes.

A task is what the browser's trace says of it. Where WebGL is drawn in software, the processor draws what a graphics
card would, and the main thread waits for it within its tasks; what it computes itself is its processor time.
"""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Route

POINTS = 5_000
#: Where to, in pixels and steps of zoom, a second each.
WAY = ((600, 0, 0), (0, 400, 1), (-500, 0, 1), (0, -300, 0), (300, 300, -1), (-400, 100, 2), (200, -400, -2), (0, 0, 0))  # fmt: skip
#: The longest of a task.
TARGET_MS = 100.0

MOVED = """
async ([way, points]) => {
    const map = window.bareMap ?? (%s)()
    let timer, turns = 0
    if (points.length) {
        const alarms = document.querySelector('#app')._vnode.appContext.config.globalProperties.$pinia._s.get('alarms')
        const [like] = alarms.open.values()
        // made before: in the product another thread reads what the server says
        const made = [0, 1, 2, 3].map((turn) => new Map(points.map((id, n) => [id, { ...like, id, subject_id: id, priority: 1 + (n + turn) %% 4, parent_id: null }])))
        const change = () => {
            turns += 1
            alarms.showThen(made[turns %% 4])
        }
        change()
        timer = setInterval(change, 1000)
    }
    for (const [x, y, zoom] of way) {
        const there = new Promise((done) => map.once('moveend', done))
        map.easeTo({ center: map.unproject([map.getCanvas().clientWidth / 2 + x, map.getCanvas().clientHeight / 2 + y]), zoom: map.getZoom() + zoom, duration: 1000, essential: true })
        await there
    }
    clearInterval(timer)
    return turns
}
"""


def give_points(page: Page) -> list[str]:
    """Let the wall be told of 5,000 firms; return their ids."""
    ids = [f"P{number:025d}" for number in range(POINTS)]

    def answer(route: Route) -> None:
        said: dict[str, Any] = route.fetch().json()
        like = next(one for one in said["features"] if one["properties"]["kind"] == "enterprise")
        said["features"] = [_point(like, one, number) for number, one in enumerate(ids)]
        route.fulfill(json=said)

    page.route("**/api/v1/subjects/points.geojson", answer)
    return ids


def _point(like: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    """Return a firm like another, somewhere in the county: even over a square of half a degree."""
    made: dict[str, Any] = json.loads(json.dumps(like))
    made["properties"] |= {"id": name, "name": f"企业 {number}", "parent_id": None}
    made["geometry"]["coordinates"] = [106.2 + number % 71 / 142, 37.8 + number // 71 / 142]
    if "id" in made:
        made["id"] = name
    return made


@dataclass(frozen=True, slots=True)
class Moved:
    """The longest task of the main thread (ms): by the clock, by its processor time; how often the points changed."""

    clock_ms: float
    cpu_ms: float
    turns: int


def moved(browser: Browser, page: Page, found: str, points: list[str]) -> Moved:
    """Move the map and read the trace of it."""
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    turns = int(page.evaluate(MOVED % found, [WAY, points]))
    tasks = _tasks(json.loads(browser.stop_tracing())["traceEvents"])
    clock_us = max(task["dur"] for task in tasks)
    # a task that was running when the trace began has no processor time of its own
    cpu_us = max(task["tdur"] for task in tasks if "tdur" in task)
    return Moved(clock_us / 1000, cpu_us / 1000, turns)


def _tasks(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tasks of the pages' main threads."""
    main = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    return [
        one
        for one in events
        if one["name"] == "ThreadControllerImpl::RunTask"
        and one["ph"] == "X"
        and (one["pid"], one["tid"]) in main
    ]
