"""The register of one firm as a workbook or a folder of CSV files, and how it is entered."""

import csv
from pathlib import Path

import xlsxwriter

from anlan.app.register.load import Report, enter_firms, enter_supervisions
from anlan.app.register.sheets import FIRMS, SUPERVISIONS
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.rules import credit_code_check_character

CODE = "91640181MA76H3GN1" + credit_code_check_character("91640181MA76H3GN1")
Table = dict[str, list[list[object]]]


def firm_book(**other: list[list[object]]) -> Table:
    """Return the register of one firm: a site, a tank, a gateway, one tag and its limits."""
    book: Table = {
        "organisations": [["credit_code", "name", "division"], [CODE, "灵武油品", "640181"]],
        "sites": [
            ["code", "credit_code", "name", "division", "lon", "lat"],
            ["lwyp", CODE, "灵武油品厂区", 640181001, 106.34, 38.1],
        ],
        "subjects": [
            ["site", "code", "kind", "name", "attributes"],
            ["lwyp", "T101", "tank", "甲醇储罐", '{"volume_m3": 2000}'],
        ],
        "gateways": [["site", "code", "name"], ["lwyp", "G1", "罐区网关"]],
        "devices": [
            ["site", "gateway", "subject", "name", "model"],
            ["lwyp", "G1", "T101", "LT101", "雷达液位计"],
        ],
        "datastreams": [
            [
                "site",
                "gateway",
                "tag",
                "subject",
                "property",
                "name",
                "unit",
                "resolution",
                "device",
            ],
            ["lwyp", "G1", "T101.LI", "T101", "level", "甲醇储罐液位", "%", 0.1, "LT101"],
        ],
        "limits": [
            ["site", "gateway", "tag", "condition", "value", "deadband", "standard"],
            ["lwyp", "G1", "T101.LI", "HH", 90, 1, "GB 50160"],
            ["lwyp", "G1", "T101.LI", "H", 80, 1, "GB 50160"],
        ],
    }
    return book | other


def xlsx(folder: Path, book: Table) -> Path:
    file = folder / "register.xlsx"
    titles = {sheet.key: sheet.title for sheet in (*FIRMS, *SUPERVISIONS)}
    with xlsxwriter.Workbook(str(file)) as written:
        for key, table in book.items():
            page = written.add_worksheet(titles[key])
            for at, row in enumerate(table):
                page.write_row(at, 0, row)
    return file


def csv_folder(folder: Path, book: Table) -> Path:
    for key, table in book.items():
        with (folder / f"{key}.csv").open("w", encoding="utf-8-sig", newline="") as opened:
            csv.writer(opened).writerows(table)
    return folder


def supervised(folder: Path, bureau: Organisation, site: str = "") -> Report:
    table: Table = {
        "supervisions": [
            ["credit_code", "site_id", "organisation", "matter"],
            [CODE, site, bureau.name, "hazchem"],
        ]
    }
    return enter_supervisions(xlsx(folder, table), who="fengan")


def whole(folder: Path, bureau: Organisation, book: Table) -> Report:
    """Enter firm and site, have them supervised, enter the rest."""
    first = enter_firms(xlsx(folder, book), who="lishu", only=["单位", "厂区"])
    assert first.errors == []
    assert supervised(folder, bureau).errors == []
    return enter_firms(xlsx(folder, book), who="lishu")
