"""The sheets of the register's workbook: their columns, how they are read, the empty template.

A workbook is an xlsx file with a sheet for each table, or a folder with one CSV file each
(`sites.csv`), or a GeoJSON file of sites and equipment. A sheet and a column may be named by its key,
by its Chinese or by its English title.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, load_workbook
from xlsxwriter.worksheet import Worksheet

from anlan.app.register import geojson
from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.base.english import Language, heading
from anlan.kernel.base.errors import InvalidError


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table: `columns` is {key: Chinese title}; `needed` must be filled in every row."""

    key: str
    title: str
    title_en: str
    columns: dict[str, str]
    needed: tuple[str, ...]

    @property
    def names(self) -> tuple[str, str, str]:
        """Return what it may be called in a file: its key and its two titles."""
        return self.key, self.title, self.title_en

    def name(self, language: Language) -> str:
        """Return the table's title."""
        return self.title_en if language is Language.EN else self.title

    def heads(self, language: Language) -> dict[str, str]:
        """Return {key: title} of the columns; the English ones are the keys as people write them."""
        if language is Language.ZH:
            return self.columns
        return {key: heading(key) for key in self.columns}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was written; `number` is the one that the spreadsheet shows."""

    sheet: Sheet
    number: int
    text: dict[str, str]

    def of(self, column: str) -> str:
        """Return what a cell says, "" where nothing."""
        return self.text.get(column, "")

    def number_of(self, column: str) -> float | None:
        """Return a cell's figure. Raises InvalidError when it is none."""
        if not (said := self.of(column)):
            return None
        try:
            figure = float(said)
        except ValueError:
            figure = math.nan
        if not math.isfinite(figure):
            raise InvalidError(
                f"{self.sheet.columns[column]} 不是数：{said}", code="register.not_a_number"
            )
        return figure

    def whole_of(self, column: str) -> int | None:
        """Return a cell's whole number. Raises InvalidError when it is none."""
        if (figure := self.number_of(column)) is None:
            return None
        if figure != int(figure):
            raise InvalidError(
                f"{self.sheet.columns[column]} 须为整数：{self.of(column)}",
                code="register.not_a_whole_number",
            )
        return int(figure)

    def moment_of(self, column: str) -> datetime | None:
        """Return a cell's moment; a day begins at midnight here. Raises InvalidError when it is none."""
        if not (said := self.of(column)):
            return None
        try:
            moment = datetime.fromisoformat(said.replace("/", "-"))
        except ValueError as error:
            raise InvalidError(
                f"{self.sheet.columns[column]} 不是日期：{said}", code="register.not_a_date"
            ) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


_NAME = {"name": "名称", "name_en": "英文名称"}
_PLACE = {"lon": "经度", "lat": "纬度"}
_TAG = {"site": "厂区编码", "gateway": "网关编码", "tag": "位号"}
#: In the order in which they are entered: each may name what stands in those before it.
FIRMS = (
    Sheet(
        "organisations",
        "单位",
        "Firms",
        {
            "credit_code": "统一社会信用代码",
        }
        | _NAME
        | {"division": "区划代码", "zone": "功能区编号"},
        ("credit_code", "name", "division"),
    ),
    Sheet(
        "sites",
        "厂区",
        "Sites",
        {
            "code": "厂区编码",
            "credit_code": "统一社会信用代码",
        }
        | _NAME
        | {"division": "区划代码", "zone": "功能区编号"}
        | _PLACE,
        ("code", "credit_code", "name", "division"),
    ),
    Sheet(
        "subjects",
        "监测对象",
        "Subjects",
        {
            "site": "厂区编码",
            "code": "对象编码",
            "kind": "类别代码",
        }
        | _NAME
        | {"parent": "上级对象编码"}
        | _PLACE
        | {"attributes": "属性（JSON）"},
        ("site", "code", "kind", "name"),
    ),
    Sheet(
        "gateways",
        "网关",
        "Gateways",
        {"site": "厂区编码", "code": "网关编码"} | _NAME,
        ("site", "code", "name"),
    ),
    Sheet(
        "devices",
        "设备",
        "Devices",
        {
            "site": "厂区编码",
            "gateway": "网关编码",
            "subject": "对象编码",
        }
        | _NAME
        | {"model": "型号", "serial": "出厂编号"},
        ("site", "gateway", "subject", "name"),
    ),
    Sheet(
        "datastreams",
        "测点",
        "Datastreams",
        _TAG
        | {
            "subject": "对象编码",
            "property": "指标代码",
        }
        | _NAME
        | {
            "unit": "单位",
            "resolution": "分辨力",
            "time_resolution_ms": "时间分辨力（毫秒）",
            "device": "设备名称",
        },
        ("site", "gateway", "tag", "subject", "property", "name"),
    ),
    Sheet(
        "limits",
        "限值",
        "Limits",
        _TAG
        | {
            "condition": "类型",
            "value": "限值",
            "deadband": "回差",
            "on_delay_ms": "报警延时（毫秒）",
            "off_delay_ms": "复归延时（毫秒）",
            "low": "下限",
            "window_ms": "时间窗（毫秒）",
            "priority": "优先级",
            "standard": "标准",
            "clause": "条款",
            "clause_en": "条款（英文）",
            "confidence": "依据",
            "reason": "说明",
            "reason_en": "说明（英文）",
        },
        ("site", "gateway", "tag", "condition", "value"),
    ),
)
SUPERVISIONS = (
    Sheet(
        "supervisions",
        "监管关系",
        "Supervision",
        {
            "credit_code": "企业统一社会信用代码",
            "site_id": "厂区标识（企业有多个厂区时填）",
            "organisation": "监管部门名称",
            "matter": "监管事项",
            "valid_from": "起（如 2026-12-01，可空）",
            "valid_to": "止（可空）",
        },
        ("credit_code", "organisation", "matter"),
    ),
)


