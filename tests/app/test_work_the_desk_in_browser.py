"""The desk in a browser: alarms answered by the keyboard alone, what is mine and late first, tabs, kept views, how it looks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import SavedView, User
from tests.cast import Cast, assemble, principal
from tests.journeys.browser import dialog
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import build_plant

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]


@pytest.fixture
def cast(acting_as: Callable[[str], None]) -> Cast:
    """Four alarms of one firm: two red ones, one of them late; two yellow ones, one of them later still."""
    plant = build_plant("east", streams=4)
    made = assemble(site=plant.site.id)
    acting_as("anlan_engine")
    conditions = ("HH", "HH", "H", "H")
    raised = [
        step(plant, "raised", 1 + n, stream=n, condition=condition)
        for n, condition in enumerate(conditions)
    ]
    apply(raised, 0, 4)
    for one, minutes in zip(raised, (1, 12, 90, 2), strict=True):
        at = now() - timedelta(minutes=minutes)
        with unit_of_work(machine("engine")):
            Alarm.objects.filter(pk=one.alarm_id).update(raised_at=at, last_raised_at=at)
    acting_as("none")
    return made


def focused(page: Page) -> str:
    """Return what stands where the keyboard stands: the row's text, or the element's own."""
    text: str = page.evaluate(
        "(document.activeElement.closest('tr, li') ?? document.activeElement).innerText"
    )
    return text


def name_of(alarm: Alarm) -> str:
    assert alarm.datastream is not None
    return alarm.datastream.name


def rows(page: Page) -> Locator:
    return page.locator(".el-table__body tr.el-table__row")


def stream_of(row: str) -> str:
    return next(f"液位 {n}" for n in range(4) if f"液位 {n}" in row)


def order(page: Page) -> list[str]:
    return [stream_of(text) for text in rows(page).all_inner_texts()]


def until_asked(page: Page) -> Locator:
    """Return the question that is open, once the keyboard stands in it."""
    box = page.locator(".el-overlay-dialog").filter(visible=True)
    expect(box.locator("form :focus")).to_be_visible()
    return box


def test_the_control_room_confirms_by_the_keyboard_alone_the_latest_first(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.control_room, "/monitor")
    expect(rows(page)).to_have_count(4)
    assert order(page) == ["液位 2", "液位 1", "液位 0", "液位 3"]
    expect(rows(page).nth(0)).to_contain_text("超时 1小时")
    expect(rows(page).nth(1)).to_contain_text("超时 2分钟")
    expect(rows(page).nth(2)).to_contain_text("剩")

    page.keyboard.press("j")
    assert "液位 2" in focused(page)
    page.keyboard.press("ArrowDown")
    assert "液位 1" in focused(page)
    page.keyboard.press("k")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ("液位 2" in focused(page), outline) == (True, "solid")

    page.keyboard.press("c")
    expect(until_asked(page)).to_contain_text("以企业中控的名义确认")
    page.keyboard.press("j")  # a question is open: the list does not move behind it
    page.keyboard.press("Enter")
    expect(rows(page).nth(0)).to_contain_text("已确认")
    expect(page.locator(".el-overlay-dialog").filter(visible=True)).to_have_count(0)
    assert "液位 2" in focused(page)
    page.keyboard.press("j")
    assert "液位 1" in focused(page)
    with unit_of_work(machine("test"), read_only=True):
        [confirmed] = Alarm.objects.filter(firm_state="confirmed").select_related("datastream")
    assert (name_of(confirmed), confirmed.confirmed_by) == ("液位 2", "孙中控")


def test_the_bureau_checks_in_the_drawer_by_the_keyboard_alone_and_goes_on(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.monitor, "/monitor")
    expect(rows(page)).to_have_count(4)
    assert order(page)[:3] == ["液位 2", "液位 1", "液位 0"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    drawer = page.locator(".el-drawer")
    expect(drawer).to_contain_text("液位 2")
    page.keyboard.press("j")
    expect(drawer).to_contain_text("液位 1")
    page.keyboard.press("c")  # the firm's act, not the bureau's
    expect(page.get_by_text("现在不能由您确认")).to_be_visible()
    page.keyboard.press("x")
    box = until_asked(page)
    expect(box).to_contain_text("记录部门对")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("电话核实：中控称正在倒罐 jkcx?/")
    page.keyboard.press("Control+Enter")
    expect(box).to_be_hidden()
    expect(drawer).to_contain_text("处置中")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert "液位 1" in focused(page)
    with unit_of_work(machine("test"), read_only=True):
        [checked] = Alarm.objects.filter(bureau_state="in_hand").select_related("datastream")
    assert (name_of(checked), checked.checked_by) == ("液位 1", "赵监测")
    assert checked.check_note.endswith("jkcx?/")
    page.keyboard.press("o")
    page.wait_for_url("**/subjects/*")


def test_the_keys_are_listed_in_both_languages_and_can_be_switched_off(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.monitor, "/monitor")
    expect(rows(page)).to_have_count(4)
    page.keyboard.press("?")
    expect(dialog(page)).to_contain_text("核查（部门）")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.get_by_role("button", name="English", exact=True).first.click()
    page.keyboard.press("?")
    expect(dialog(page)).to_contain_text("Check (bureau)")
    dialog(page).get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(dialog(page)).to_have_count(0)
    page.get_by_role("button", name="Show the keys").click()
    dialog(page).get_by_label("Single keys are on").check()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("j?")
    expect(page.get_by_role("searchbox")).to_have_value("j?")
    expect(dialog(page)).to_have_count(0)


def test_what_is_asked_stands_in_the_address_and_survives_a_reload(cast: Cast, desk: Desk) -> None:
    page = desk(cast.monitor, "/monitor")
    expect(rows(page)).to_have_count(4)
    nav = page.locator("nav a", has_text="报警监测")
    expect(nav).to_contain_text("3")  # two listed, one that the firm has let pass
    page.locator(".el-radio-button", has_text="待我处理").click()
    expect(rows(page)).to_have_count(3)
    page.get_by_role("searchbox").fill("液位 1")
    expect(rows(page)).to_have_count(1)
    page.wait_for_url("**/monitor?*show=mine*")
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("液位 1")


def test_open_pages_are_tabs_that_a_reload_keeps_and_the_keyboard_closes(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.monitor, "/monitor")
    tabs = page.get_by_role("navigation", name="打开的页面")
    for name in ("监测对象", "限值与抑制"):
        page.locator("nav a", has_text=name).click()
        expect(tabs.locator("[aria-current=page]")).to_have_text(name)
    page.locator("nav a", has_text="监测对象").click()
    page.get_by_role("link", name="east 厂区").first.click()
    expect(tabs.locator("[aria-current=page]")).to_have_text("east 厂区")
    crumbs = page.get_by_role("navigation", name="所在位置")
    expect(crumbs.locator("li")).to_have_text(["一张图", "监测对象", "east 厂区"])
    titles = ["报警监测", "监测对象", "限值与抑制", "east 厂区"]
    expect(tabs.locator("a")).to_have_text(titles)
    page.reload()
    expect(tabs.locator("a")).to_have_text(titles)

    tabs.locator("[aria-current=page]").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(tabs.locator("a")).to_have_text(["报警监测", "限值与抑制", "east 厂区"])
    assert focused(page).strip().startswith("限值与抑制")
    page.keyboard.press("Enter")
    page.wait_for_url("**/limits")
    page.keyboard.press("Delete")
    page.wait_for_url("**/subjects/*")
    tabs.get_by_role("button", name="关闭标签页", exact=True).click()
    page.get_by_role("menuitem", name="关闭其他").click()
    expect(tabs.locator("a")).to_have_text(["east 厂区"])


def test_a_view_is_kept_under_a_name_chosen_again_elsewhere_and_let_go(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.monitor, "/subjects")
    body = page.locator("tr[data-row]")
    expect(body).to_have_count(2)
    page.get_by_label("类别").first.select_option(label="储罐")
    expect(body).to_have_count(1)
    page.get_by_role("button", name="列", exact=True).click()
    page.get_by_label("编码", exact=True).uncheck()
    expect(page.get_by_role("columnheader", name="编码")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="视图", exact=True).click()
    page.get_by_label("给当前筛选取名").fill("储罐")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="视图：储罐")).to_be_visible()
    with unit_of_work(principal(cast.monitor), read_only=True):
        [view] = SavedView.objects.all()
    assert (view.page, view.name, view.question) == ("/subjects", "储罐", "hide=code&kind=tank")

    page.goto(page.url.split("?")[0])
    expect(body).to_have_count(2)
    page.get_by_role("button", name="视图", exact=True).click()
    page.get_by_role("button", name="储罐", exact=True).click()
    expect(body).to_have_count(1)
    expect(page.get_by_role("columnheader", name="编码")).to_have_count(0)
    page.get_by_role("button", name="视图：储罐").click()
    page.get_by_role("button", name="删除视图 储罐").click()
    page.get_by_role("button", name="默认", exact=True).click()
    expect(body).to_have_count(2)
    expect(page.get_by_role("columnheader", name="编码")).to_have_count(1)


def test_large_type_and_high_contrast_are_kept_and_leave_nothing_beyond_the_page(
    cast: Cast, desk: Desk
) -> None:
    page = desk(cast.monitor, "/monitor")
    expect(rows(page)).to_have_count(4)
    page.get_by_role("button", name="显示", exact=True).click()
    page.get_by_label("大字").check()
    page.get_by_label("高对比").check()
    page.reload()
    expect(rows(page)).to_have_count(4)
    classes, size, ink = page.evaluate(
        "[document.documentElement.className, getComputedStyle(document.body).fontSize,"
        " getComputedStyle(document.body).color]"
    )
    assert {"large", "contrast"} <= set(classes.split())
    assert (size, ink) == ("18px", "rgb(0, 0, 0)")
    assert_nothing_beyond(page)


def test_on_a_phone_the_alarms_are_cards_that_fit_and_are_answered(cast: Cast, desk: Desk) -> None:
    page = desk(cast.control_room, "/monitor")
    page.set_viewport_size({"width": 390, "height": 844})
    cards = page.locator("main ul > li")
    expect(cards).to_have_count(4)
    expect(page.get_by_role("navigation", name="打开的页面")).to_be_hidden()
    assert_nothing_beyond(page)
    cards.first.get_by_role("button", name="east T101").click()
    drawer = page.locator(".el-drawer")
    expect(drawer.get_by_role("button", name="确认", exact=True)).to_be_visible()
    page.wait_for_timeout(400)
    assert_nothing_beyond(page)
    drawer.get_by_role("button", name="确认", exact=True).click()
    until_asked(page).get_by_role("button", name="确认", exact=True).click()
    expect(drawer).to_contain_text("已确认")


def assert_nothing_beyond(page: Page) -> None:
    wide, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= width
