"""The tools of the map in a browser: layers and sets, measuring, what is near, coordinates, drawing."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.sketches.models import Sketch
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.cast import assemble
from tests.plant import build_plant

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: The middle of the county's square, and a tank 1,110 m north of its site.
SITE, TANK = (106.25, 38.25), (106.25, 38.26)


@pytest.fixture
def officer() -> User:
    plant = build_plant("east", streams=1)
    cast = assemble(town_site=plant.site.id)
    factories.settlement("磁窑堡", population=7_000)
    with unit_of_work(machine("test")):
        for one, at in ((plant.site, SITE), (plant.tank, TANK)):
            Subject.objects.filter(pk=one.id).update(location=Point(*at, srid=4326))
    return cast.duty_officer


@pytest.fixture
def page(officer: User, desk: Callable[[User, str], Page]) -> Page:
    made = desk(officer, "/")
    expect(made.locator("canvas.maplibregl-canvas")).to_be_visible()
    expect(made.get_by_role("toolbar", name="地图工具")).to_be_visible()
    return made


def tool(page: Page, name: str) -> Locator:
    """Open a tool and return its sheet."""
    page.get_by_role("toolbar", name="地图工具").get_by_role("button", name=name).click()
    return page.get_by_role("region", name=name)


def click(page: Page, *places: tuple[float, float]) -> None:
    """Click the map at shares of its width and height, right of where the sheet lies."""
    box = page.locator("canvas.maplibregl-canvas").bounding_box()
    assert box is not None
    for x, y in places:
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(600)  # two clicks within half a second would be a double one


def test_layers_are_found_faded_and_kept_as_a_set_that_is_there_again(page: Page) -> None:
    tree = page.locator("aside.left")
    for group in ("报警预警", "监测对象", "标绘", "基础地理"):
        expect(tree.get_by_role("heading", name=group)).to_be_visible()
    tree.get_by_role("button", name="居民点：图例和不透明度").click()
    expect(tree.get_by_text("居民点，面积随人口")).to_be_visible()
    tree.get_by_role("slider", name="居民点 的不透明度").fill("40")
    expect(tree.get_by_text("40%")).to_be_visible()
    tree.get_by_role("checkbox", name="行政区划").uncheck()
    tree.get_by_role("button", name="保存组合").click()
    tree.get_by_label("组合名称").fill("夜班")
    tree.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存“夜班”")).to_be_visible()
    tree.get_by_role("button", name="设为打开时").click()
    expect(page.get_by_text("打开地图时用“夜班”")).to_be_visible()

    page.reload()
    expect(tree.get_by_role("checkbox", name="行政区划")).not_to_be_checked()
    expect(tree.get_by_role("combobox")).to_have_value("夜班")

    search = tree.get_by_role("searchbox")
    search.fill("磁窑")
    search.press("ArrowDown")
    expect(tree.get_by_role("button", name="磁窑堡")).to_be_focused()
    page.keyboard.press("Enter")
    expect(search).to_have_value("")


def test_a_length_and_an_area_are_told_while_they_are_drawn(page: Page) -> None:
    sheet = tool(page, "测量距离与面积")
    click(page, (0.6, 0.5), (0.8, 0.5))
    expect(sheet.get_by_role("status")).to_contain_text("公里")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(sheet.get_by_role("status")).to_contain_text("—")
    sheet.get_by_text("面积", exact=True).first.click()
    click(page, (0.6, 0.3), (0.8, 0.3), (0.8, 0.6))
    expect(sheet.get_by_role("status")).to_contain_text("平方公里")
    expect(page.locator("aside.card")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_what_is_near_a_subject_is_listed_chosen_and_taken_out_as_it_stands(
    page: Page, tmp_path: Path
) -> None:
    search = page.locator("aside.left").get_by_role("searchbox")
    search.fill("east 厂区")
    search.press("Enter")
    expect(page.locator("aside.card")).to_be_visible()
    sheet = tool(page, "周边查询")
    sheet.get_by_role("button", name="以选中对象为圆心").click()
    rows = sheet.get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("1.11 公里")
    sheet.get_by_label("半径").fill("0.5")
    expect(rows).to_have_count(1)
    sheet.get_by_label("半径").fill("101")
    expect(sheet.get_by_role("alert")).to_contain_text("100 公里")
    sheet.get_by_label("半径").fill("60")
    expect(
        sheet.get_by_text("人口合计 7,000 人").or_(sheet.get_by_text("人口合计 7000 人"))
    ).to_be_visible()
    shown = [one.inner_text() for one in sheet.locator("li .name").all()]
    with page.expect_download() as given:
        sheet.get_by_role("button", name="导出").click()
    given.value.save_as(tmp_path / "within.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO((tmp_path / "within.xlsx").read_bytes()))
    _head, *kept = book.get_sheet_by_index(0).to_python()
    assert [row[1] for row in kept] == shown
    rows.filter(has_text="T101").get_by_role("button").click()
    expect(page.locator("aside.card")).to_contain_text("T101")


def test_coordinates_are_read_as_they_are_pasted_and_told_in_every_system(page: Page) -> None:
    sheet = tool(page, "坐标与地名")
    box = sheet.get_by_label("坐标", exact=True)
    box.fill("宁东镇政府")
    box.press("Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("读不出坐标")
    box.fill("东经106度15分 北纬38度15分")
    box.press("Enter")
    expect(sheet.get_by_text("106.250000, 38.250000")).to_be_visible()
    expect(sheet.get_by_text("106°15′00.0″E 38°15′00.0″N")).to_be_visible()
    expect(sheet.locator("dl")).to_contain_text("宁东镇")
    expect(sheet.locator("dl")).to_contain_text("磁窑堡")
    shifted = sheet.locator("dd.copied").nth(1).locator("span").inner_text()
    sheet.get_by_text("GCJ-02（高德、腾讯）", exact=True).first.click()
    box.fill(shifted)
    box.press("Enter")
    expect(sheet.locator("dd.copied").first).to_contain_text("106.25000")
    click(page, (0.8, 0.5))
    expect(sheet.get_by_text("106.250000, 38.250000")).to_have_count(0)


def test_an_area_is_drawn_kept_deleted_and_put_back(page: Page) -> None:
    sheet = tool(page, "标绘")
    click(page, (0.6, 0.3), (0.8, 0.3), (0.8, 0.6))
    sheet.get_by_label("名称（必填）").fill("警戒区")
    sheet.get_by_text("本单位", exact=True).click()
    sheet.get_by_role("button", name="保存标绘").click()
    expect(page.get_by_text("已保存“警戒区”")).to_be_visible()
    with unit_of_work(machine("test"), read_only=True):
        made = Sketch.objects.get()
    assert (made.name, made.kind, made.audience) == ("警戒区", "area", "organisation")
    assert made.shape.area > 0

    sheet.get_by_role("button", name="删除 警戒区").click()
    expect(sheet.get_by_text("已删除“警戒区”")).to_be_visible()
    expect(sheet.get_by_text("还没有标绘")).to_be_visible()
    sheet.get_by_role("button", name="撤销").click()
    expect(sheet.get_by_role("button", name="删除 警戒区")).to_be_visible()
    with unit_of_work(machine("test"), read_only=True):
        assert Sketch.objects.get().withdrawn_at is None
