"""Every list that leaves as a spreadsheet speaks the language of its reader, also on its second page."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.app.exports import export_table
from anlan.app.routes import api
from anlan.kernel.alerts.api import ALARMS
from anlan.kernel.base import listing
from anlan.kernel.base.english import Language
from anlan.kernel.base.listing import Ask, Field
from anlan.kernel.base.xlsx import ABOUT, ABOUT_EN, DATA, DATA_EN, MEDIA_TYPE, Cover, sheet
from anlan.kernel.people.rules import MATTERS
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
Pages = dict[str, list[list[Any]]]
#: What a list asks for beside filter and page.
_YEAR = {
    "start": "2026-01-01T00:00:00Z",
    "end": "2027-01-01T00:00:00Z",
    "as_of": "2027-01-01T00:00:00Z",
}
ASKED = {
    "/api/v1/places/within": {"lon": "106.6", "lat": "38.1", "radius_m": "3000"},
    "/api/v1/desk/alarms": _YEAR,
    "/api/v1/desk/silences": _YEAR,
}


@pytest.fixture
def readers() -> list[Client]:
    """Somebody for every list: the cast, and whoever keeps the data."""
    cast = assemble(site=build_plant(streams=3).site.id)
    keeper = factories.officer(cast.zone_bureau, "data_keeper")
    return [signed_in(one) for one in (*cast.people.values(), keeper)]


def lists() -> list[str]:
    """Return the paths of every list that can leave as a spreadsheet."""
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return [
        path
        for path, methods in paths.items()
        if MEDIA_TYPE in methods.get("get", {}).get("responses", {}).get(200, {}).get("content", {})
    ]


def pages(content: bytes) -> Pages:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def taken(readers: list[Client], path: str, language: str) -> Pages:
    """Return a list as the first of the readers gets it who may."""
    for one in readers:
        answer = one.get(
            path, ASKED.get(path), headers={"Accept": MEDIA_TYPE, "Accept-Language": language}
        )
        if answer.status_code == 200:
            assert answer["Content-Language"] == language
            return pages(answer.content)
    raise AssertionError(f"nobody of the cast may read {path}")


def has_chinese(said: object) -> bool:
    return any("\u3000" <= sign <= "\u9fff" or sign > "\uff00" for sign in str(said))


def test_every_list_has_english_headings_for_who_reads_english(readers: list[Client]) -> None:
    found = lists()
    assert len(found) >= 24
    for path in found:
        book = taken(readers, path, "en")
        assert list(book) == [DATA_EN, ABOUT_EN]
        head = book[DATA_EN][0]
        assert not [one for one in head if has_chinese(one)], path
        assert len(set(head)) == len(head), path
        assert not [row[0] for row in book[ABOUT_EN] if has_chinese(row[0])], path


def test_who_reads_chinese_has_them_in_chinese_as_before(readers: list[Client]) -> None:
    book = taken(readers, "/api/v1/sensing/datastreams", "zh-CN")
    assert list(book) == [DATA, ABOUT]
    assert {"位号", "测点", "单位"} & set(book[DATA][0])


def test_codes_and_names_are_english_too_where_there_is_an_english_one(
    readers: list[Client],
) -> None:
    path = "/api/v1/sensing/limits"
    zh, en = (taken(readers, path, language) for language in ("zh-CN", "en"))
    chinese, english = zh[DATA], en[DATA_EN]
    assert len(english) > 1
    at = english[0].index("Condition")
    assert {row[at] for row in chinese[1:]} <= {"高高限", "高限", "低限", "低低限"}
    assert {row[at] for row in english[1:]} <= {"High-high", "High", "Low", "Low-low"}


def test_a_name_is_the_english_one_where_there_is_one_and_both_stand_where_both_are_shown() -> None:
    fields = {
        "name": Field(path="name", title="名称"),
        "name_en": Field(path="name_en"),
        "unit": Field(path="unit", title="单位"),
        "unit_en": Field(path="unit_en", title="英文"),
    }
    rows = [
        {"name": "罐", "name_en": "Tank", "unit": "吨", "unit_en": "t"},
        {"name": "泵", "name_en": "", "unit": "吨", "unit_en": "t"},
    ]
    book = pages(sheet(fields, rows, Cover(name="A", language=Language.EN)))
    assert book[DATA_EN][1:] == [["Tank", "吨", "t"], ["泵", "吨", "t"]]
    assert pages(sheet(fields, rows, Cover(name="A")))[DATA][1][0] == "罐"


def test_the_matters_of_alarms_are_words_and_an_unknown_one_stays_a_code() -> None:
    fields = {"matter": ALARMS.fields["matter"]}
    rows = [{"matter": code} for code in (*MATTERS, "lifts")]
    zh, en = (
        [row[0] for row in pages(sheet(fields, rows, Cover(name="A", language=one)))[title][1:]]
        for one, title in ((Language.ZH, DATA), (Language.EN, DATA_EN))
    )
    assert zh == [*MATTERS.values(), "lifts"]
    assert en == [
        "Hazardous chemicals", "Mining", "Fireworks", "Industry and trade", "Flood and drought",
        "Forest and grassland fire", "lifts",
    ]  # fmt: skip


def test_a_list_that_is_cut_says_so_in_english(
    readers: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SHEET_MAX", 2)
    book = taken(readers, "/api/v1/sensing/datastreams", "en")
    about = {row[0]: row[1] for row in book[ABOUT_EN]}
    assert about["Rows"] == "2"
    assert about["Extent"].startswith("Not all of it")
    assert book[DATA_EN][-1][0].startswith("Not all of it")


def test_a_command_writes_english_when_it_is_told_to() -> None:
    cast: Cast = assemble(site=build_plant(streams=1).site.id)
    made = export_table("datastreams", Ask(), cast.monitor.username, Language.EN)
    assert "Tag" in pages(made.content)[DATA_EN][0]


def test_what_happened_is_told_by_the_journal_in_both_languages() -> None:
    cast = assemble(site=build_plant(streams=1).site.id)
    found = signed_in(cast.audit_administrator).get("/api/v1/audit/journal").json()["items"]
    assert found
    for one in found:
        assert has_chinese(one["title"]), one["type"]
        assert one["title_en"]
        assert not has_chinese(one["title_en"])
