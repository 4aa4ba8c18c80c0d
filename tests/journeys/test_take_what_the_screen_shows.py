"""What a list shows is what its export says: the same columns, words and rows, in the same order, in both languages."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from python_calamine import CalamineWorkbook

from tests.journeys.browser import Chromium, chromium
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
#: The lists whose columns one chooses, by who may see them.
LISTS = {
    "monitor": (
        "/subjects", "/subjects/kinds", "/gateways", "/devices", "/datastreams", "/limits",
        "/limits/suppressions", "/quarantine", "/organisations", "/divisions", "/divisions/zones",
        "/data-quality", "/shares", "/installations", "/chemicals",
    ),
    "security_administrator": ("/people/posts", "/people/supervisions"),
    "audit_administrator": ("/admin/audit?sort=number", "/admin/dead-letters"),
}  # fmt: skip
EXPORT = {"zh-CN": "导出 Excel", "en": "Export to Excel"}
#: What is an act, or what no list of the server knows: live alarms rolled up, a count of parts.
ON_SCREEN_ONLY = {
    "操作", "处理", "最高报警", "一张图", "管理部门", "属性数", "移动了",
    "Actions", "Act", "Acts", "Worst alarm", "Map", "Bureau in charge", "Fields", "Moved",
}  # fmt: skip

_TABLE = """
() => {
    const table = document.querySelector('.sheet table')
    const said = (cell) => [cell.innerText, ...[...cell.querySelectorAll('[title]')].map((one) => one.title)].join(' ')
    return {
        head: [...table.querySelectorAll('thead th')].map((one) => one.innerText.replace(/[▲▼]/g, '').trim()),
        rows: [...table.querySelectorAll('tbody tr')].slice(0, 5).map((row) => [...row.querySelectorAll('td')].map(said)),
    }
}
"""
#: A list that is written anew while it is read (findings, times) is compared again; what is wrong stays wrong.
TRIES = 4
#: What stands where there is nothing to say.
NOTHING = {"", "—", "0", "0.0"}


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


def plain(said: object) -> str:
    return re.sub(r"[\s,]+", "", str(said)).lower()


def is_on_screen(value: Any, cell: str) -> bool:
    """Tell whether a cell of the screen says what a cell of the sheet does."""
    if isinstance(value, datetime):
        return f"{value:%H:%M}" in cell and str(value.year) in cell
    if isinstance(value, float) and value:
        # the screen rounds, and says a figure of a finding in the unit of its kind
        said = [float(one) for one in re.findall(r"-?\d+\.?\d*", cell.replace(",", ""))]
        return any(abs(value * unit - one) <= 0.06 for one in said for unit in (1, 0.001))
    return plain(value) in NOTHING or plain(value) in plain(cell)


def taken(page: Page, language: str) -> list[list[Any]]:
    """Press the button and read the first page of what is saved."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=EXPORT[language], exact=True).click()
    book = CalamineWorkbook.from_path(str(Path(saved.value.path())))
    return book.get_sheet_by_index(0).to_python()


def differences(page: Page, path: str, language: str) -> list[str]:
    """Return where the sheet says otherwise than the screen.

    A column of the screen that says two things is two of the sheet, side by side; the first bears its words.
    """
    screen, [head, *rows] = page.evaluate(_TABLE), taken(page, language)
    wrong, at = [], 0
    for n, label in enumerate(screen["head"]):
        places = [i for i in range(at, len(head)) if is_headed(str(head[i]), label)]
        if not places:
            if label not in ON_SCREEN_ONLY:
                wrong.append(f"{path} {label}: not behind {head[:at]} in the sheet {head}")
            continue
        for row, cells in zip(rows, screen["rows"], strict=False):
            if not is_on_screen(row[places[0]], cells[n]):
                wrong.append(f"{path} {label}: {row[places[0]]!r} for {cells[n]!r}")
        at = places[0] + 1
    if len(rows) < len(screen["rows"]):
        wrong.append(f"{path}: {len(rows)} rows for {len(screen['rows'])}")
    return wrong


def lasting_differences(page: Page, address: str, path: str, language: str) -> list[str]:
    """Return where the sheet says otherwise than the screen each time that both are taken."""
    wrong: list[str] = []
    for _ in range(TRIES):
        shown(page, address + path)
        if not page.locator(".sheet table").count():
            return []
        wrong = differences(page, path, language)
        if not wrong:
            return []
    return wrong


def is_headed(heading: str, label: str) -> bool:
    return heading.startswith(label) or label.startswith(heading)


