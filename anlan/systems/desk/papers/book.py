"""The figures of a bulletin as xlsx: the ranking with every count that a rate was made of, and what the rates are."""

from io import BytesIO

import xlsxwriter

from anlan.systems.desk.papers.paper import Paper
from anlan.systems.desk.rules import COUNTS, RATES, rate
from anlan.systems.desk.wording import RATE_WORDS

_COUNT_WORDS = {
    "streams": "应在线测点", "due_s": "应在线秒", "online_s": "在线秒", "alarms": "报警", "red": "红色",
    "orange": "橙色", "yellow": "黄色", "blue": "蓝色", "confirm_due": "应确认", "confirmed_in_time": "及时确认",
    "confirm_overdue": "超时确认", "close_due": "应消警", "closed_in_time": "及时消警",
    "close_overdue": "超时消警", "closed": "已消警", "false_alarms": "误报", "bureau_due": "部门应核查",
    "bureau_overdue": "部门超时", "bad_values": "冻结、超量程", "received": "收到读数", "accepted": "入库读数",
    "quarantined": "隔离报文",
}  # fmt: skip


def xlsx_of(paper: Paper) -> bytes:
    """Return the bytes of the workbook; rates are numbers, formatted, and none where there is nothing to share."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    sheet = book.add_worksheet("企业排名")
    sheet.write_string(0, 0, paper.title, bold)
    sheet.write_string(1, 0, f"{paper.organ}　{paper.number}{paper.state}　{paper.day}")
    heads = [
        "名次",
        "企业",
        *(words[0] for words in RATE_WORDS.values()),
        *(_COUNT_WORDS[one] for one in COUNTS),
    ]
    for n, head in enumerate(heads):
        sheet.write_string(3, n, head, bold)
    for n, one in enumerate([*paper.firms, dict(paper.total) | {"name": "合计", "standing": None}]):
        line = 4 + n
        if one["standing"] is not None:
            sheet.write_number(line, 0, n + 1)
        sheet.write_string(line, 1, one["name"])
        for column, name in enumerate(RATES, 2):
            if (found := rate(one, name)) is not None:
                sheet.write_number(line, column, found, share)
        for column, name in enumerate(COUNTS, 2 + len(RATES)):
            sheet.write_number(line, column, one[name])
    sheet.set_column(1, 1, 32)
    sheet.set_column(2, len(heads), 11)
    sheet.freeze_panes(4, 2)
    about = book.add_worksheet("说明")
    about.set_column(0, 0, 110)
    for n, note in enumerate(paper.notes):
        about.write_string(n, 0, note)
    book.close()
    return made.getvalue()
