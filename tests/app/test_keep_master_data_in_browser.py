"""The data keeper's pages in a browser: a division renamed and put back, a zone drawn, a kind's next version refused and taken."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.people.models import User
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area
from anlan.kernel.subjects.models import KindVersion
from tests import factories
from tests.cast import TOWNSHIP, assemble
from tests.journeys.browser import dialog
from tests.plant import build_plant

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keeper() -> User:
    cast = assemble()
    build_plant("east")
    return factories.officer(cast.bureau, "data_keeper", "刘数据", "liushuju")


@pytest.fixture
def page(keeper: User, desk: Callable[[User, str], Page]) -> Page:
    return desk(keeper, "/divisions")


def test_a_township_is_renamed_from_a_day_on_and_the_change_is_undone(
    page: Page, address: str
) -> None:
    page.get_by_role("button", name="更名 宁东镇").click()
    box = dialog(page)
    box.get_by_role("button", name="更名").click()
    expect(box.get_by_text("必填").first).to_be_visible()
    box.get_by_label("新名称").fill("宁东街道")
    box.get_by_label("生效日期").fill("2026-07-01")
    box.get_by_label("依据").fill("宁政函〔2026〕12号")
    box.get_by_role("button", name="更名").click()
    expect(page.get_by_role("cell", name="宁东街道", exact=True)).to_be_visible()
    assert queries.division(TOWNSHIP).name == "宁东街道"

    page.goto(f"{address}/divisions/reorganisations")
    expect(page.get_by_text("宁政函〔2026〕12号")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    dialog(page).get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回")).to_be_visible()
    assert queries.division(TOWNSHIP).name == "宁东镇"


def test_a_zone_is_drawn_on_the_map_and_an_outline_that_crosses_itself_is_refused_at_its_place(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/divisions/zones")
    page.get_by_role("button", name="登记功能区").click()
    box = dialog(page)
    box.get_by_label("名称", exact=False).first.fill("高新区")
    box.get_by_label("归口县").fill("640181")
    corners = box.get_by_label("各点坐标")
    corners.fill("106.1, 38.1\n106.3, 38.3\n106.3, 38.1\n106.1, 38.3")
    corners.blur()
    box.get_by_role("button", name="登记功能区").click()
    expect(box.get_by_role("alert").filter(has_text="边界不能使用")).to_be_visible()
    box.get_by_role("button", name="清除").click()
    canvas = box.locator("canvas")
    expect(canvas).to_be_visible()
    page.wait_for_timeout(2_000)  # the map stands once its outlines are drawn
    for x, y in ((300, 80), (420, 80), (420, 200)):
        canvas.click(position={"x": x, "y": y})
    expect(box.get_by_text("3 个点")).to_be_visible()
    box.get_by_role("button", name="登记功能区").click()
    expect(page.get_by_role("cell", name="高新区", exact=True)).to_be_visible()
    made = Area.objects.get(name="高新区")
    assert made.boundary.area > 0

    page.get_by_role("button", name="停用 高新区").click()
    dialog(page).get_by_label("生效日期").fill("2026-07-01")
    dialog(page).get_by_role("button", name="停用").click()
    expect(page.get_by_role("button", name="恢复 高新区")).to_be_visible()


def test_the_next_version_of_a_kind_names_the_rows_that_do_not_fit_and_is_taken_where_all_do(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/subjects/kinds")
    page.get_by_role("button", name="储罐").click()
    page.get_by_role("button", name="新版本").click()
    box = dialog(page).last
    box.get_by_role("button", name="增加属性").click()
    line = box.locator("tbody tr").last
    line.locator("input").nth(0).fill("pressure_mpa")
    line.locator("input").nth(1).fill("设计压力")
    line.locator("input[type=checkbox]").check()
    box.get_by_role("button", name="检查在册对象").click()
    expect(box.get_by_text("1 个不符")).to_be_visible()
    expect(box.get_by_role("link", name="east T101")).to_be_visible()
    line.locator("input[type=checkbox]").uncheck()
    box.get_by_label("理由").fill("特种设备普查")
    box.get_by_role("button", name="新版本").click()
    expect(box).to_be_hidden()
    assert KindVersion.objects.filter(kind__code="tank").count() == 2
