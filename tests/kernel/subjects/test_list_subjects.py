"""The list of subjects: found by firm and code too, told in both languages, sorted as its page offers."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.subjects.services.kinds import define_kind
from tests import factories
from tests.cast import assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


def listed(**query: str) -> list[dict[str, Any]]:
    """Return what an officer of the county sees of two plants."""
    build_plant("east")
    build_plant("west")
    bureau = factories.organisation("灵武市应急管理局")
    client = signed_in(factories.officer(bureau, "duty_officer", "王值班", "wang"))
    answer = client.get("/api/v1/subjects", query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_the_words_of_a_search_also_find_what_belongs_to_a_firm() -> None:
    found = listed(filter="search.like:west 化工")

    assert {one["name"] for one in found} == {"west 厂区", "west T101"}
    assert {one["organisation_name"] for one in found} == {"west 化工（演示）"}


def test_kinds_are_told_in_both_languages() -> None:
    found = listed(filter="kind.eq:tank")

    assert {(one["kind_title"], one["kind_title_en"]) for one in found} == {("储罐", "Tank")}


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", ["tank", "储罐", "危险化学品"]), ("en", ["tank", "Tank", "Hazardous chemicals"])],
)
def test_the_workbook_of_kinds_says_matters_in_words(language: str, said: list[str]) -> None:
    client = signed_in(assemble().duty_officer)
    with unit_of_work(machine("test")):
        define_kind(code="tank", title="储罐", title_en="Tank", schema={}, matter="hazchem")
    answer = client.get(
        "/api/v1/subjects/kinds",
        headers={"accept": MEDIA_TYPE, "accept-language": language},
    )
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert said in [row[:3] for row in rows]


@pytest.mark.parametrize(
    "sort", ["name", "kind_title", "organisation_name", "status", "code", "-organisation_name"]
)
def test_every_order_that_the_page_offers_is_whole(sort: str) -> None:
    assert len(listed(sort=sort)) == 4
