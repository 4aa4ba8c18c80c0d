"""The register of firms in a browser: a workbook is judged row by row and entered; doubled firms become one, and two again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.app.register.book import CODE, Table, firm_book, xlsx
from tests.cast import Cast, assemble
from tests.journeys.browser import dialog

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Desk = Callable[[User, str], Page]


@pytest.fixture
def cast() -> Cast:
    factories.division("640181001")
    return assemble()


@pytest.fixture
def keeper(cast: Cast) -> User:
    return factories.officer(cast.bureau, "data_keeper", "刘数据", "liushuju")


def test_a_workbook_is_judged_row_by_row_and_entered_once_every_row_is_right(
    keeper: User, desk: Desk, tmp_path: Path
) -> None:
    from anlan.app.register.kinds import load_kinds

    with factories.working():
        load_kinds()
    book = {name: firm_book()[name] for name in ("organisations", "sites")}
    bad: Table = book | {
        "organisations": [*book["organisations"], [CODE[:-1] + "*", "错码企业", "640181"]]
    }
    page = desk(keeper, "/register")
    upload = page.locator("input[type=file]").first
    upload.set_input_files(xlsx(tmp_path, bad))
    expect(page.get_by_role("status").filter(has_text="有 1 行有误")).to_be_visible()
    errors = page.get_by_role("table", name="有误的行")
    expect(errors.get_by_role("cell", name="3", exact=True)).to_be_visible()
    expect(errors.get_by_role("row").last).to_contain_text("校验不通过")
    assert not Organisation.objects.filter(credit_code=CODE).exists()

    upload.set_input_files(xlsx(tmp_path, book))
    expect(page.get_by_role("status").filter(has_text="检查通过，尚未写入")).to_be_visible()
    assert not Organisation.objects.filter(credit_code=CODE).exists(), "a dry run keeps nothing"
    page.get_by_role("button", name="写入 2 行").click()
    dialog(page).get_by_role("button", name="写入 2 行").click()
    expect(page.get_by_role("status").filter(has_text="已写入")).to_be_visible()
    with unit_of_work(machine("test")):
        site = Subject.objects.select_related("organisation").get(code="lwyp")
    assert site.organisation is not None
    assert site.organisation.credit_code == CODE

    upload.set_input_files(xlsx(tmp_path, book))
    expect(page.get_by_text("与现有登记完全相同")).to_be_visible()


def test_two_entries_of_one_firm_become_one_and_two_again(keeper: User, desk: Desk) -> None:
    factories.division("64", "宁夏回族自治区", boundary=factories.square())
    kept, other = factories.firm("宏达化工有限公司"), factories.firm("宁夏宏達化工有限責任公司")
    Organisation.objects.filter(pk=other.pk).update(credit_code=None)
    page = desk(keeper, "/doubled-firms")
    group = page.locator("article").filter(has_text=kept.name)
    group.get_by_role("button", name="合并", exact=True).click()
    box = dialog(page)
    box.get_by_role("button", name="合并", exact=True).click()
    expect(box.get_by_text("必填")).to_be_visible()
    box.get_by_label("理由").fill("营业执照为同一家")
    box.get_by_role("button", name="合并", exact=True).click()
    expect(page.get_by_role("cell", name="营业执照为同一家")).to_be_visible()
    assert merged() == 1
    page.get_by_role("button", name="撤回合并").click()
    box = dialog(page)
    box.get_by_label("理由").fill("查实为两家")
    box.get_by_role("button", name="撤回合并").click()
    expect(page.get_by_text("已撤回：查实为两家")).to_be_visible()
    assert merged() == 0


def merged() -> int:
    return Organisation.objects.filter(merged_into__isnull=False).count()
