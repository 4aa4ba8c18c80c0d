"""The register in the browser: template, dry run, a report row by row, and an export that changes nothing."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.app.register import upload
from anlan.app.register.load import enter_firms
from anlan.app.register.sheets import FIRMS
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.sensing.models import Datastream, Gateway, Limit
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.app.register.book import CODE, Table, firm_book, supervised, whole, xlsx
from tests.app.register.over_http import URL, counted, send
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def export(client: Client) -> bytes:
    answer = client.get(f"{URL}/firms")
    assert answer.status_code == 200, answer.content
    assert "attachment" in answer["Content-Disposition"]
    return bytes(answer.content)


def test_a_dry_run_is_what_is_done_unless_it_is_said_otherwise(
    keeper: Client, tmp_path: Path
) -> None:
    content = xlsx(tmp_path, firm_book()).read_bytes()

    status, report = send(keeper, content, only=["organisations", "sites"])

    assert (status, report["is_dry"], report["is_kept"]) == (200, True, False)
    assert counted(report) == {"organisations": (1, 0, 0, 0), "sites": (1, 0, 0, 0)}
    with unit_of_work(machine("test")):
        assert not Subject.objects.exists()

    status, report = send(keeper, content, only=["organisations", "sites"], dry_run="false")
    assert (status, report["is_kept"]) == (200, True)
    with unit_of_work(machine("test")):
        assert Subject.objects.get().code == "lwyp"


def test_every_bad_row_is_told_by_its_number_in_both_languages_and_nothing_is_kept(
    keeper: Client, tmp_path: Path
) -> None:
    book = firm_book()
    book["organisations"] += [["", "没有代码", "640181"]]
    book["sites"][1][4] = "东经106"

    status, report = send(keeper, xlsx(tmp_path, book).read_bytes(), dry_run="false")

    assert (status, report["is_kept"]) == (200, False)
    told = {(one["sheet"], one["row"]): one for one in report["errors"]}
    assert told["organisations", 3] == {
        "sheet": "organisations",
        "row": 3,
        "code": "register.missing_cells",
        "title": "缺少 统一社会信用代码",
        "title_en": "Cells that must be filled are empty.",
    }
    assert told["sites", 2]["code"] == "register.not_a_number"
    # what rests on the bad row is told too, each at its own
    assert told["gateways", 2]["code"] == "register.unknown_site"
    assert not Organisation.objects.filter(credit_code=CODE).exists()


def test_a_new_gateways_credentials_are_told_once_and_never_on_a_dry_run(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    without = {key: rows for key, rows in firm_book().items() if key in {"organisations", "sites"}}
    assert whole(tmp_path, bureau, without).errors == []
    content = xlsx(tmp_path, firm_book()).read_bytes()

    assert send(keeper, content)[1]["credentials"] == []
    [told] = send(keeper, content, dry_run="false")[1]["credentials"]
    assert send(keeper, content, dry_run="false")[1]["credentials"] == []

    with unit_of_work(machine("test")):
        made = Gateway.objects.get()
    assert told == {"user": "lwyp.G1", "token": made.token, "hmac_key": made.hmac_key}
    assert made.hmac_key.encode() not in export(keeper)


ENGLISH = {
    "sites": "Lingwu Oil, works",
    "gateways": "Gateway of the tank farm",
    "devices": "Radar gauge",
    "datastreams": "Methanol level",
}


def a_rich_book() -> Table:
    """Return a register with nested equipment, a place of 17 digits, every kind of figure in limits."""
    book = firm_book()
    book["sites"][1][4:6] = ["106.34000000000002", "38.1"]
    book["subjects"] = [
        ["site", "code", "kind", "name", "parent", "lon", "lat", "attributes", "name_en"],
        ["lwyp", "U1", "process_unit", "罐组一", "", "", "", "", ""],
        ["lwyp", "T101", "tank", "甲醇储罐", "U1", 106.341, 38.102, '{"volume_m3": 2000}', "Tank"],
    ]
    for sheet, name in ENGLISH.items():
        book[sheet][0].append("name_en")
        book[sheet][1].append(name)
    book["limits"] = [
        ["site", "gateway", "tag", "condition", "value", "deadband", "on_delay_ms", "window_ms",
         "low", "priority", "standard", "clause", "clause_en", "reason", "reason_en"],
        ["lwyp", "G1", "T101.LI", "HH", 90, 1, 3000, "", "", 1, "GB 50160", "液位", "level",
         "设计", "design"],
        ["lwyp", "G1", "T101.LI", "rate", 0.3, "", "", 60000, "", 3, "", "", "", "", ""],
        ["lwyp", "G1", "T101.LI", "range", 100, "", "", "", -5, 4, "", "", "", "", ""],
    ]  # fmt: skip
    return book


def test_what_is_exported_and_entered_again_changes_nothing(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []
    with unit_of_work(machine("test")):
        assert Subject.objects.get(code="T101").parent.code == "U1"  # type: ignore[union-attr]
        assert Limit.objects.count() == 3
        before = Journal.objects.count()

    taken = export(keeper)
    status, report = send(keeper, taken, dry_run="false")

    assert (status, report["is_kept"], report["errors"]) == (200, True, [])
    assert counted(report) == {
        "organisations": (0, 0, 1, 0),
        "sites": (0, 0, 1, 0),
        "subjects": (0, 0, 2, 0),
        "gateways": (0, 0, 1, 0),
        "devices": (0, 0, 1, 0),
        "datastreams": (0, 0, 1, 0),
        "limits": (0, 0, 3, 0),
    }
    with unit_of_work(machine("test")):
        [row] = Journal.objects.filter(id__gt=0).order_by("-id")[: Journal.objects.count() - before]
    assert (row.type, row.data["name"], row.data["rows"]) == ("base.list.exported", "register", 10)


def test_whatever_has_a_name_has_an_english_one_and_an_empty_cell_takes_none_away(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []

    def told(of: str) -> Any:
        return keeper.get(f"/api/v1/{of}").json()["items"][-1]["name_en"]

    paths = ("sensing/gateways", "sensing/devices", "sensing/datastreams")
    assert [told(path) for path in paths] == list(ENGLISH.values())[1:]
    plain = xlsx(tmp_path, firm_book(subjects=[["site", "code", "kind", "name"]])).read_bytes()
    status, report = send(keeper, plain, dry_run="false")
    assert (status, report["errors"]) == (200, [])
    assert [told(path) for path in paths] == list(ENGLISH.values())[1:]
    with unit_of_work(machine("test")):
        assert Subject.objects.get(code="lwyp").name_en == ENGLISH["sites"]
        assert Subject.objects.get(code="T101").name_en == "Tank"


def test_other_names_are_taken_after_a_dry_run_has_said_so(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []
    book = a_rich_book()
    for sheet in ENGLISH:
        book[sheet][1][-1] = "Another"
    for sheet in ("gateways", "datastreams"):
        book[sheet][1][book[sheet][0].index("name")] = "改名"
    content = xlsx(tmp_path, book).read_bytes()

    for is_dry in ("true", "false"):
        _, report = send(keeper, content, dry_run=is_dry)
        assert (report["errors"], report["is_kept"]) == ([], is_dry == "false")
        counts = counted(report)
        assert {sheet: counts[sheet] for sheet in ENGLISH} == dict.fromkeys(ENGLISH, (0, 1, 0, 0))

    with unit_of_work(machine("test")):
        assert Gateway.objects.get().name == Datastream.objects.get().name == "改名"
        changed = Journal.objects.filter(type__startswith="sensing.", type__endswith=".changed")
        assert {row.type: row.change["name_en"] for row in changed} == {  # type: ignore[index]
            f"sensing.{kind}.changed": [ENGLISH[f"{kind}s"], "Another"]
            for kind in ("gateway", "device", "datastream")
        }
    _, again = send(keeper, export(keeper), dry_run="false")
    assert {(new, changed, bad) for new, changed, _, bad in counted(again).values()} == {(0, 0, 0)}


def test_what_the_readings_of_a_tag_mean_is_never_changed_by_an_import(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []
    book = a_rich_book()
    book["datastreams"][0].append("unit")
    book["datastreams"][1].append("mm")

    _, report = send(keeper, xlsx(tmp_path, book).read_bytes())

    assert [one["code"] for one in report["errors"]] == ["register.tag_stands"]


def test_a_workbook_in_english_is_entered_again_like_the_chinese_one(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []
    chinese = sheets_of(export(keeper))

    answer = keeper.get(f"{URL}/firms", headers={"Accept-Language": "en"})
    english = sheets_of(answer.content)

    assert answer["Content-Language"] == "en"
    assert list(english) == [one.title_en for one in FIRMS]
    heads = [cell for one in FIRMS for cell in english[one.title_en][0]]
    assert all(cell.isascii() for cell in heads), heads
    for one in FIRMS:
        # a heading may be translated, what stands below it is the register
        assert english[one.title_en][1:] == chinese[one.title][1:]
    for content in (answer.content, export(keeper)):
        status, report = send(keeper, content, dry_run="false")
        assert (status, report["is_kept"], report["errors"]) == (200, True, [])
        counts = counted(report)
        assert sum(same for _, _, same, _ in counts.values()) == 10
        assert {(new, changed, bad) for new, changed, _, bad in counts.values()} == {(0, 0, 0)}


def test_a_template_in_english_is_filled_and_entered(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    empty = keeper.get(f"{URL}/firms/template", headers={"Accept-Language": "en"})
    heads = {name: table[0] for name, table in sheets_of(empty.content).items()}
    assert heads["Firms"][:2] == ["Credit code", "Name"]
    file = tmp_path / "english.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet("Firms")
        page.write_row(0, 0, heads["Firms"])
        page.write_row(1, 0, [CODE, "灵武油品", "Lingwu Oil", "640181"])

    status, report = send(keeper, file.read_bytes(), dry_run="false", only=["organisations"])

    assert (status, report["errors"], counted(report)) == (200, [], {"organisations": (1, 0, 0, 0)})
    assert Organisation.objects.get(credit_code=CODE).name_en == "Lingwu Oil"


def test_an_export_entered_into_an_empty_house_makes_the_same_register(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, a_rich_book()).errors == []
    first = sheets_of(export(keeper))
    taken = tmp_path / "taken.xlsx"
    taken.write_bytes(export(keeper))
    with unit_of_work(machine("test")):
        for one in Subject.objects.all():
            Subject.objects.filter(pk=one.pk).update(code=f"gone-{one.code}", status="retired")
        Gateway.objects.update(is_active=False, firm_code="gone")

    assert enter_firms(taken, who="lishu", only=["sites"]).errors == []
    with unit_of_work(machine("test")):
        site = Subject.objects.get(code="lwyp").id
    assert supervised(tmp_path, bureau, site).errors == []
    assert enter_firms(taken, who="lishu").errors == []

    assert sheets_of(export(keeper)) == first


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python()
        for name in book.sheet_names
        if name not in {"说明", "About"}
    }


def test_a_keeper_takes_what_he_reaches_and_a_neighbour_nothing(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    assert whole(tmp_path, bureau, firm_book()).errors == []
    elsewhere = factories.organisation("永宁局", territory_code="640121")
    stranger = signed_in(factories.officer(elsewhere, "data_keeper"))

    rows = {name: len(table) - 1 for name, table in sheets_of(export(stranger)).items()}

    assert set(rows.values()) == {0}
    assert len(sheets_of(export(keeper))["测点"]) == 2


def test_the_template_is_taken_as_an_empty_register(keeper: Client) -> None:
    answer = keeper.get(f"{URL}/firms/template")
    status, report = send(keeper, answer.content, dry_run="false")
    assert (status, report["counts"], report["is_kept"]) == (200, [], True)


def package(**entries: bytes) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "register.not_a_workbook"),
        (b"\xff\xfe not a workbook", 422, "register.not_a_workbook"),
        (b"PK\x03\x04 cut", 422, "register.not_a_workbook"),
        (package(xl__vbaProject_bin=b"macro"), 422, "register.macros"),
        (package(xl__sheet1=bytes(3 * 1024**2)), 413, "register.unfolds_too_large"),
        (package(), 422, "register.not_a_table"),
    ],
    ids=["empty", "other bytes", "cut archive", "macros", "a bomb", "a workbook without sheets"],
)
def test_8_1_4_5_what_is_no_harmless_workbook_is_refused(
    keeper: Client, monkeypatch: pytest.MonkeyPatch, content: bytes, status: int, code: str
) -> None:
    monkeypatch.setattr(upload, "UNFOLDED_BYTES_MAX", 2 * 1024**2)

    answered, problem = send(keeper, content)

    assert (answered, problem["code"]) == (status, code)


def test_a_file_above_the_limit_is_refused(keeper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MAX_BYTES", 10)
    assert send(keeper, package())[1]["code"] == "register.too_large"


def test_the_security_administrator_says_who_supervises_and_enters_no_firm(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    send(
        keeper,
        xlsx(tmp_path, firm_book()).read_bytes(),
        only=["organisations", "sites"],
        dry_run="false",
    )
    security = signed_in(User.objects.get(username="fengan"))
    table: Table = {
        "supervisions": [["credit_code", "organisation", "matter"], [CODE, bureau.name, "hazchem"]]
    }
    content = xlsx(tmp_path, table).read_bytes()

    assert send(keeper, content, "supervisions")[0] == 403
    assert send(security, content, "firms")[0] == 403
    assert security.get(f"{URL}/firms").status_code == 403
    status, report = send(security, content, "supervisions", dry_run="false")
    assert (status, counted(report)) == (200, {"supervisions": (1, 0, 0, 0)})
    _, again = send(security, content, "supervisions", dry_run="false")
    assert counted(again) == {"supervisions": (0, 0, 1, 0)}
