"""The administrators' pages in a browser: a post is made and filled, left again, and a name is corrected."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.people.models import PostHolding, User
from tests import factories
from tests.cast import Cast, assemble
from tests.journeys.browser import dialog, pick

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]


@pytest.fixture
def cast() -> Cast:
    return assemble()


def test_a_post_is_made_somebody_is_appointed_and_leaves_it_again(cast: Cast, desk: Desk) -> None:
    person = factories.user("qianxin", "钱新人")
    page = desk(cast.security_administrator, "/people/posts")
    page.get_by_role("button", name="新设岗位").click()
    box = dialog(page)
    box.get_by_role("button", name="新设岗位").click()
    expect(box.get_by_text("必填").first).to_be_visible()
    pick(page, "单位", "灵武市应急管理局")
    box.get_by_label("角色").select_option("shift_chief")
    box.get_by_role("button", name="新设岗位").click()
    drawer = dialog(page).filter(has_text="任命")
    drawer.get_by_role("button", name="任命").click()
    pick(page, "姓名", "钱新人")
    dialog(page).last.get_by_role("button", name="任命").click()
    leave = (
        page.get_by_role("listitem").filter(has_text="钱新人").get_by_role("button", name="免去")
    )
    expect(leave).to_be_visible()
    held = PostHolding.objects.get(user=person)
    assert (held.post.role.code, held.held_to) == ("shift_chief", None)

    leave.click()
    dialog(page).last.get_by_role("button", name="免去").click()
    expect(leave).to_be_hidden()
    held.refresh_from_db()
    assert held.held_to is not None


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
