"""GB/T 22239-2019, 8.1.4.3 a in a browser: a page is printed, and the auditor finds who printed it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from tests.cast import assemble
from tests.journeys.browser import Chromium

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE_MS = 60_000


def test_8_1_4_3_a_whoever_prints_a_page_leaves_a_row_that_the_auditor_finds(
    desk: Callable[[User, str], Page],
) -> None:
    cast = assemble()
    officer, auditor = cast.people["duty_officer"], cast.audit_administrator
    page = desk(officer, "/subjects")
    expect(page.get_by_role("heading", name="监测对象")).to_be_visible(timeout=PATIENCE_MS)
    for _print in range(2):
        with page.expect_response("**/api/v1/audit/prints") as kept:
            paper = page.pdf()
        assert kept.value.status == 200
        assert paper.startswith(b"%PDF-")

    with unit_of_work(machine("test"), read_only=True):
        rows = list(Journal.objects.filter(type="base.page.printed"))
    assert [one.actor for one in rows] == [f"user:{officer.id}"] * 2
    assert [one.data["path"] for one in rows] == ["/subjects"] * 2
    assert all("监测对象" in one.data["title"] for one in rows)
    assert all("监测对象" in one.data["shown"] for one in rows)

    viewer = desk(auditor, "/admin/audit")
    row = viewer.locator("[data-row]", has_text="页面已打印")
    expect(row).to_have_count(2, timeout=PATIENCE_MS)
    expect(row.first).to_contain_text(officer.name)
    row.first.get_by_text("页面已打印").click()
    expect(viewer.get_by_role("dialog")).to_contain_text("/subjects", timeout=PATIENCE_MS)


def test_nobody_is_told_of_a_log_in_page_that_is_printed(browser: Chromium, address: str) -> None:
    page = browser.browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/login")
    page.wait_for_selector("#username")
    page.pdf()
    page.wait_for_timeout(500)
    assert [one for one in asked if "prints" in one] == []
