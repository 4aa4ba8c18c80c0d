"""Every page in both themes, taken anew: `scripts/screenshots`, or some: `scripts/screenshots wall monitor`.

A demonstration of its own comes up in a folder that goes again; whoever has a page in his menu shows it.
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import PARTS, ROOT, House, build

FOLDER = ROOT / "docs" / "screenshots"
DESK = {"width": 1366, "height": 768}
WALL = {"width": 1920, "height": 1080}
POCKET = {"width": 390, "height": 844}
#: The colours of alarms are few points of a picture and must stay what they are.
COLOURS = 224
PATIENCE_MS = 60_000
#: Until a page stands still; a map drawn in software takes its time for tiles and signs.
SETTLED_MS, MAP_MS = 2_500, 15_000
FAULTS = ("F01", "F08", "F09")
#: Alarms, findings and the first minutes of history come meanwhile.
WAIT_S = 150
#: What a browser remembers of how its person wants pages and the wall's map.
KEEP = "(kept) => { for (const one in kept) localStorage.setItem(one, kept[one]) }"
#: Pages that are used on the way, and shown on a phone too.
FIELD = frozenset({"wall", "monitor", "messages"})


@dataclass(frozen=True, slots=True)
class Shot:
    """One page of somebody's menu."""

    who: str
    path: str

    @property
    def name(self) -> str:
        """Return what its picture is called."""
        return re.sub(r"[^a-z0-9]+", "-", self.path.strip("/")) or "wall"


def shots(house: House) -> Iterator[Shot]:
    """Yield each page once, as the first of the cast sees it who has it; then a dossier."""
    seen: set[str] = set()
    for part in PARTS:
        for entry in house.sign_in(part).get("/api/v1/registry").json()["menu"]:
            if entry["path"] and entry["path"] not in seen:
                seen.add(entry["path"])
                yield Shot(part, entry["path"])
    found = house.sign_in("monitor").get("/api/v1/alerts/alarms/open", params={"limit": 1})
    for alarm in found.json()["items"]:
        yield Shot("monitor", f"/subjects/{alarm['subject_id']}")


def main(*names: str) -> None:
    """Take what is named, or everything."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        house = build(Path(folder) / "var")
        try:
            for fault in FAULTS:
                house.anlan("demo-fault", fault)
            time.sleep(WAIT_S)
            with chromium(house.address) as browser:
                for shot in shots(house):
                    name = "dossier" if shot.path.startswith("/subjects/0") else shot.name
                    if not names or name in names:
                        _take(house, browser, shot, name)
        finally:
            house.stop()


def _take(house: House, browser: Chromium, shot: Shot, name: str) -> None:
    person = house.sign_in(shot.who)
    with closing(person):
        page = browser.page_of(person)
        page.goto(house.address + "/health")
        for theme in ("light", "dark"):
            page.evaluate(
                KEEP, {"anlan.desk.dark": str(theme == "dark").lower(), "anlan.wall.look": theme}
            )
            _save(
                page, house.address + shot.path, f"{name}-{theme}", WALL if name == "wall" else DESK
            )
        if name in FIELD:
            _save(page, house.address + shot.path, f"{name}-phone", POCKET)
        page.context.close()


def _save(page: Page, address: str, name: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]  # the driver's own dictionary
    page.goto(address)
    expect(page.locator(".waiting .bar")).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_timeout(MAP_MS if name.startswith("wall") else SETTLED_MS)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
