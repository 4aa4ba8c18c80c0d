"""Bulletins: drafted, approved by somebody else, issued once and for all; the papers hold what was counted."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.systems.desk.wording import percent
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant
from tests.systems.desk import world
from tests.systems.desk.world import HOUR, START

pytestmark = pytest.mark.django_db
URL = "/api/v1/desk/bulletins"


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = world.build()
    acting_as("anlan_engine")
    world.a_week(world.Log(made))
    acting_as("anlan_owner")
    world.readings(made)
    acting_as("anlan_app")
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.monitor)


@pytest.fixture
def leader(cast: Cast) -> Client:
    return signed_in(factories.officer(cast.zone_bureau, "bureau_director", "何局长", "director"))


def send(client: Client, path: str, body: Any = None, row: Any = None, method: str = "post") -> Any:
    headers = csrf(client) | ({"If-Match": f'"{row["version"]}"'} if row else {})
    act = getattr(client, method)
    return act(f"{URL}{path}", body or {}, content_type="application/json", headers=headers)


def drafted(desk: Client) -> dict[str, Any]:
    answer = send(desk, "", {"kind": "week", "day": "2026-09-09"})
    assert answer.status_code == 200, answer.content
    row: dict[str, Any] = answer.json()
    return row


def issued(desk: Client, leader: Client) -> dict[str, Any]:
    row = drafted(desk)
    row = send(leader, f"/{row['id']}/approve", row=row).json()
    done: dict[str, Any] = send(desk, f"/{row['id']}/issue", row=row).json()
    return done


def code(answer: Any) -> str:
    return str(answer.json().get("code"))


def test_a_draft_tells_the_figures_of_the_own_firms_in_words(desk: Client) -> None:
    row = drafted(desk)
    assert (row["state"], row["paper_number"], row["may"]) == ("draft", "", ["edit", "recount"])
    assert row["total"]["alarms"] == 7
    assert "2026年9月7日至13日" in row["title"]
    assert "共产生报警7条，其中红色2条" in row["text"]
    assert f"及时消警率{percent(2 / 7)}（2/7）" in row["text"]
    assert "数据合格率90.0%（90/100）" in row["text"]
    again = send(desk, "", {"kind": "week", "day": "2026-09-07"})
    assert (again.status_code, code(again)) == (409, "desk.bulletin_twice")
    early = send(desk, "", {"kind": "month", "day": "2999-01-01"})
    assert (early.status_code, code(early)) == (422, "desk.period_not_over")


def test_who_wrote_does_not_approve_and_only_what_is_approved_is_issued(
    desk: Client, leader: Client
) -> None:
    row = drafted(desk)
    assert code(send(desk, f"/{row['id']}/issue", row=row)) == "desk.bulletin_not_so"
    words = {"title": "通报", "text": "一、总体情况"}
    row = send(leader, f"/{row['id']}", words, row, "patch").json()
    own = send(leader, f"/{row['id']}/approve", row=row)
    assert (own.status_code, code(own)) == (403, "desk.own_draft")
    assert send(desk, f"/{row['id']}/approve", row=row).status_code == 403
    row = send(desk, f"/{row['id']}", {"title": "通报二", "text": "正文"}, row, "patch").json()
    row = send(leader, f"/{row['id']}/approve", row=row).json()
    assert (row["state"], row["approved_by_name"], row["may"]) == (
        "approved",
        "何局长",
        ["return", "issue", "withdraw"],
    )
    assert code(send(desk, f"/{row['id']}", words, row, "patch")) == "desk.bulletin_not_so"
    row = send(leader, f"/{row['id']}/return", {"reason": "数字再核"}, row).json()
    assert (row["state"], row["approved_by_name"], row["reason"]) == ("draft", "", "数字再核")


def test_an_issued_one_has_a_number_never_changes_and_its_figures_can_be_counted_again(
    desk: Client, leader: Client, plant: Plant
) -> None:
    row = issued(desk, leader)
    year = row["issued_at"][:4]
    assert (row["state"], row["paper_number"]) == ("issued", f"监测通报〔{year}〕1号")
    words = {"title": "别的", "text": "别的"}
    for path, body, method in (
        (f"/{row['id']}", words, "patch"),
        (f"/{row['id']}/recount", None, "post"),
    ):
        assert code(send(desk, path, body, row, method)) == "desk.bulletin_not_so"
    same = desk.get(f"{URL}/{row['id']}/differences").json()
    assert same == {"unseen": 0, "differences": []}
    # somebody answers a year late: the frozen figures stay, the difference is shown
    with unit_of_work(machine("test")):
        Alarm.objects.filter(datastream=plant.streams[3], condition="H").update(
            firm_state="closed", closed_at=START + 25 * HOUR, disposition={}
        )
    found = desk.get(f"{URL}/{row['id']}/differences").json()["differences"]
    assert {(one["count"], one["then"], one["now"]) for one in found} == {
        ("closed", 4, 5), ("closed_in_time", 2, 3), ("close_overdue", 5, 4), ("bureau_due", 6, 5),
        ("bureau_overdue", 5, 4),
    }  # fmt: skip
    now = desk.get(f"{URL}/{row['id']}").json()
    assert (now["total"], now["figures_sha256"]) == (row["total"], row["figures_sha256"])
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.get(type="desk.bulletin.issued").data
    assert told["figures_sha256"] == row["figures_sha256"]


def test_a_withdrawn_one_stays_with_its_reason_and_its_number_is_not_given_again(
    desk: Client, leader: Client
) -> None:
    row = issued(desk, leader)
    assert (
        code(send(leader, f"/{row['id']}/withdraw", {"reason": " "}, row)) == "desk.reason_missing"
    )
    gone = send(leader, f"/{row['id']}/withdraw", {"reason": "数据有误"}, row).json()
    assert (gone["state"], gone["reason"], gone["may"]) == ("withdrawn", "数据有误", [])
    assert issued(desk, leader)["paper_number"].endswith("〕2号")


def test_the_papers_hold_the_words_the_number_and_every_firm(desk: Client, leader: Client) -> None:
    row = issued(desk, leader)
    files = {
        kind: desk.get(f"{URL}/{row['id']}/paper", {"format": kind})
        for kind in ("docx", "pdf", "xlsx")
    }
    assert {answer.status_code for answer in files.values()} == {200}
    paper = Document(BytesIO(files["docx"].content))
    section = paper.sections[0]
    sizes = (section.top_margin, section.left_margin, section.page_width)
    assert [round(one.mm) for one in sizes if one is not None] == [37, 28, 210]
    said = "\n".join(one.text for one in paper.paragraphs)
    assert row["paper_number"] in said
    assert "签发人：何局长" in said
    assert all(line in said for line in row["text"].splitlines())
    [firm] = row["firms"]
    assert [cell.text for cell in paper.tables[0].rows[1].cells][:2] == ["1", firm["name"]]
    assert "（草稿）" not in said
    printed = "".join(
        page.extract_text() for page in PdfReader(BytesIO(files["pdf"].content)).pages
    )
    assert row["paper_number"] in printed
    assert firm["name"] in printed
    book = CalamineWorkbook.from_filelike(BytesIO(files["xlsx"].content))
    rows = book.get_sheet_by_name("企业排名").to_python()
    heads = rows[3]
    assert rows[4][heads.index("及时消警")] == firm["closed_in_time"] == 2
    assert rows[4][heads.index("数据合格率")] == 0.9
    with unit_of_work(machine("test"), read_only=True):
        assert Journal.objects.filter(
            type__endswith="list_exported", data__name="bulletin"
        ).count() in {0, 3}


def test_a_bulletin_is_seen_by_whoever_reaches_its_bureau(cast: Cast, desk: Client) -> None:
    row = drafted(desk)
    assert signed_in(cast.neighbour).get(f"{URL}/{row['id']}").status_code == 404
    assert signed_in(cast.control_room).get(URL).status_code == 403
    assert [one["id"] for one in desk.get(URL).json()["items"]] == [row["id"]]
