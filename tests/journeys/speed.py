"""How soon a page is there, in a real browser: `scripts/speed` measures and writes docs/performance.md.

A demonstration of its own comes up in a folder that goes again. The peer of the first map view is a bare page with
nothing but MapLibre, the wall's own style with all its layers, data and images, and the same tiles from
the same server; both are opened in turn, each time in a browser context that knows nothing.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from anlan.app.bench.report import Report, Row, less_is_better, new_report, table, write_section
from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import ROOT, House, build
from tests.journeys.speed_pan import POINTS, Moved, give_points, moved
from tests.journeys.speed_pan import TARGET_MS as TARGET_TASK_MS

TURNS, ROUNDS = 7, 3
TARGET_TIMES, TARGET_MB, TARGET_ROUTE_MS = 1.6, 0.8, 300.0
#: The first tiles of the demonstration, its alarms and its history come meanwhile.
SETTLE_S = 60.0
#: Nobody finds his way in the menu sooner; the desk fetches the menu's pages meanwhile.
DESK_MS = 3_000
DIST = ROOT / "web" / "dist"
MAPLIBRE = ROOT / "web" / "node_modules" / "maplibre-gl" / "dist"
#: Programs and their looks; data and tiles are not what a page weighs.
OURS = {"Document", "Script", "Stylesheet", "Font"}
FOUND = """
() => {
    const seen = [document.querySelector('#app')?._vnode]
    while (seen.length) {
        const one = seen.pop()
        if (!one) continue
        const own = one.component
        if (own) {
            for (const key of Object.getOwnPropertySymbols(own.provides)) {
                if (own.provides[key]?.getStyle && own.provides[key]?.areTilesLoaded) return own.provides[key]
            }
            seen.push(own.subTree)
        }
        if (Array.isArray(one.children)) seen.push(...one.children.filter((child) => child && typeof child === 'object'))
        if (one.suspense) seen.push(one.suspense.activeBranch)
    }
    return null
}
"""
#: Ask every frame until the map has drawn every tile of every source; then two frames until it is seen.
SEEN = """
(least) => new Promise((done, fail) => {
    const found = %s
    const look = () => {
        const map = window.bareMap ?? found()
        const layers = map?.getStyle()?.layers.length ?? 0
        if (map && layers >= least && map.loaded() && map.areTilesLoaded())
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))
        else if (performance.now() > 90000)
            fail(new Error(`${location.pathname}: ${layers} of ${least} layers, loaded ${map?.loaded()}, tiles ${map?.areTilesLoaded()}`))
        else requestAnimationFrame(look)
    }
    look()
})
""" % FOUND.strip()  # noqa: UP031 - braces are JavaScript's here
TAKEN = """
() => {
    const map = (%s)()
    const images = map.listImages().map((id) => {
        const { data, pixelRatio } = map.style.getImage(id)
        return { id, width: data.width, height: data.height, pixelRatio, bytes: btoa(String.fromCharCode(...data.data)) }
    })
    return { style: map.getStyle(), bounds: map.getBounds().toArray(), images }
}
""" % FOUND.strip()  # noqa: UP031
BARE = """
import { Map, setWorkerUrl } from '/bare/maplibre-gl.js'
setWorkerUrl('/bare/maplibre-gl-worker.js')
const { style, bounds, images } = await (await fetch('/bare/said.json')).json()
const map = new Map({ container: 'map', style, bounds, fadeDuration: 0, attributionControl: false })
for (const { id, width, height, pixelRatio, bytes } of images) {
    const data = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))
    map.on('styleimagemissing', (event) => {
        if (event.id === id && !map.hasImage(id)) map.addImage(id, { width, height, data }, { pixelRatio })
    })
}
window.bareMap = map
"""
PAGE = """<!doctype html><html><head><meta charset="utf-8"><link rel="stylesheet" href="/bare/maplibre-gl.css">
<link rel="stylesheet" href="/bare/bare.css"><script type="module" src="/bare/bare.js"></script></head>
<body><div id="map"></div></body></html>"""
GO = """
(path) => new Promise((done) => {
    const link = [...document.querySelectorAll('nav a')].find((one) => one.getAttribute('href') === path)
    const before = document.querySelector('main h1')
    const begun = performance.now()
    link.click()
    const look = () => {
        const title = document.querySelector('main h1')
        if (location.pathname === path && title && title !== before && title.textContent.trim())
            requestAnimationFrame(() => done(performance.now() - begun))
        else if (performance.now() - begun > 20000) done(-1)
        else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
})
"""


@dataclass(slots=True)
class Took:
    """What the openings of one page took: ms, and bytes of programs as they came over the line."""

    ms: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)


def main(*_: str) -> None:
    """Measure, print, write the page's table."""
    report = new_report("speed", quick=False)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        house = build(Path(folder) / "var")
        try:
            for firm in ("F01", "F08"):
                house.anlan("demo-fault", firm)
            time.sleep(SETTLE_S)
            with chromium(house.address) as browser:
                measure(house, browser, report)
        finally:
            house.stop()
    write_section(ROOT / "docs" / "performance.md", report)
    print(table(report))  # noqa: T201 - it is what we are for


def measure(house: House, browser: Chromium, report: Report) -> None:
    """Put all figures into the report."""
    ours, bare = Took(), Took()
    with _opened(house, browser) as page:
        page.goto(house.address + "/")
        page.evaluate(SEEN, 0)
        page.wait_for_timeout(5_000)
        said = page.evaluate(TAKEN)
    least = len(said["style"]["layers"])
    with _bare_page(said):
        for _turn in range(TURNS):
            _open(house, browser, "/", least, ours)
            _open(house, browser, "/bare/index.html", 0, bare)
        report.rows.extend(_pan(house, browser, least))
    report.rows.append(
        less_is_better(
            "speed.map.first_view",
            _middle(ours.ms),
            "ms",
            target=round(TARGET_TIMES * _middle(bare.ms), 1),
            peer="bare maplibre",
            peer_value=_middle(bare.ms),
        )
    )
    weight = max(ours.bytes) / 1e6
    report.rows.append(
        Row(
            name="speed.map.programs_before",
            value=float(f"{weight:.4g}"),
            unit="MB",
            target=TARGET_MB,
            met=weight <= TARGET_MB,
        )
    )
    report.rows.extend(_routes(house, browser))


def _pan(house: House, browser: Chromium, least: int) -> Iterator[Row]:
    """Move both maps; the longest of several rounds is what a person waits for."""
    found: dict[str, list[Moved]] = {"/": [], "/bare/index.html": []}
    for _round in range(ROUNDS):
        for path, rounds in found.items():
            with _opened(house, browser) as page:
                points = give_points(page) if path == "/" else []
                page.goto(house.address + path)
                page.evaluate(SEEN, least if points else 0)
                page.wait_for_timeout(DESK_MS)
                rounds.append(moved(browser.browser, page, FOUND, points))
    ours, bare = found.values()
    yield less_is_better(
        "speed.map.pan.longest_task.cpu",
        max(one.cpu_ms for one in ours),
        "ms",
        target=TARGET_TASK_MS,
        peer="bare maplibre",
        peer_value=max(one.cpu_ms for one in bare),
    )
    yield less_is_better(
        "speed.map.pan.longest_task.clock",
        max(one.clock_ms for one in ours),
        "ms",
        target=None,
        peer="bare maplibre",
        peer_value=max(one.clock_ms for one in bare),
    )
    changes = POINTS * sum(one.turns for one in ours)
    yield Row(name="speed.map.pan.points_changed", value=float(changes), unit="points")


@contextmanager
def _opened(house: House, browser: Chromium) -> Iterator[Page]:
    with closing(house.sign_in("duty_officer")) as person:
        page = browser.page_of(person)
        page.set_viewport_size({"width": 1920, "height": 1080})
        try:
            yield page
        finally:
            page.context.close()


def _open(house: House, browser: Chromium, path: str, least: int, took: Took) -> None:
    """Open a page in a context that knows nothing, until its map is drawn."""
    with _opened(house, browser) as page:
        weighed = _weigh(page)
        page.goto(house.address + path, wait_until="commit")
        took.ms.append(page.evaluate(SEEN, least))
        took.bytes.append(weighed())


def _weigh(page: Page) -> Callable[[], int]:
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line = page.context.new_cdp_session(page)
    line.on(
        "Network.responseReceived", lambda said: kinds.update({said["requestId"]: said["type"]})
    )
    line.on(
        "Network.loadingFinished",
        lambda said: sizes.update({said["requestId"]: round(said["encodedDataLength"])}),
    )
    line.send("Network.enable")
    return lambda: sum(size for one, size in sizes.items() if kinds.get(one) in OURS)


@contextmanager
def _bare_page(said: dict[str, Any]) -> Iterator[None]:
    """Put the bare page beside ours, where the same server gives it out in the same way."""
    folder = DIST / "bare"
    folder.mkdir()
    try:
        for file in MAPLIBRE.glob("*.mjs"):
            if "-dev" not in file.name:
                # Debian's nginx does not know .mjs for a program
                text = file.read_text(encoding="utf-8").replace(".mjs", ".js")
                (folder / file.with_suffix(".js").name).write_text(text, encoding="utf-8")
        shutil.copy(MAPLIBRE / "maplibre-gl.css", folder)
        (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
        (folder / "bare.js").write_text(BARE, encoding="utf-8")
        (folder / "bare.css").write_text("html,body,#map{height:100%;margin:0}", encoding="utf-8")
        (folder / "index.html").write_text(PAGE, encoding="utf-8")
        yield
    finally:
        shutil.rmtree(folder)


def _routes(house: House, browser: Chromium) -> Iterator[Row]:
    """Walk the desk's menu: each page once for the first time, then again."""
    first: list[float] = []
    again: list[float] = []
    with _opened(house, browser) as page:
        page.goto(house.address + "/health")
        page.wait_for_selector("nav a")
        page.wait_for_timeout(DESK_MS)
        found = page.eval_on_selector_all(
            "nav a", "all => all.map(one => one.getAttribute('href'))"
        )
        paths = [one for one in found if one not in {"/", "/health"}]
        for turn in range(ROUNDS):
            for path in paths:
                took = page.evaluate(GO, path)
                if took < 0:
                    raise TimeoutError(f"{path} has no heading")
                (again if turn else first).append(took)
                page.wait_for_timeout(1_500)
    for name, values in (("first", first), ("again", again)):
        p95 = float(np.percentile(values, 95))
        yield Row(name=f"speed.route.{name}.p50", value=_middle(values), unit="ms")
        yield Row(
            name=f"speed.route.{name}.p95",
            value=float(f"{p95:.4g}"),
            unit="ms",
            target=TARGET_ROUTE_MS,
            met=p95 <= TARGET_ROUTE_MS,
        )


def _middle(values: list[float]) -> float:
    return float(f"{np.median(values):.4g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
