"""The administrators' pages in a browser: a name is corrected."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.people.models import User
from tests.cast import Cast, assemble
from tests.journeys.browser import dialog

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]


@pytest.fixture
def cast() -> Cast:
    return assemble()


def test_the_name_of_an_account_is_corrected(cast: Cast, desk: Desk) -> None:
    page = desk(cast.system_administrator, "/people")
    page.get_by_role("row").filter(has_text="王值班").click()
    page.get_by_role("button", name="修改姓名").click()
    box = dialog(page).last
    box.get_by_label("姓名").fill(" ")
    box.get_by_role("button", name="修改姓名").click()
    expect(box.get_by_text("必填")).to_be_visible()
    box.get_by_label("姓名").fill("王值班长")
    box.get_by_role("button", name="修改姓名").click()
    expect(page.get_by_role("row").filter(has_text="王值班长")).to_be_visible()
    assert User.objects.get(pk=cast.duty_officer.pk).name == "王值班长"
