"""A list as a spreadsheet: titles in the first row, times in Shanghai, a watermark on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from json import dumps
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.listing import Field

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATA, ABOUT = "安澜", "说明"
#: A footer holds 255 characters, its codes included; name and unit get most of them.
_WATERMARK_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Who had a list written, what he asked for, and whether these rows are all of it."""

    name: str
    unit: str = ""
    title: str = ""
    filters: tuple[str, ...] = ()
    is_complete: bool = True

    def watermark(self, moment: datetime) -> str:
        """Return name, unit and minute."""
        who = " ".join(part for part in (self.name, self.unit) if part)
        return f"{who[:_WATERMARK_MAX]} {moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def sheet(fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]], cover: Cover) -> bytes:
    """Return the bytes of an xlsx with these rows and a page that says what they are.

    Where a list has titles, only its titled columns are shown: ids and codes are for programs.
    An incomplete one opens on that page, and says so below its last row too.
    """
    shown = {name: field for name, field in fields.items() if field.title} or dict(fields)
    buffer, moment = BytesIO(), now()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E8ECF1", "border": 1})
    time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    data, about = book.add_worksheet(DATA), book.add_worksheet(ABOUT)
    _write_rows(data, shown, rows, head, time)
    _write_cover(about, cover, len(rows), moment)
    if not cover.is_complete:
        data.write_string(len(rows) + 1, 0, f"未完：只有前 {len(rows)} 条，见“{ABOUT}”")
        about.activate()
    for page in (data, about):
        page.set_footer(f"&L{cover.watermark(moment).replace('&', '&&')}&R&P/&N")
    book.set_properties({"title": "安澜导出", "author": cover.name, "company": cover.unit})
    book.close()
    return buffer.getvalue()


def _write_rows(
    page: Worksheet,
    shown: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    head: Format,
    time: Format,
) -> None:
    page.freeze_panes(1, 0)
    for column, (name, field) in enumerate(shown.items()):
        page.write_string(0, column, field.title or name, head)
        page.set_column(column, column, 20)
    for line, row in enumerate(rows, start=1):
        for column, (name, field) in enumerate(shown.items()):
            value = field.words.get(row[name], row[name]) if field.words else row[name]
            if isinstance(value, datetime):
                local = value.astimezone(SHANGHAI).replace(tzinfo=None)
                page.write_datetime(line, column, local, time)
            elif isinstance(value, (int, float, bool)):
                page.write(line, column, value)
            elif isinstance(value, (dict, list)):
                page.write_string(line, column, dumps(value, ensure_ascii=False, default=str))
            elif value is not None:
                page.write_string(line, column, str(value))


def _write_cover(page: Worksheet, cover: Cover, rows: int, moment: datetime) -> None:
    extent = (
        "全部" if cover.is_complete else f"未完：只有前 {rows} 条。请缩小条件，或从此处接着导出"
    )
    lines = [
        ("导出", cover.watermark(moment)),
        ("列表", cover.title),
        ("条件", "；".join(cover.filters) or "无"),
        ("条数", str(rows)),
        ("范围", extent),
    ]
    page.set_column(0, 0, 10)
    page.set_column(1, 1, 80)
    for line, (word, text) in enumerate(lines):
        page.write_string(line, 0, word)
        page.write_string(line, 1, text)
