"""A list as a spreadsheet: titles in the first row, times in Shanghai, a watermark on every page.

The same rows for who reads Chinese and for who reads English (`english.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from json import dumps
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from anlan.kernel.base import english
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.english import Language
from anlan.kernel.base.events import EventTitles, english_title
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.listing import LABEL, Field, shown

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATA, ABOUT = "安澜", "说明"
#: The same two pages for who reads English.
DATA_EN, ABOUT_EN = "Anlan", "About"
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
    language: Language = Language.ZH
    label: Sensitivity = Sensitivity.INTERNAL

    @property
    def is_english(self) -> bool:
        """Tell whether it is written for who reads English."""
        return self.language is Language.EN

    def say(self, chinese: str, in_english: str) -> str:
        """Return one of two ways to say the same."""
        return in_english if self.is_english else chinese

    @property
    def label_text(self) -> str:
        """Return the label in words: how far these rows may travel."""
        return self.say(str(self.label.label), english.word(LABEL, self.label.value))

    def footer(self, moment: datetime) -> str:
        """Return what is printed under every page: label, name, unit, minute, number of the page."""
        said = f"{self.label_text}　{self.watermark(moment)}".replace("&", "&&")
        return f"&L{said}&R&P/&N"

    def watermark(self, moment: datetime) -> str:
        """Return name, unit and minute."""
        who = " ".join(part for part in (self.name, self.unit) if part)
        return f"{who[:_WATERMARK_MAX]} {moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def sheet(
    fields: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    cover: Cover,
    columns: Sequence[str] = (),
) -> bytes:
    """Return the bytes of an xlsx with these columns of the rows and a page that says what they are.

    An incomplete one opens on that page, and says so below its last row too.
    """
    buffer, moment = BytesIO(), now()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E8ECF1", "border": 1})
    time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    data = book.add_worksheet(cover.say(DATA, DATA_EN))
    about = book.add_worksheet(cover.say(ABOUT, ABOUT_EN))
    names = shown(fields, columns)
    said = [_Column(name, fields, cover, names) for name in names]
    _write_rows(data, said, rows, head, time)
    _write_cover(about, cover, len(rows), moment)
    if not cover.is_complete:
        unfinished = cover.say(
            f"未完：只有前 {len(rows)} 条，见“{ABOUT}”",
            f"Not all of it: the first {len(rows)} only, see “{ABOUT_EN}”",
        )
        data.write_string(len(rows) + 1, 0, unfinished)
        about.activate()
    for page in (data, about):
        page.set_footer(cover.footer(moment))
    title = cover.say("安澜导出", "Exported by Anlan")
    book.set_properties(
        {
            "title": title,
            "author": cover.name,
            "company": cover.unit,
            "category": cover.label_text,
        }
    )
    book.close()
    return buffer.getvalue()


class _Column:
    """A column as it is read: its heading, and the value of a row in one language."""

    def __init__(
        self, name: str, fields: Mapping[str, Field], cover: Cover, columns: Sequence[str]
    ) -> None:
        field, is_english = fields[name], cover.is_english
        self.name, self._is_english = name, is_english
        self._words, self._list = field.words, cover.title
        self._in_seconds = field.in_seconds
        self.heading = english.heading(name, cover.title) if is_english else field.title or name
        beside = f"{name}_en"
        # a sheet that shows both names side by side keeps them apart
        is_lent = is_english and beside in fields and beside not in columns
        self._english_name = beside if is_lent else None

    def of(self, row: Mapping[str, Any]) -> Any:
        """Return what stands in the row, a code in words, a name in English where it has one."""
        value = row[self.name]
        if self._in_seconds and value is not None:
            return round(value / 1000, 3)
        if self._english_name is not None and row[self._english_name]:
            return row[self._english_name]
        if not self._words or value not in self._words:
            return value
        if not self._is_english:
            return self._words[value]
        if isinstance(self._words, EventTitles):
            return english_title(value)
        return english.word(self.name, value, self._list)


def _write_rows(
    page: Worksheet,
    columns: Sequence[_Column],
    rows: Sequence[Mapping[str, Any]],
    head: Format,
    time: Format,
) -> None:
    page.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        page.write_string(0, at, column.heading, head)
        page.set_column(at, at, 20)
    for line, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            value = column.of(row)
            if isinstance(value, datetime):
                local = value.astimezone(SHANGHAI).replace(tzinfo=None)
                page.write_datetime(line, at, local, time)
            elif isinstance(value, (int, float, bool)):
                page.write(line, at, value)
            elif isinstance(value, list) and all(isinstance(one, str) for one in value):
                page.write_string(line, at, "、".join(value))
            elif isinstance(value, (dict, list)):
                page.write_string(line, at, dumps(value, ensure_ascii=False, default=str))
            elif value is not None:
                page.write_string(line, at, str(value))


def _write_cover(page: Worksheet, cover: Cover, rows: int, moment: datetime) -> None:
    unfinished = cover.say(
        f"未完：只有前 {rows} 条。请缩小条件，或从此处接着导出",
        f"Not all of it: the first {rows} only. Ask for less, or go on behind them",
    )
    lines = [
        (cover.say("导出", "Exported"), cover.watermark(moment)),
        (cover.say("敏感级别", "Label"), cover.label_text),
        (cover.say("列表", "List"), cover.title),
        (
            cover.say("条件", "Filters"),
            cover.say("；", "; ").join(cover.filters) or cover.say("无", "none"),
        ),
        (cover.say("条数", "Rows"), str(rows)),
        (
            cover.say("范围", "Extent"),
            cover.say("全部", "all") if cover.is_complete else unfinished,
        ),
    ]
    page.set_column(0, 0, 10)
    page.set_column(1, 1, 80)
    for line, (word, text) in enumerate(lines):
        page.write_string(line, 0, word)
        page.write_string(line, 1, text)
