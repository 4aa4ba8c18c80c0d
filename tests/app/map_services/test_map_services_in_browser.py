"""The wall over a service of the government: its ground, its approval number, and our own when it is away."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.people.models import User
from tests.app.map_services.conftest import described
from tests.cast import assemble
from tests.journeys.browser import _COUNT
from tests.map_stand_in import SECRET, StandIn, picture

if TYPE_CHECKING:
    from anlan.app.region.build import Region

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]
CANVAS = "canvas.maplibregl-canvas"
#: What the stand-in paints everything with, and what water of our own ground is, on the light map.
THEIRS, OURS = (0xE8, 0x7A, 0xD0), (0xBF, 0xD8, 0xE2)
MOST_OF_IT, A_LITTLE = 100_000, 150
PATIENCE_MS = 60_000


class OneColour(StandIn):
    """A government whose whole country has one colour."""

    def draw(self, box: object, size: tuple[int, int], *, is_metres: bool) -> bytes:
        return picture(np.full((size[1], size[0], 3), THEIRS, np.uint8))


@pytest.fixture
def stand_in() -> StandIn:
    return OneColour(secret=SECRET).start()


@pytest.fixture
def settings_of_pages(tmp_path: Path, region: "Region", stand_in: StandIn) -> dict[str, str]:
    """Serve the demo's base map, and say of the stand-in's ground that it is shown."""
    from anlan.app.base_map.invented.make import build_invented

    folder = tmp_path / "region"
    folder.mkdir()
    build_invented(region, "lingwu", folder)
    text = described(stand_in).split("[[service]]")[1]
    (folder / "services.toml").write_text(f"[[service]]{text}", encoding="utf-8")
    secrets = tmp_path / "map_secrets.toml"
    secrets.write_text(f'province = "{SECRET}"\n', encoding="utf-8")
    secrets.chmod(0o600)
    return {
        "ANLAN_NODE": "n640181",
        "ANLAN_REGION_DIR": str(folder),
        "ANLAN_MAP_SECRETS_FILE": str(secrets),
        "ANLAN_MAP_CACHE_DIR": str(tmp_path / "map_cache"),
    }


@pytest.fixture
def officer(region: "Region") -> User:
    from anlan.app.region.load import load_region

    officer = assemble().duty_officer
    load_region(region)
    return officer


def painted(page: Page, colour: tuple[int, int, int]) -> int:
    """Count the pixels of the map that have a colour."""
    shot = page.locator(CANVAS).screenshot()
    found: int = page.evaluate(_COUNT, [base64.b64encode(shot).decode(), list(colour)])
    return found


def wait_for(page: Page, colour: tuple[int, int, int], pixels: int) -> None:
    for _ in range(PATIENCE_MS // 500):
        if painted(page, colour) >= pixels:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{painted(page, colour)} pixels of {colour}")


def test_their_ground_is_shown_and_ours_when_they_are_away(
    officer: User, desk: Desk, address: str, stand_in: StandIn
) -> None:
    page = desk(officer, "/messages")
    told: list[str] = []
    page.on("response", lambda one: told.append(f"{one.url} {one.all_headers()}"))
    page.evaluate("localStorage.setItem('anlan.wall.look', 'light')")
    page.goto(f"{address}/")
    foot, tree = page.locator(".maplibregl-ctrl-attrib"), page.locator(".tree")
    wait_for(page, THEIRS, MOST_OF_IT)
    expect(foot).to_contain_text("政务地图：img（某省自然资源厅）　审图号 GS（2026）1234号")
    expect(foot).not_to_contain_text("底图：", timeout=PATIENCE_MS)
    expect(tree).to_contain_text("政务地图")
    assert painted(page, OURS) < A_LITTLE

    page.emulate_media(media="print")
    expect(foot).to_be_visible()
    page.emulate_media(media="screen")

    stand_in.stop()
    for _ in range(3):
        page.locator(".maplibregl-ctrl-zoom-in").click()
        page.wait_for_timeout(600)
    expect(page.locator("p.notice")).to_have_text(
        "⚠ 政务地图暂不可用：img，已改用本单位底图，正在重试"
    )
    expect(foot).to_contain_text("底图：")
    expect(tree).to_contain_text("暂不可用")
    wait_for(page, OURS, A_LITTLE)

    assert any(re.search(r"/map-services/img/tiles\?", one) for one in told)
    assert not [one for one in told if SECRET in one or stand_in.address in one]
