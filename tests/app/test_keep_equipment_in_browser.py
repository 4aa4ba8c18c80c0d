"""Whatever measures, kept in a browser: gateway, instrument and datastream, what they stand at, and a limit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Limit
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.cast import assemble
from tests.journeys.browser import dialog, pick
from tests.plant import Plant, build_plant

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]


@pytest.fixture
def plant() -> Plant:
    return build_plant("east", streams=1)


@pytest.fixture
def keeper(plant: Plant) -> User:
    cast = assemble(site=plant.site.id)
    return factories.officer(cast.zone_bureau, "data_keeper", "刘数据", "liushuju")


def test_a_gateway_is_registered_renamed_and_stopped_and_its_keys_are_shown_once(
    keeper: User, desk: Desk
) -> None:
    page = desk(keeper, "/gateways")
    page.get_by_role("button", name="登记网关").click()
    box = dialog(page)
    box.get_by_role("button", name="登记网关").click()
    expect(box.get_by_text("必填").first).to_be_visible()
    pick(page, "厂区", "east 厂区")
    box.get_by_label("网关代码").fill("G9")
    box.get_by_label("名称 *", exact=True).fill("新罐区网关")
    box.get_by_role("button", name="登记网关").click()
    shown = dialog(page).filter(has_text="只显示这一次")
    expect(shown.get_by_text("east.G9")).to_be_visible()
    expect(shown.locator("code")).to_have_count(2)
    shown.get_by_role("button", name="我已保存").click()

    page.get_by_role("button", name="修改名称").click()
    box = dialog(page).last
    box.get_by_label("名称 *", exact=True).fill("北罐区网关")
    box.get_by_role("button", name="修改名称").click()
    expect(page.get_by_role("heading", name="北罐区网关", exact=True)).to_be_visible()
    page.get_by_role("button", name="停用网关").click()
    dialog(page).last.get_by_role("button", name="停用网关").click()
    expect(page.get_by_role("button", name="恢复使用")).to_be_visible()
    with unit_of_work(machine("test")):
        made = Gateway.objects.get(code="G9")
    assert (made.name, made.is_active) == ("北罐区网关", False)


def test_an_instrument_is_registered_behind_a_gateway_and_changed(keeper: User, desk: Desk) -> None:
    page = desk(keeper, "/devices")
    page.get_by_role("button", name="登记设备").click()
    box = dialog(page)
    pick(page, "网关", "east 网关")
    pick(page, "监测对象", "east T101")
    box.get_by_label("名称 *", exact=True).fill("雷达液位计")
    box.get_by_role("button", name="登记设备").click()
    page.get_by_role("button", name="修改设备 雷达液位计").click()
    box = dialog(page)
    box.get_by_label("型号").fill("RD-80")
    box.get_by_role("button", name="修改设备").click()
    expect(page.get_by_role("cell", name="RD-80")).to_be_visible()
    page.get_by_role("button", name="停用设备 雷达液位计").click()
    dialog(page).get_by_role("button", name="停用设备").click()
    expect(page.get_by_role("button", name="停用设备 雷达液位计")).to_be_hidden()
    with unit_of_work(machine("test")):
        made = Device.objects.get()
    assert (made.model, made.is_active) == ("RD-80", False)


def test_a_datastream_is_retired_and_taken_up_again_and_a_limit_on_it_is_changed(
    plant: Plant, keeper: User, desk: Desk
) -> None:
    stream = plant.streams[0]
    page = desk(keeper, f"/datastreams/{stream.id}")
    page.get_by_role("button", name="注销测点").click()
    dialog(page).get_by_role("button", name="注销测点").click()
    expect(page.get_by_text("已注销", exact=True)).to_be_visible()
    with unit_of_work(machine("test")):
        assert Datastream.objects.get(pk=stream.id).retired_at is not None
    page.get_by_role("button", name="撤回注销").click()
    dialog(page).get_by_role("button", name="撤回注销").click()
    expect(page.get_by_role("button", name="注销测点")).to_be_visible()

    row = page.get_by_role("row").filter(has_text="高高限")
    row.get_by_role("button", name="修改限值").click()
    box = dialog(page)
    box.get_by_label("限值 *", exact=True).fill("70")
    box.get_by_label("备案说明").fill("核定储量")
    box.get_by_role("button", name="修改限值").click()
    expect(box.get_by_text("须高于")).to_be_visible()
    box.get_by_label("限值 *", exact=True).fill("92")
    box.get_by_role("button", name="修改限值").click()
    expect(row.filter(has_text="92").filter(has_text="待生效")).to_be_visible()
    with unit_of_work(machine("test")):
        rows = Limit.objects.filter(datastream=stream, condition="HH")
        values = list(rows.order_by("created_at"))
    assert [(one.value, one.superseded_at is None) for one in values] == [
        (90.0, False),
        (92.0, True),
    ]
    assert values[1].reason == "核定储量"


def test_a_subject_is_registered_below_a_site_and_changed_where_its_kind_asks(
    plant: Plant, keeper: User, desk: Desk
) -> None:
    page = desk(keeper, f"/subjects/{plant.site.id}")
    page.get_by_role("button", name="登记下级对象").click()
    box = dialog(page)
    box.get_by_label("类别").select_option("tank")
    box.get_by_label("名称 *", exact=True).fill("T102 储罐")
    box.get_by_label("经度").fill("106.61")
    box.get_by_role("button", name="登记下级对象").click()
    expect(box.get_by_text("必填").first).to_be_visible()
    box.get_by_label("纬度").fill("38.11")
    box.get_by_label("volume_m3").fill("-5")
    box.get_by_role("button", name="登记下级对象").click()
    expect(box.get_by_role("alert").first).to_be_visible()
    box.get_by_label("volume_m3").fill("2,000")
    box.get_by_role("button", name="登记下级对象").click()
    expect(page.get_by_role("heading", name="T102 储罐")).to_be_visible()

    page.get_by_role("button", name="修改", exact=True).click()
    box = dialog(page)
    box.get_by_label("名称 *", exact=True).fill("甲醇储罐")
    box.get_by_label("状态").select_option("out_of_service")
    box.get_by_role("button", name="修改", exact=True).click()
    expect(page.get_by_role("heading", name="甲醇储罐", exact=True)).to_be_visible()
    with unit_of_work(machine("test")):
        made = Subject.objects.get(name="甲醇储罐")
    assert (made.parent_id, made.status, made.attributes) == (
        plant.site.id, "out_of_service", {"volume_m3": 2000},
    )  # fmt: skip
    assert made.location is not None
    assert made.location.x == 106.61
