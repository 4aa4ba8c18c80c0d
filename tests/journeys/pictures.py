"""The pictures of docs/who-sees-what.md, taken anew: `scripts/pictures`, or some: `scripts/pictures shares`.

A demonstration of its own comes up in a folder that goes again; each of the cast signs in by his link.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page

from tests.journeys.browser import Chromium, chromium
from tests.journeys.expected import PARTS, firms
from tests.journeys.house import ROOT, House, build

FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 720}
COLOURS = 128
#: Whose pages are shown: the seven, and the leader who approves.
PEOPLE = {**PARTS, "leader": "leader"}
LARGEST_BYTES = 200_000
PATIENCE_MS = 60_000
#: A firm of each supervisor is to have an alarm; findings of the last two minutes come meanwhile.
FAULTS = ("F01", "F08", "F09")
WAIT_S = 150


def _nothing(page: Page) -> None:
    """The page is shown as it opens."""


def _first_row(page: Page) -> None:
    page.locator("[data-row]").first.click()
    page.locator(".el-drawer ol li").first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(500)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: whose page, in which language, and what is done before it is taken."""

    who: str
    language: str
    address: str
    name: str
    act: Callable[[Page], None] = _nothing


SHOTS = (
    Shot("county", "zh-CN", "/", "map"),
    Shot("zone", "zh-CN", "/", "map"),
    Shot("neighbour", "zh-CN", "/", "map"),
    Shot("firm", "zh-CN", "/", "map"),
    Shot("county", "en", "/monitor", "alarms"),
    Shot("zone", "en", "/monitor", "alarms"),
    Shot("neighbour", "en", "/monitor", "alarms"),
    Shot("firm", "en", "/monitor", "alarms"),
    Shot("county", "zh-CN", "/data-quality", "data-quality"),
    Shot("zone", "en", "/data-quality", "data-quality"),
    Shot("neighbour", "zh-CN", "/data-quality", "data-quality"),
    Shot("zone", "zh-CN", "/doubled-firms", "doubled-firms"),
    Shot("county", "en", "/devices", "devices"),
    Shot("leader", "zh-CN", "/shares", "shares"),
    Shot("system", "zh-CN", "/people", "accounts"),
    Shot("security", "en", "/people/posts", "posts"),
    Shot("audit", "zh-CN", "/admin/audit", "journal"),
    Shot("audit", "en", "/admin/audit", "versions", _first_row),
    Shot("security", "zh-CN", "/monitor", "refused"),
    Shot("firm", "en", "/admin/audit", "refused"),
)


def main(*names: str) -> None:
    """Bring a demonstration up and take every picture, or those of some names; raises SystemExit for one unknown."""
    if unknown := set(names) - {shot.name for shot in SHOTS}:
        raise SystemExit(f"no picture is called {sorted(unknown)}")
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        house = build(Path(folder) / "var")
        try:
            _let_it_happen(house)
            with chromium(house.address) as browser:
                for who in dict.fromkeys(shot.who for shot in shots):
                    with closing(house.sign_in(PEOPLE[who])) as person:
                        _take(browser, person, [shot for shot in shots if shot.who == who])
        finally:
            house.stop()


def _let_it_happen(house: House) -> None:
    for firm in FAULTS:
        house.anlan("demo-fault", firm)
    wanted = {firms()[firm] for firm in FAULTS}
    with closing(house.sign_in("duty_officer")) as officer:
        asked = "/api/v1/alerts/alarms/open?filter=priority.eq:1&limit=500"
        for _ in range(WAIT_S):
            rows = officer.get(asked).json()["items"]
            counts = officer.get("/api/v1/data-quality/counts").json()
            frozen = any(one["count"] for one in counts if one["kind"] == "frozen")
            if frozen and wanted <= {row["site_name"] for row in rows}:
                return
            time.sleep(1)
    raise SystemExit(f"no alarm at each of {sorted(wanted)} within {WAIT_S} s")


def _take(browser: Chromium, person: httpx.Client, shots: list[Shot]) -> None:
    page = browser.page_of(person)
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    for shot in shots:
        page.goto(browser.address)
        page.evaluate("language => localStorage.setItem('anlan.language', language)", shot.language)
        page.goto(f"{browser.address}{shot.address}")
        page.locator(".who").wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(5_000 if shot.address == "/" else 2_000)
        shot.act(page)
        file = FOLDER / f"{shot.who}-{shot.name}.png"
        file.write_bytes(_small(page.screenshot()))
        sys.stdout.write(f"  ✓ {file.relative_to(ROOT)} {file.stat().st_size // 1000} kB\n")
    page.context.close()


def _small(picture: bytes) -> bytes:
    """Return a picture with few colours; raises ValueError when it is still too large for a page."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    out = BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    if out.tell() > LARGEST_BYTES:
        raise ValueError(f"{out.tell()} bytes are too many for a picture of the docs")
    return out.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