def shown(page: Page, address: str) -> None:
    page.goto(address, wait_until="load")
    page.locator(".sheet table, .sheet .empty").first.wait_for(timeout=60_000)
    expect(page.locator(".waiting .bar")).to_have_count(0, timeout=60_000)
    # names are learnt after the rows have come
    expect(page.locator(".sheet").get_by_text("user:")).to_have_count(0, timeout=60_000)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("part", LISTS)
def test_a_sheet_says_what_the_screen_does(
    house: House, browser: Chromium, part: str, language: str
) -> None:
    page = browser.page_of(house.sign_in(part))
    page.goto(house.address + "/no-such-page")
    page.evaluate(f"localStorage.setItem('anlan.language', '{language}')")
    wrong = []
    for path in LISTS[part]:
        wrong += lasting_differences(page, house.address, path, language)
    page.context.close()
    assert not wrong, "\n".join(wrong)


def test_a_sheet_has_the_columns_order_and_rows_that_were_chosen(
    house: House, browser: Chromium
) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    shown(page, house.address + "/datastreams?hide=tag,gateway&sort=-name&words=储罐")
    screen = page.evaluate(_TABLE)["head"]
    assert not {"位号", "网关"} & set(screen)
    assert differences(page, "/datastreams", "zh-CN") == []
    head, *rows = taken(page, "zh-CN")
    assert not {"位号", "网关"} & set(head)
    count = page.get_by_role("status").first.inner_text()
    assert f"{len(rows):,}" in count
    page.context.close()


@pytest.mark.parametrize(
    ("path", "box", "answer", "said"),
    [
        ("/quarantine", "状态", "", "state="),
        ("/data-quality", None, "网关时钟偏差", "kind=gateway_clock"),
        ("/doubled-firms", None, None, "words="),
        ("/subjects/kinds", None, None, "words="),
    ],
)
def test_what_is_asked_of_a_list_stays_in_its_address(
    house: House, browser: Chromium, path: str, box: str | None, answer: str | None, said: str
) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.goto(house.address + path)
    page.locator("input[type=search]").first.fill("罐")
    expect(page).to_have_url(re.compile("words=%E7%BD%90"))
    if box is not None:
        page.get_by_role("combobox", name=box, exact=True).select_option(answer)
    elif answer is not None:
        page.get_by_role("button", name=answer).first.click()
    expect(page).to_have_url(re.compile(re.escape(said)))
    page.reload()
    expect(page.locator("input[type=search]").first).to_have_value("罐")
    if box is not None:
        expect(page.get_by_role("combobox", name=box, exact=True)).to_have_value(answer or "")
    elif answer is not None:
        pressed = page.get_by_role("button", name=answer, pressed=True)
        expect(pressed).to_have_count(1)
    expect(page).to_have_url(re.compile(re.escape(said)))
    page.context.close()


def test_what_is_typed_while_a_page_still_loads_stays(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    held: list[Route] = []
    page.route("**/api/v1/data-quality/doubled-firms", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    page.goto(house.address + "/doubled-firms")
    box = page.locator("input[type=search]").first
    expect(box).to_be_visible()
    assert held, "the doubled firms were not asked for"
    box.fill("罐")
    for route in held:
        route.continue_()
    expect(page.locator("article").first).to_be_visible()
    expect(page).to_have_url(re.compile("words=%E7%BD%90"))
    expect(box).to_have_value("罐")
    # whoever types on still types into this box
    expect(box).to_be_focused()
    page.context.close()


def test_the_alarm_desk_takes_the_columns_that_it_shows(house: House, browser: Chromium) -> None:
    page = browser.page_of(house.sign_in("monitor"))
    page.goto(house.address + "/monitor?show=all&hide=due,check,close")
    page.locator(".el-table__row").first.wait_for(timeout=60_000)
    heads = [one.strip() for one in page.locator(".el-table__header th").all_inner_texts()]
    assert heads == ["优先级", "监测对象", "测点", "报警类型", "报警值 / 限值", "报警时间", "仪表 · 企业 · 部门", "操作"]  # fmt: skip
    assert taken(page, "zh-CN")[0] == [
        "优先级", "监测对象", "企业", "测点", "位号", "报警类型", "报警值", "单位", "限值", "报警时间", "次数",
        "仪表状态", "企业状态", "部门状态",
    ]  # fmt: skip
    page.goto(house.address + "/monitor?show=all&hide=priority")
    page.locator(".el-table__row").first.wait_for(timeout=60_000)
    assert "消警" in page.locator(".el-table__header th").all_inner_texts()
    head = taken(page, "zh-CN")[0]
    assert "优先级" not in head
    assert {"原因", "处置措施", "佐证", "核查方式"} <= set(head)
    page.context.close()
