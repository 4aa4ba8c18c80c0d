"""What stands on the paper of a bulletin, before it is a file of any kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.clock import SHANGHAI
from anlan.systems.desk.models import Bulletin, BulletinState
from anlan.systems.desk.queries.bulletins import paper_number
from anlan.systems.desk.rules import RATES, rate
from anlan.systems.desk.wording import RANKING, RATE_WORDS, percent

#: Millimetres of GB/T 9704-2012 5.2: the paper, its margins, and the block of text between them.
WIDE_MM, HIGH_MM, TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 210, 297, 37, 28, 26, 35
HEADS = ("名次", "企业", *(words[0] for words in RATE_WORDS.values()), "报警", "超时消警")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The parts of the paper from top to bottom; `is_final` once it is issued and not withdrawn."""

    organ: str
    number: str
    state: str
    is_final: bool
    title: str
    paragraphs: list[str]
    signed: str
    day: str
    approved_by: str
    rows: list[list[str]]
    notes: list[str]
    total: Mapping[str, Any]
    firms: list[Mapping[str, Any]]


def paper_of(row: Bulletin, approved_by: str) -> Paper:
    """Return the paper of a bulletin; what is not issued says so where its number will be."""
    moment = (row.issued_at or row.as_of).astimezone(SHANGHAI)
    firms = [one for one in row.figures["firms"] if one["site_id"]]
    as_of = row.as_of.astimezone(SHANGHAI)
    notes = [f"{name}：{words}。" for name, words in RATE_WORDS.values()]
    is_final = row.state == BulletinState.ISSUED
    return Paper(
        organ=row.organisation.name,
        number=paper_number(row.year, row.number) or "监测通报〔　　〕　号",
        state="" if is_final else f"（{BulletinState(row.state).label}）",
        is_final=is_final,
        title=row.title,
        paragraphs=[line.strip() for line in row.text.splitlines() if line.strip()],
        signed=row.organisation.name,
        day=f"{moment.year}年{moment.month}月{moment.day}日",
        approved_by=approved_by,
        rows=[_row(n, one) for n, one in enumerate(firms, 1)],
        notes=[f"数据截至{as_of:%Y年%m月%d日%H时%M分}。", RANKING, *notes],
        total=row.figures["total"],
        firms=firms,
    )


def _row(n: int, one: Mapping[str, Any]) -> list[str]:
    rank = "—" if one["standing"] is None else str(n)
    shares = [percent(rate(one, name)) for name in RATES]
    return [rank, one["name"], *shares, str(one["alarms"]), str(one["close_overdue"])]


def is_heading(line: str) -> bool:
    """Tell a heading of the first order (一、二、…) from a paragraph."""
    return line[1:2] == "、" and line[0] in "一二三四五六七八九十"
