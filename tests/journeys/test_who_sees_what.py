"""Each of the cast signs in and is shown exactly what docs/who-sees-what.md says, page by page."""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import Chromium, chromium
from tests.journeys.expected import (
    PARTS,
    REFUSED,
    SHOWN,
    codes,
    english,
    firms,
    in_charge,
    table,
)
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
REFUSALS = ("您的岗位没有这项权限", "登记簿由数据管理员和监管科室维护")
#: A row of a list, and of the list of alarms.
A_ROW = "[data-row], .el-table__body tr.el-table__row"
#: Pages whose rows come and go while one looks.
CHANGING = frozenset({"/monitor", "/data-quality", "/quarantine"})
#: Acts at what comes and goes: at the named ones, and never out of his charge.
IN_CHARGE = frozenset({"核查", "催办"})
_READ = """rows => rows.map(row => [
    row.innerText, [...row.querySelectorAll('button, td:last-child a')].map(one => one.innerText),
])"""
#: A firm of each supervisor has an alarm: the zone's, the province's, the county's.
FAULTS = ("F01", "F08", "F09")
#: Findings that nothing in the demo is made to have.
NEVER_FOUND = frozenset({"silent", "late", "gateway_unseen", "gateway_late", "no_owner"})
PAGES = table("Pages", "page")
ROWS = table("Rows", "page")
ACTS = table("Acts", "act")
BUTTONS = table("Acts", "button")


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


@pytest.fixture(scope="module")
def alarms(house: House) -> None:
    """Let the three firms have alarms that a bureau checks, and the gateways' faults be found."""
    for firm in FAULTS:
        forced = house.anlan("demo-fault", firm)
        assert forced.returncode == 0, forced.stderr
    names = firms()
    wanted = {names[firm] for firm in FAULTS}
    with closing(house.sign_in("duty_officer")) as officer:
        for _ in range(240):
            asked = "/api/v1/alerts/alarms/open?filter=priority.eq:1&limit=500"
            rows = officer.get(asked).json()["items"]
            counts = officer.get("/api/v1/data-quality/counts").json()
            missing = {one["kind"] for one in counts if one["count"] == 0}
            if wanted <= {row["site_name"] for row in rows} and missing <= NEVER_FOUND:
                return
            time.sleep(1)
    raise AssertionError(f"no alarm at every one of {wanted}, or no finding of {missing}")


@pytest.fixture(scope="module", params=sorted(PARTS))
def seen(
    request: pytest.FixtureRequest, house: House, browser: Chromium, alarms: None
) -> Iterator[tuple[str, Page]]:
    """Return one of the cast and his page."""
    del alarms
    with closing(house.sign_in(PARTS[request.param])) as person:
        page = browser.page_of(person)
        page.goto(browser.address)
        page.locator(".who").wait_for(timeout=PATIENCE_MS)
        yield request.param, page
        page.context.close()


def go(page: Page, address: str) -> Page:
    """Open an address and wait until it has its answer."""
    page.goto(f"{page.evaluate('location.origin')}{address}")
    page.locator("main, .wall").first.wait_for(timeout=PATIENCE_MS)
    expect(page.locator(".waiting[role=status]")).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    return page


def is_refused(page: Page) -> bool:
    return any(page.get_by_text(words, exact=False).count() > 0 for words in REFUSALS)


def rows_of(page: Page, more: str = "加载更多") -> list[tuple[str, list[str]]]:
    """Return (text, acts) of every row of the page's list, the later pages of it too."""
    while (button := page.get_by_role("button", name=more)).count():
        before = page.locator(A_ROW).count()
        button.first.click()
        page.wait_for_function(
            "([rows, n]) => document.querySelectorAll(rows).length > n", arg=[A_ROW, before]
        )
    return [(text, acts) for text, acts in page.locator(A_ROW).evaluate_all(_READ)]


def named_in(texts: Iterable[str], names: dict[str, str] | None = None) -> set[str]:
    """Return the firms that these texts name."""
    said, known = list(texts), names or firms()
    return {code for code, name in known.items() if any(name in text for text in said)}


def on_the_map(page: Page) -> set[str]:
    """Return what the search over the map finds."""
    found = set()
    for code, name in firms().items():
        page.get_by_placeholder("查找图层、对象、地名").fill(name)
        page.locator(".found li").first.wait_for(timeout=PATIENCE_MS)
        if page.locator(".found li button").count():
            found.add(code)
    return found