def read(source: Path, sheets: Iterable[Sheet]) -> list[Row]:
    """Return every filled row of these sheets, sheet by sheet; a sheet that is not there has none.

    Raises InvalidError for a file that is no table, and for a column that nobody knows.
    """
    found: list[Row] = []
    is_features = source.suffix.lower() in {".geojson", ".json"}
    if is_features:
        tables = geojson.tables(source)
    else:
        tables = _folder(source) if source.is_dir() else _workbook(source)
    for sheet in sheets:
        table = next((tables[name] for name in sheet.names if tables.get(name)), [])
        # a spreadsheet counts its head as row 1; of features the first is the first
        found += _rows(sheet, table, first=1 if is_features else 2)
    return found


def write_template(
    target: Path | BinaryIO, sheets: Iterable[Sheet], language: Language = Language.ZH
) -> None:
    """Write an empty workbook with the sheets' titles; what must be filled is bold."""
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target) as book:
        list(headed(book, sheets, language))


def headed(
    book: xlsxwriter.Workbook, sheets: Iterable[Sheet], language: Language
) -> Iterator[tuple[Sheet, Worksheet]]:
    """Add a page for each sheet with its titles, and yield it for what is to stand below them."""
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    plain = book.add_format({"bg_color": "#EEEEEE"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name(language))
        page.freeze_panes(1, 0)
        for at, (key, title) in enumerate(sheet.heads(language).items()):
            page.write_string(0, at, title, bold if key in sheet.needed else plain)
            page.set_column(at, at, max(14, 2 * len(sheet.columns[key])))
        yield sheet, page


def _rows(sheet: Sheet, table: list[list[Any]], first: int) -> list[Row]:
    keys = {title: key for one in Language for key, title in sheet.heads(one).items()}
    head = [_text(cell) for cell in table[0]] if table else []
    names = [keys.get(title, title) for title in head]
    if unknown := [one for one in names if one and one not in sheet.columns]:
        known = "、".join(sheet.columns.values())
        raise InvalidError(
            f"{sheet.title}：不认识的列 {'、'.join(unknown)}；可用：{known}",
            code="register.unknown_column",
        )
    rows = (
        Row(sheet, at, {n: _text(cell) for n, cell in zip(names, cells, strict=False) if n})
        for at, cells in enumerate(table[1:], start=first)
    )
    return [row for row in rows if any(row.text.values())]


def _text(cell: object) -> str:
    """Return a cell as it was typed: a spreadsheet holds 640181 as 640181.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _folder(source: Path) -> dict[str, list[list[Any]]]:
    tables: dict[str, list[list[Any]]] = {}
    for file in source.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            tables[file.stem] = list(csv.reader(opened))
    return tables


def _workbook(source: Path) -> dict[str, list[list[Any]]]:
    if not source.is_file():
        raise InvalidError(f"没有文件 {source}", code="app.no_file")
    try:
        book: CalamineWorkbook = load_workbook(str(source))
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise InvalidError(
            f"{source.name} 不是可读的表格：{error}", code="register.not_a_table"
        ) from error
