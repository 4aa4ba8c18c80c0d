"""A list as a spreadsheet: titles in the first row, times in Shanghai, a watermark line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.listing import Field

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]], made_by: str) -> bytes:
    """Return the bytes of an xlsx with these rows; `made_by` is printed in the footer.

    Where a list has titles, only its titled columns are shown: ids and codes are for programs.
    """
    shown = {name: field for name, field in fields.items() if field.title} or fields
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E8ECF1", "border": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page = book.add_worksheet("安澜")
    page.freeze_panes(1, 0)
    for column, (name, field) in enumerate(shown.items()):
        page.write_string(0, column, field.title or name, head)
        page.set_column(column, column, 20)
    for line, row in enumerate(rows, start=1):
        for column, (name, field) in enumerate(shown.items()):
            value = field.words.get(row[name], row[name]) if field.words else row[name]
            if isinstance(value, datetime):
                page.write_datetime(
                    line, column, value.astimezone(SHANGHAI).replace(tzinfo=None), moment
                )
            elif isinstance(value, (int, float, bool)):
                page.write(line, column, value)
            elif value is not None:
                page.write_string(line, column, str(value))
    page.set_footer(f"&L{made_by}&R{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    book.set_properties({"title": "安澜导出", "author": made_by})
    book.close()
    return buffer.getvalue()