def test_the_menu_is_his_own_in_both_languages(seen: tuple[str, Page]) -> None:
    who, page = seen
    go(page, "/messages")
    mine = [line for line in PAGES if line.cells[who] == SHOWN]
    links = page.locator("nav a")
    told = [(one.inner_text().split("\n")[0], one.get_attribute("href")) for one in links.all()]
    assert told == [(line.chinese, line.address) for line in mine]
    page.get_by_role("button", name="English", exact=True).first.click()
    expect(links.first).to_have_text(re.compile(re.escape(mine[0].english)))
    assert [one.inner_text().split("\n")[0] for one in links.all()] == [one.english for one in mine]
    page.get_by_role("button", name="中文", exact=True).first.click()
    expect(links.first).to_have_text(re.compile(mine[0].chinese))


def test_every_page_of_the_menu_opens_for_him_or_is_refused(seen: tuple[str, Page]) -> None:
    who, page = seen
    wrong = {}
    for line in PAGES:
        go(page, line.address)
        is_open = not is_refused(page)
        if line.address == "/":
            is_open = page.evaluate("location.pathname") == "/"
        if is_open != (line.cells[who] != REFUSED):
            wrong[line.address] = page.locator("body").inner_text()[:200]
    assert wrong == {}


def test_the_rows_are_those_of_his_reach_and_no_others(seen: tuple[str, Page]) -> None:
    who, page = seen
    [reach] = [codes(line.cells[who]) for line in ROWS if line.address == "/subjects"]
    wrong = {}
    for line in ROWS:
        if line.cells[who] == REFUSED:
            continue
        go(page, line.address)
        if line.address == "/":
            found = on_the_map(page)
        else:
            found = named_in(text for text, _ in rows_of(page))
        expected = codes(line.cells[who])
        is_right = expected <= found <= reach if line.address in CHANGING else found == expected
        if not is_right:
            wrong[line.address] = (sorted(found), sorted(expected))
    assert wrong == {}


def test_in_english_the_rows_are_the_same_under_their_english_names(
    seen: tuple[str, Page],
) -> None:
    who, page = seen
    lines = [one for one in ROWS if one.address not in {*CHANGING, "/"}]
    go(page, "/messages").get_by_role("button", name="English", exact=True).first.click()
    wrong = {}
    for line in (one for one in lines if one.cells[who] != REFUSED):
        go(page, line.address)
        texts = [text for text, _ in rows_of(page, "Load more")]
        found = named_in(texts, english()), named_in(texts)
        if found != (codes(line.cells[who]), set()):
            wrong[line.address] = found
    go(page, "/messages").get_by_role("button", name="中文", exact=True).first.click()
    assert wrong == {}


def test_8_1_4_11_b_every_page_of_his_bears_his_name_his_unit_and_the_minute(
    seen: tuple[str, Page],
) -> None:
    who, page = seen
    name = page.locator(".who").inner_text().split("\n")[0]
    for line in (one for one in PAGES if one.cells[who] == SHOWN):
        go(page, line.address)
        image = page.locator(".watermark").evaluate("one => getComputedStyle(one).backgroundImage")
        whose, minute = re.findall(r"<text[^>]*>([^<]*)</text>", unquote(image))
        said, unit = whose.split("\u3000")
        assert (said, bool(unit)) == (name, True), line.address
        assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d", minute), line.address


def test_an_act_stands_only_where_it_is_his(seen: tuple[str, Page]) -> None:
    who, page = seen
    offered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for address in {line.address for line in ACTS if line.cells[who] != REFUSED}:
        go(page, address)
        for text, acts in rows_of(page):
            for act in acts:
                offered[address, act] |= named_in([text])
    wrong = {}
    for line in ACTS:
        found = offered[line.address, line.chinese]
        expected = set() if line.cells[who] == REFUSED else codes(line.cells[who])
        is_right = (
            expected <= found <= in_charge(who) | expected
            if line.chinese in IN_CHARGE
            else found == expected
        )
        if not is_right:
            wrong[line.chinese] = (sorted(found), sorted(expected))
    assert wrong == {}


def test_a_button_stands_only_where_it_is_his(seen: tuple[str, Page]) -> None:
    who, page = seen
    wrong = {}
    for line in BUTTONS:
        go(page, line.address)
        there = page.get_by_role("button", name=line.chinese, exact=True).count() > 0
        expected = (line.cells[who] == SHOWN, line.cells[who] == REFUSED)
        if (there, is_refused(page)) != expected:
            wrong[line.chinese] = page.locator("body").inner_text()[:200]
    assert wrong == {}


def test_only_the_auditor_reads_the_journal_and_all_versions_of_what_it_speaks_of(
    seen: tuple[str, Page],
) -> None:
    who, page = seen
    go(page, "/admin/audit")
    rows = page.locator("[data-row]")
    assert (rows.count() > 0) == (who == "audit")
    if who == "audit":
        rows.first.click()
        expect(page.locator(".el-drawer ol li").first).to_be_visible(timeout=PATIENCE_MS)
        assert not is_refused(page)
