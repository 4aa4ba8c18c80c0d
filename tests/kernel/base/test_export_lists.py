"""A list leaves as a spreadsheet: asked for by Accept, marked, never cut in silence, written down."""

from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base import disks, listing
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import ABOUT, DATA, MEDIA_TYPE, Cover, sheet
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
DATASTREAMS = "/api/v1/sensing/datastreams"
JSON = "application/json"
STREAMS = 5


@pytest.fixture
def cast() -> Cast:
    return assemble(site=build_plant(streams=STREAMS).site.id)


@pytest.fixture
def monitor(cast: Cast) -> Client:
    return signed_in(cast.monitor)


def exports() -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type="base.list.exported").order_by("id"))


def pages(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def footers(content: bytes) -> list[str]:
    """Return what is printed under every page, as the file has it."""
    with ZipFile(BytesIO(content)) as file:
        found = [file.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
    return [one.partition("<oddFooter>")[2].partition("</oddFooter>")[0] for one in found]


@pytest.mark.parametrize(("free", "status"), [(0.099, 503), (0.101, 200)])
def test_with_the_disk_nearly_full_exports_stop_and_pages_go_on(
    monitor: Client, monkeypatch: pytest.MonkeyPatch, free: float, status: int
) -> None:
    monkeypatch.setattr(disks, "disk_free", lambda _: {"/data": 0.5, "/history": free})
    answer = monitor.get(DATASTREAMS, headers={"accept": MEDIA_TYPE})
    assert answer.status_code == status
    assert len(exports()) == (status == 200)
    if status == 503:
        assert answer.json()["code"] == "base.disk_nearly_full"
    assert len(monitor.get(DATASTREAMS, headers={"accept": JSON}).json()["items"]) == STREAMS


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (MEDIA_TYPE, MEDIA_TYPE),
        (f"{MEDIA_TYPE};q=0.9", MEDIA_TYPE),
        (f"{MEDIA_TYPE}, */*;q=0.1", MEDIA_TYPE),
        (f"application/json;q=0.5, {MEDIA_TYPE}", MEDIA_TYPE),
        (f"text/html, {MEDIA_TYPE};q=0.8, application/json;q=0.4", MEDIA_TYPE),
        (f"application/json, {MEDIA_TYPE};q=0.9", JSON),
        (f"{MEDIA_TYPE};q=0, application/json", JSON),
        ("application/json", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
    ],
)
def test_what_the_caller_likes_best_is_what_he_gets(
    monitor: Client, accept: str, kind: str
) -> None:
    answer = monitor.get(DATASTREAMS, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == kind


def test_8_1_4_3_a_an_export_is_written_down_with_who_what_and_how_many(
    cast: Cast, monitor: Client
) -> None:
    where = "tag.like:LI"
    monitor.get(DATASTREAMS, {"filter": where}, headers={"Accept": MEDIA_TYPE})
    monitor.get(DATASTREAMS, {"filter": where})

    (row,) = exports()

    assert row.actor == f"user:{cast.monitor.id}"
    assert row.data == {
        "name": "list_datastreams",
        "filters": [where],
        "sort": "number",
        "after": None,
        "rows": STREAMS,
        "is_complete": True,
        "door": "api",
        "sensitivity": 1,
        "columns": [],
    }


def test_what_others_exported_is_for_the_auditor_only(cast: Cast, monitor: Client) -> None:
    monitor.get(DATASTREAMS, headers={"Accept": MEDIA_TYPE})
    auditor = signed_in(cast.audit_administrator)
    listed = auditor.get("/api/v1/audit/journal", {"filter": "type.eq:base.list.exported"}).json()
    assert [one["actor"] for one in listed["items"]] == [f"user:{cast.monitor.id}"]
    (row,) = exports()
    for other in (cast.leader, cast.neighbour):
        found = signed_in(other).get(f"/api/v1/audit/thread/{row.correlation_id}").json()
        assert found["items"] == []


def test_a_refused_export_is_none_and_is_not_written_down(monitor: Client) -> None:
    answer = monitor.get(DATASTREAMS, {"filter": "colour.eq:red"}, headers={"Accept": MEDIA_TYPE})
    assert (answer.status_code, answer.json()["code"]) == (422, "base.unknown_field")
    assert exports() == []


def test_8_1_4_11_b_every_page_of_an_export_carries_name_unit_and_minute(monitor: Client) -> None:
    content = monitor.get(DATASTREAMS, headers={"Accept": MEDIA_TYPE}).content
    marks = footers(content)
    assert len(marks) == 2
    for mark in marks:
        assert mark.startswith("&amp;L内部　赵监测 宁东基地管委会应急管理局 20")
    about = dict(row[:2] for row in pages(content)[ABOUT])
    assert about["导出"].startswith("赵监测 宁东基地管委会应急管理局 20")
    assert (about["条数"], about["范围"]) == (str(STREAMS), "全部")


@pytest.mark.parametrize(
    ("labels", "language", "said"),
    [
        ((0, 1), "zh", "内部"),
        ((0, 2, 1), "zh", "个人敏感"),
        ((0, 0), "zh", "公开"),
        ((3, 1), "en", "Work secret"),
        ((), "zh", "内部"),
    ],
)
def test_8_1_4_2_g_a_workbook_bears_the_highest_label_of_its_rows(
    cast: Cast, labels: tuple[int, ...], language: str, said: str
) -> None:
    for one in labels:
        factories.document(cast.duty_officer, sensitivity=one)
    headers = {"Accept": MEDIA_TYPE, "Accept-Language": language}
    content = signed_in(cast.leader).get("/api/v1/documents", headers=headers).content
    assert [mark.partition("　")[0] for mark in footers(content)] == [f"&amp;L{said}"] * 2
    about = {row[0]: row[1] for row in list(pages(content).values())[1]}
    assert about["Label" if language == "en" else "敏感级别"] == said
    with ZipFile(BytesIO(content)) as file:
        assert f"<cp:category>{said}</cp:category>" in file.read("docProps/core.xml").decode()
    [row] = exports()
    assert row.data["sensitivity"] == max(labels, default=1)


def test_what_is_no_secret_is_public_and_the_rest_is_internal(cast: Cast) -> None:
    client = signed_in(cast.leader)
    found = {
        path: client.get(f"/api/v1/{path}", headers={"Accept": MEDIA_TYPE})["Anlan-Label"]
        for path in ("places/divisions", "places/zones", "subjects", "alerts/alarms")
    }
    assert list(found.values()) == ["public", "public", "internal", "internal"]


def test_a_name_cannot_write_codes_into_the_footer() -> None:
    content = sheet({}, [], Cover(name="A&P 公司", unit="单" * 300))
    (mark, _) = footers(content)
    assert mark.startswith("&amp;L内部　A&amp;&amp;P 公司 单单")
    assert len(mark.replace("&amp;", "&")) <= 255


def test_a_list_too_long_for_one_file_says_so_and_goes_on_behind_it(
    monitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SHEET_MAX", 2)
    asked: dict[str, Any] = {"filter": "tag.like:LI", "sort": "-tag"}
    tags: list[str] = []
    sizes = []
    while asked:
        answer = monitor.get(DATASTREAMS, asked, headers={"Accept": MEDIA_TYPE})
        book = pages(answer.content)
        (head, *rows) = book[DATA]
        rows = [row for row in rows if row[1]]
        tags += [row[head.index("位号")] for row in rows]
        sizes.append(int(answer["Anlan-Rows"]))
        about = dict(row[:2] for row in book[ABOUT])
        link = answer.headers.get("Link", "")
        assert bool(link) == about["范围"].startswith("未完")
        assert bool(link) == str(book[DATA][-1][0]).startswith("未完")
        asked = parse_qs(urlsplit(link.partition("<")[2].partition(">")[0]).query) if link else {}

    assert sizes == [2, 2, 1]
    assert tags == sorted((f"T101.LI{n}" for n in range(STREAMS)), reverse=True)
    assert [row.data["is_complete"] for row in exports()] == [False, False, True]
